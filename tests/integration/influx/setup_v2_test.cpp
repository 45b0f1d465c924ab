// The management interface of 2.x against a fake: orgs, pages of buckets, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <mutex>

#include "common/influx/setup.hpp"
#include "tests/integration/influx/real_influx.hpp"
#include "tests/support/http_test_server.hpp"

namespace metricstream::influx {
namespace {

using testing::TestReply;
using testing::TestRequest;

class ManagementFake {
 public:
  ManagementFake() : server_([this](const TestRequest& request) { return answer(request); }) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  std::vector<std::string> created() const {
    const std::lock_guard lock{mutex_};
    return created_;
  }
  int other_buckets = 0;

 private:
  TestReply answer(const TestRequest& request) {
    const std::lock_guard lock{mutex_};
    const auto token = request.headers.find("authorization");
    if (token == request.headers.end() || token->second != "Token right") {
      return {testing::http_answer(401, R"({"code":"unauthorized","message":"unauthorized access"})"), false, false};
    }
    if (request.target == "/base/api/v2/orgs?org=my%20org") return ok(R"({"orgs":[{"id":"0abc"}]})");
    if (request.target.starts_with("/base/api/v2/orgs")) return ok(R"({"orgs":[]})");
    if (request.method == "POST") {
      created_.push_back(request.body);
      return {testing::http_answer(201, "{}"), false, false};
    }
    return ok(page(std::stoi(testing::query_parameter(request.target, "offset"))));
  }

  std::string page(int offset) const {
    std::string body = R"({"buckets":[)";
    const int end = std::min(offset + 100, other_buckets);
    for (int i = offset; i < end; ++i) {
      if (body.back() != '[') body += ',';
      body += R"({"id":")" + std::to_string(i) + R"(","name":"other)" + std::to_string(i) + R"(","retentionRules":[]})";
    }
    // What was created stands behind the others.
    for (std::size_t i = 0; end - offset < 100 && i < created_.size(); ++i) {
      if (body.back() != '[') body += ',';
      body += created_[i];
    }
    return body + "]}";
  }

  static TestReply ok(const std::string& body) { return {testing::http_answer(200, body), false, false}; }

  mutable std::mutex mutex_;
  std::vector<std::string> created_;
  testing::HttpTestServer server_;
};

class SetupVersion2 : public ::testing::Test {
 protected:
  SetupVersion2() {
    endpoint_.version = Version::v2;
    endpoint_.url = fake_.url() + "/base";
    endpoint_.org = "my org";
    endpoint_.token = Secret{"right"};
  }
  Result<SetupPlan> plan() {
    ApiClient client{context_.get_executor(), *http::parse_url(endpoint_.url), endpoint_};
    return finish(context_, plan_setup(client, standard_policies()));
  }
  Result<void> apply(SetupPlan items) {
    ApiClient client{context_.get_executor(), *http::parse_url(endpoint_.url), endpoint_};
    return finish(context_,
                  apply_setup(client, std::move(items), [this](const SetupItem& item) { made_.push_back(item.name); }));
  }

  ManagementFake fake_;
  boost::asio::io_context context_;
  Endpoint endpoint_;
  std::vector<std::string> made_;
};

TEST_F(SetupVersion2, BucketsAreMadeOnceAlsoBehindManyOthers) {
  fake_.other_buckets = 150;
  const auto before = plan();
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_TRUE(apply(*before));
  EXPECT_EQ(made_.size(), 6U);
  EXPECT_EQ(made_.front(), "bucket metrics/raw");
  ASSERT_EQ(fake_.created().size(), 6U);
  EXPECT_NE(fake_.created()[0].find(R"("orgID":"0abc")"), std::string::npos);
  const auto after = plan();
  ASSERT_TRUE(after);
  for (const SetupItem& item : *after) EXPECT_EQ(item.state, SetupItem::State::exists) << item.name;
  ASSERT_TRUE(apply(*after));
  EXPECT_EQ(fake_.created().size(), 6U);
}

TEST_F(SetupVersion2, AWrongTokenOrOrganisationIsSaidInWords) {
  endpoint_.org = "other";
  EXPECT_NE(plan().error().message.find("organisation"), std::string::npos);
  endpoint_.token = Secret{"wrong"};
  const auto refused = plan();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("unauthorized access"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("token"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("wrong"), std::string::npos) << "no secret in a message";
}

TEST_F(SetupVersion2, AServerThatDoesNotAnswerIsNamed) {
  endpoint_.url = "http://127.0.0.1:1";
  EXPECT_NE(plan().error().message.find("127.0.0.1:1"), std::string::npos);
}

}  // namespace
}  // namespace metricstream::influx

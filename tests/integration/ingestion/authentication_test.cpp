#include <csignal>
#include <iostream>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/key_files.hpp"
#include "tests/integration/ingestion/observation.hpp"

namespace metricstream::ingestion::test {
namespace {

// auth.mode api_key with real files; `key` is that of client "acme".
class AuthenticationTest : public IngestTest {
 protected:
  AuthenticationTest() { files.write(); }

  void start_with_keys() { start(settings(), log.logger(LogLevel::debug)); }
  [[nodiscard]] IngestSettings settings() const {
    IngestSettings out = settings_for(kafka.brokers());
    files.use_in(out);
    return out;
  }
  RawResponse post(std::string_view fields) const { return RawHttp(app->port()).post("/metrics", kSample, fields); }
  [[nodiscard]] bool reloads_to(double value) const {
    return eventually([&] {
      return metric(app->admin_port(), R"(metricstream_config_last_reload_successful{file="keys"})") == value;
    });
  }

  KeyFiles files;
  const std::string key = files.add("acme");
  CapturedLog log;
};

std::string encode_base64(std::string text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t padding = (3 - text.size() % 3) % 3;
  text.append(padding, '\0');
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(text[i + at])}; };
    const std::size_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (const int shift : {18, 12, 6, 0}) out += kDigits[bits >> shift & 63];
  }
  return out.replace(out.size() - padding, padding, padding, '=');
}

std::string basic(const std::string& user, const std::string& password) {
  return "Authorization: Basic " + encode_base64(user + ":" + password) + "\r\n";
}

TEST_F(AuthenticationTest, TakesTheKeyInEveryFormAndTheClientFromTheKeyAlone) {
  start_with_keys();
  const std::string other = R"({"host_id":"other","metrics":[)" + kSample + "]}";
  const std::vector<std::string> forms{bearer(key), "Authorization: bearer " + key + "\r\n",
                                       "Authorization: Token " + key + "\r\n", basic("anybody", key),
                                       "X-API-Key: " + key + "\r\n"};
  for (const std::string& form : forms) {
    RawHttp client(app->port());
    expect_accepted(client.post("/metrics", other, form + client_field("somebody-else")));
  }
  const auto stored = stored_records(kafka);
  ASSERT_EQ(stored.size(), forms.size());
  for (const StoredRecord& record : stored) EXPECT_EQ(record.record->client_id, "acme");
}

// Everything of an answer that could tell one refusal from another.
std::string telling_parts(const RawResponse& response) {
  std::string out = std::to_string(response.status) + "\n";
  for (const auto& [name, value] : response.headers) {
    if (name != "x-request-id" && name != "date") out += name + ": " + value + "\n";
  }
  return out + response.body;
}

TEST_F(AuthenticationTest, EveryCauseOf401LooksTheSame) {
  const std::string expired = files.add("late", SystemClock().now() - kSecond);
  const std::string revoked = files.add("gone");
  files.revoke(revoked);
  files.write();
  start_with_keys();
  const std::string stranger = auth::make_api_key()->reveal();
  const std::string id = key.substr(0, key.size() - auth::kSecretSize);
  const std::string wrong_secret = id + stranger.substr(stranger.size() - auth::kSecretSize);
  const std::vector<std::pair<std::string, std::string>> cases{
      {"none", ""},
      {"an unknown id", bearer(stranger)},
      {"a wrong secret", bearer(wrong_secret)},
      {"expired", bearer(expired)},
      {"revoked", bearer(revoked)},
      {"malformed", bearer("ms_nonsense")},
      {"one byte more", bearer(key + "a")},
      {"one byte less", bearer(key.substr(0, key.size() - 1))},
      {"in capitals", bearer("MS" + key.substr(2))},
      {"no key", "Authorization: Bearer \r\n"},
      {"an empty field", "Authorization: \r\n"},
      {"another scheme", "Authorization: Digest " + key + "\r\n"},
      {"no scheme", "Authorization: " + key + "\r\n"},
      {"as the user of Basic", basic(key, "x")},
      {"Basic that is no base64", "Authorization: Basic %%%\r\n"},
      {"two credentials", bearer(key) + "X-API-Key: " + key + "\r\n"},
      {"the same field twice", bearer(key) + bearer(key)},
      {"a client id as in mode none", client_field("acme")},
  };
  const std::string expected = telling_parts(post(""));
  EXPECT_TRUE(expected.starts_with("401\n")) << expected;
  EXPECT_TRUE(expected.contains("\nwww-authenticate: Bearer realm=\"metricstream\"\n")) << expected;
  EXPECT_TRUE(expected.contains("err-ms-unauthorized")) << expected;
  for (const auto& [what, fields] : cases) EXPECT_EQ(telling_parts(post(fields)), expected) << what;
  EXPECT_TRUE(stored_records(kafka).empty());
  EXPECT_EQ(metric(app->admin_port(), R"(metricstream_ingest_requests_refused_total{reason="unauthorized"})"),
            static_cast<double>(cases.size() + 1));
}

TEST_F(AuthenticationTest, A401ComesBeforeTheBody) {
  start_with_keys();
  const auto begin = [](std::string_view fields) {
    return "POST /metrics HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n" + std::string(fields) + "\r\n";
  };
  RawHttp asking(app->port());
  asking.send(begin("Expect: 100-continue\r\n"));
  expect_problem(asking.read(), 401, "unauthorized");
  EXPECT_TRUE(asking.is_closed()) << "a body that nobody reads cannot be told from a request";
  RawHttp silent(app->port());
  silent.send(begin(""));
  expect_problem(silent.read(), 401, "unauthorized");
  RawHttp known(app->port());
  known.send(begin("Expect: 100-continue\r\n" + bearer(key)));
  EXPECT_EQ(known.read().status, 100);
  EXPECT_EQ(metric(app->admin_port(), "metricstream_admission_in_flight_bytes"), 100)
      << "only who is known has a share";
}

TEST_F(AuthenticationTest, ARevokedKeyEndsAndANewOneBeginsOnAnOpenConnection) {
  start_with_keys();
  RawHttp client(app->port());
  const auto status_of = [&](const std::string& with) { return client.post("/metrics", kSample, bearer(with)).status; };
  EXPECT_EQ(status_of(key), 202);
  const std::string next = files.add("acme");
  EXPECT_EQ(status_of(next), 401);
  files.revoke(key);
  const auto start_time = std::chrono::steady_clock::now();
  files.write();
  EXPECT_TRUE(eventually([&] { return status_of(key) == 401; }));
  const auto took = std::chrono::steady_clock::now() - start_time;
  EXPECT_LT(took, 5s);
  EXPECT_EQ(status_of(next), 202) << "both changes at once";
  const auto took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  RecordProperty("revocation_ms", static_cast<int>(took_ms));
  std::cout << "revoked in the file, refused after " << took_ms << " ms (5000 allowed)\n";
}

// Keys that last longer each time, until this machine is quick enough to use one.
TEST_F(AuthenticationTest, AKeyEndsWhenItExpires) {
  start_with_keys();
  RawHttp client(app->port());
  bool was_accepted = false;
  for (TimeNs life = 700 * kMillisecond; life < kMinute && !was_accepted; life *= 4) {
    const TimeNs end = SystemClock().now() + life;
    const std::string brief = files.add("brief-" + std::to_string(life), end);
    files.write();
    std::raise(SIGHUP);
    const auto has_ended = [&] {
      const TimeNs before = SystemClock().now();
      const int status = client.post("/metrics", kSample, bearer(brief)).status;
      if (status == 202) EXPECT_LT(before, end);
      was_accepted = was_accepted || status == 202;
      return before >= end && status == 401;
    };
    EXPECT_TRUE(eventually(has_ended));
  }
  EXPECT_TRUE(was_accepted);
}

TEST_F(AuthenticationTest, ABrokenFileKeepsTheKeysThatWereInForce) {
  start_with_keys();
  const std::string good = files.text();
  const std::string next = files.add("next");
  const std::vector<std::pair<std::string, std::function<void()>>> breakages{
      {"no YAML", [&] { files.write("keys: [}\n"); }},
      {"empty", [&] { files.write(""); }},
      {"half-written", [&] { files.write(files.text().substr(0, files.text().rfind("hash") + 20)); }},
      {"cut between two lines", [&] { files.write(files.text().substr(0, files.text().rfind("    hash"))); }},
      {"missing", [&] { std::filesystem::remove(files.keys_path()); }},
      {"a pepper that is missing", [&] { std::filesystem::rename(files.pepper_path(), files.pepper_path() + "x"); }},
  };
  EXPECT_TRUE(reloads_to(1));
  for (const auto& [what, break_it] : breakages) {
    SCOPED_TRACE(what);
    break_it();
    std::raise(SIGHUP);
    EXPECT_TRUE(reloads_to(0));
    expect_accepted(post(bearer(key)));
    EXPECT_EQ(post(bearer(next)).status, 401) << "nothing of a file that is not right";
    if (std::filesystem::exists(files.pepper_path() + "x")) {
      std::filesystem::rename(files.pepper_path() + "x", files.pepper_path());
    }
    files.write(good);
    std::raise(SIGHUP);
    EXPECT_TRUE(reloads_to(1));
    expect_accepted(post(bearer(key)));
  }
  EXPECT_GE(log.lines({"what was in force before stays in force", "file=keys"}).size(), breakages.size());
  files.write();
  std::raise(SIGHUP);
  EXPECT_TRUE(eventually([&] { return post(bearer(next)).status == 202; }));
}

TEST_F(AuthenticationTest, SighupReadsTheFilesAlthoughNothingChanged) {
  start_with_keys();
  const std::string success = R"(metricstream_config_last_reload_success_timestamp_seconds{file="keys"})";
  const double first = metric(app->admin_port(), success);
  EXPECT_GT(first, 0);
  std::raise(SIGHUP);
  EXPECT_TRUE(eventually([&] { return metric(app->admin_port(), success) > first; }));
  EXPECT_EQ(log.lines({"file read", "file=keys", "1 active keys of 1"}).size(), 2U);
}

TEST_F(AuthenticationTest, DoesNotStartWithFilesThatAreNotRight) {
  const auto failure = [&] {
    try {
      RunningApp refused(settings());
      return std::string("started");
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
  };
  files.write("keys:\n  - id: x\n");
  EXPECT_TRUE(failure().contains(files.keys_path() + ":2:")) << failure() << ": where it is wrong";
  std::filesystem::remove(files.keys_path());
  EXPECT_TRUE(failure().contains(files.keys_path() + ": cannot be read: No such file or directory")) << failure();
  files.write();
  std::filesystem::remove(files.pepper_path());
  EXPECT_TRUE(failure().contains(files.pepper_path() + ": cannot be read: No such file or directory")) << failure();
  files.directory().write("pepper", "short\n");
  EXPECT_TRUE(failure().contains("expected 32 to 4096")) << failure();
}

// Rotating a key, one sees by the log which of two is used.
TEST_F(AuthenticationTest, TheAccessLogNamesTheKey) {
  const std::string next = files.add("acme");
  files.write();
  start_with_keys();
  const auto lines_of = [&](const std::string& of) {
    return log.lines({"msg=request", " client=acme ", " key=" + std::string(auth::parse_api_key(of)->id) + " "}).size();
  };
  expect_accepted(post(bearer(key)));
  expect_accepted(post(bearer(next)));
  EXPECT_EQ(RawHttp(app->port()).post("/metrics", "{}", bearer(next)).status, 422);
  EXPECT_EQ(RawHttp(app->port()).post("/metrics", "<", bearer(next) + "Content-Type: text/xml\r\n").status, 415);
  EXPECT_EQ(post(bearer(auth::make_api_key()->reveal())).status, 401);
  // A line is written after its answer, by the thread of its connection.
  EXPECT_TRUE(eventually([&] { return log.lines({"msg=request"}).size() == 5; }));
  EXPECT_EQ(lines_of(key), 1U);
  EXPECT_EQ(lines_of(next), 3U);
  EXPECT_EQ(log.lines({"msg=request", "status=401", R"( key="" )"}).size(), 1U);
}

TEST_F(AuthenticationTest, ShowsNoSecretAnywhere) {
  const std::string revoked = files.add("gone");
  files.revoke(revoked);
  files.write();
  start_with_keys();
  std::string seen;
  const auto see = [&](const RawResponse& response) {
    for (const auto& [name, value] : response.headers) seen += name + ": " + value + "\n";
    seen += response.body;
  };
  const std::string stranger = auth::make_api_key()->reveal();
  for (const std::string& one : {key, revoked, stranger}) {
    see(post(bearer(one)));
    see(post(basic("user", one)));
    see(post(bearer(one) + "X-API-Key: " + one + "\r\n"));
    see(post("Authorization: " + one + "\r\n"));
    see(RawHttp(app->port()).post("/metrics?key=" + one, kSample));
    see(RawHttp(app->port()).post("/metrics", R"({"api_key":")" + one + "\"}", bearer(key)));
  }
  files.write("keys:\n  - id: " + key + "\n    secret: " + key + "\n");
  std::raise(SIGHUP);
  EXPECT_TRUE(reloads_to(0));
  for (const std::uint16_t port : {app->port(), app->admin_port()}) {
    see(RawHttp(port).get("/metrics"));
    see(RawHttp(port).get("/metrics", "Accept: text/plain\r\n"));
    see(RawHttp(port).get("/health"));
  }
  EXPECT_EQ(app->end(), 0);
  for (const std::string& line : log.lines()) seen += line + "\n";
  EXPECT_TRUE(seen.contains("msg=request")) << "the log of every request was on";
  for (const std::string& one : {key, revoked, stranger}) {
    EXPECT_FALSE(seen.contains(one.substr(one.size() - auth::kSecretSize))) << seen;
  }
  EXPECT_FALSE(seen.contains(encode_base64("user:" + key).substr(10, 40))) << seen;
}

}  // namespace
}  // namespace metricstream::ingestion::test

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/whole_file.hpp"
#include "common/cli/exit_code.hpp"
#include "common/http/client.hpp"
#include "common/http/response.hpp"
#include "common/http/url.hpp"
#include "services/admin/blocking.hpp"
#include "services/admin/command.hpp"
#include "services/admin/examples.hpp"
#include "services/admin/sample_body.hpp"

namespace metricstream::admin {
namespace {

// Far above what a service takes, so that its refusal can be seen; keeps an endless device out of memory.
constexpr std::size_t kMaxBodySize = std::size_t{1} << 30U;

struct SendOptions {
  NamedSample sample;
  std::string timestamp;
  std::string file;
  std::string example;
  std::string key;
  std::string client_id;
  std::string api_key;
  bool dry_run = false;
};

struct Message {
  std::string path = "/api/v1/metrics";
  std::string authorization;
  std::string body;
};

Result<Message> message_of_example(const std::string& number) {
  const auto example = find_example(number);
  if (!example) return fail("--example " + number + ": expected 000, 001, 002, 003 or 004");
  return Message{std::string(example->path), std::string(example->authorization),
                 example_body(*example, SystemClock().now())};
}

Result<Message> message_of_file(const std::string& path) {
  Message message;
  if (path == "-") {
    message.body.assign(std::istreambuf_iterator<char>(std::cin), {});
    return message;
  }
  auto body = read_stream(path, kMaxBodySize);
  if (!body) return fail("--file " + path + ": " + body.error().message);
  message.body = *std::move(body);
  return message;
}

Result<Message> message_of(SendOptions& options) {
  const bool has_sample = !options.sample.name.empty();
  if (has_sample && !(options.example.empty() && options.file.empty())) {
    return fail("NAME VALUE and --file or --example exclude each other: expected one of them");
  }
  if (!options.example.empty()) return message_of_example(options.example);
  if (!options.file.empty()) return message_of_file(options.file);
  if (options.sample.name.empty() || options.sample.value.empty()) {
    return fail("expected NAME VALUE, --file BODY or --example NUMBER");
  }
  if (!options.timestamp.empty()) options.sample.timestamp = options.timestamp;
  const auto body = sample_body(options.sample);
  if (!body) return std::unexpected(body.error());
  Message message;
  message.body = *body;
  return message;
}

http::ClientRequest request_of(const Message& message, const SendOptions& options, const std::string& prefix) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = prefix + message.path;
  request.headers.push_back({"Content-Type", "application/json"});
  const auto authorization = options.api_key.empty() ? message.authorization : "Bearer " + options.api_key;
  if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
  if (!options.client_id.empty()) request.headers.push_back({"X-Client-Id", options.client_id});
  if (!options.key.empty()) request.headers.push_back({"Idempotency-Key", options.key});
  request.body = message.body;
  return request;
}

using Answer = Result<http::ClientResponse, http::ClientError>;

Task<Answer> exchange(boost::asio::any_io_executor executor, http::ClientOptions options,
                      const http::ClientRequest& request) {
  http::Client client(executor, std::move(options));
  Answer answer = co_await client.send(request);
  co_return answer;
}

int send(const Connections& connections, SendOptions& options) {
  const auto message = message_of(options);
  if (!message) return misused(message.error().message);
  auto url = http::parse_url(connections.ingest_url);
  if (!url) return misused("--ingest-url: " + url.error().message);
  const auto request = request_of(*message, options, url->path);
  std::cout << "POST " << request.target << "\n" << message->body << "\n";
  if (options.dry_run) return kExitOk;
  http::ClientOptions client;
  client.url = std::move(*url);
  client.user_agent = "metricstream-admin";
  const auto response = run_blocking<Answer>([&](const auto& executor) { return exchange(executor, client, request); });
  if (!response) return failed(response.error().message);
  std::cout << response->status << " " << http::reason_phrase(response->status) << "\n" << response->body;
  if (!response->body.ends_with('\n')) std::cout << "\n";
  return response->status >= 200 && response->status < 300 ? kExitOk : kExitFailure;
}

}  // namespace

void add_send(CLI::App& app, const Connections& connections, Command& chosen) {
  CLI::App* command = app.add_subcommand("send", "Send a sample to the ingest service and print its answer");
  const auto options = std::make_shared<SendOptions>();
  command->add_option("NAME", options->sample.name, "The metric");
  command->add_option("VALUE", options->sample.value, "A number");
  command->add_option("--tag", options->sample.tags, "KEY=VALUE, repeatable")->take_all()->allow_extra_args(false);
  command->add_option("--type", options->sample.type, "gauge, counter, histogram")->capture_default_str();
  command->add_option("--timestamp", options->timestamp, "Seconds, ms, us or ns since 1970, or RFC 3339; default now");
  auto* file = command->add_option("--file", options->file, "Send this body as it is; - is standard input");
  command->add_option("--example", options->example, "Send an original document's own payload: 000 to 004")
      ->excludes(file);
  command->add_option("--key", options->key, "Idempotency-Key: sent again, the batch changes nothing");
  command->add_option("--client-id", options->client_id, "X-Client-Id");
  command->add_option("--api-key", options->api_key, "Authorization: Bearer KEY")->envname("METRICS_API_KEY");
  command->add_flag("--dry-run", options->dry_run, "Print the request, send nothing");
  command->footer("Example: metricstream-admin send cpu.usage.percent 75.5 --tag host=web-01 --tag core=0");
  command->callback(
      [options, &connections, &chosen] { chosen = [options, &connections] { return send(connections, *options); }; });
}

}  // namespace metricstream::admin

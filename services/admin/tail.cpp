#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/cli/exit_code.hpp"
#include "common/codec/record.hpp"
#include "common/kafka/configuration.hpp"
#include "common/kafka/log_reader.hpp"
#include "services/admin/command.hpp"
#include "services/admin/record_lines.hpp"

namespace metricstream::admin {
namespace {

constexpr std::chrono::seconds kTimeout{15};
constexpr std::chrono::milliseconds kPoll{200};

struct TailOptions {
  bool json = false;
  bool from_beginning = false;
  bool exit_at_end = false;
  bool ticks = false;
  bool headers = false;
  std::uint64_t count = 0;  // records; 0: no end
  std::string client;
};

// Prints records as they come.
class Tail {
 public:
  explicit Tail(const TailOptions& options) : options_(options) {}

  // False when enough was printed.
  bool print(const kafka::ConsumedMessage& message) {
    const auto decoded = decode_record(message.payload(), record_);
    if (!decoded) {
      std::cerr << message.partition() << "/" << message.offset() << ": " << decoded.error().message << "\n";
      ++undecodable_;
      return true;
    }
    if (record_.kind == RecordKind::tick && !options_.ticks) return true;
    if (!options_.client.empty() && record_.client_id != options_.client) return true;
    const RecordPlace place{message.partition(), message.offset(), message.timestamp()};
    const RequestHeaders headers{message.header("ms-request-id"), message.header("ms-batch-id"),
                                 message.header("traceparent")};
    text_.clear();
    if (options_.json) {
      append_placed_json_lines(place, headers, record_, text_);
    } else {
      append_text_lines(place, options_.headers ? &headers : nullptr, record_, text_);
    }
    std::cout << text_;
    ++printed_;
    return options_.count == 0 || printed_ < options_.count;
  }

  [[nodiscard]] int exit_code() const { return undecodable_ == 0 ? kExitOk : kExitFailure; }

 private:
  TailOptions options_;
  Record record_;
  std::string text_;
  std::uint64_t printed_ = 0;
  std::uint64_t undecodable_ = 0;
};

// Follows the log until enough was printed or standard output is gone.
Result<void> follow(kafka::LogReader& reader, const std::vector<kafka::OffsetRange>& from, Tail& tail) {
  if (auto following = reader.follow(from); !following) return following;
  while (std::cout) {
    const auto message = reader.next(kPoll);
    if (!message) return std::unexpected(message.error());
    if (!*message) {
      std::cout.flush();
      continue;
    }
    if (!tail.print(**message)) break;
  }
  return {};
}

int tail_log(const Connections& connections, const TailOptions& options) {
  const auto settings = load_settings(connections);
  if (!settings) return bad_settings(settings.error().message);
  auto client = kafka_client(*settings);
  if (!client) return misconfigured(client.error().message);
  auto reader = kafka::LogReader::create(std::move(*client), settings->kafka.topic,
                                         kafka::log_to(client_logger(connections).with("kafka")));
  if (!reader) return failed(reader.error().message);
  auto ranges = (*reader)->ranges(kTimeout);
  if (!ranges) return failed(ranges.error().message);
  if (!options.from_beginning) {
    for (auto& range : *ranges) range.begin = range.end;
  }
  Tail tail(options);
  Result<void> done;
  if (options.exit_at_end) {
    done = (*reader)->read(*ranges, kTimeout, [&tail](const kafka::ConsumedMessage& message) {
      return tail.print(message) && std::cout.good();
    });
  } else {
    done = follow(**reader, *ranges, tail);
  }
  std::cout.flush();
  return done ? tail.exit_code() : failed(done.error().message);
}

}  // namespace

void add_tail(CLI::App& app, const Connections& connections, Command& chosen) {
  CLI::App* command = app.add_subcommand("tail", "Decode the records of metrics-raw as they come");
  const auto options = std::make_shared<TailOptions>();
  command->add_flag("--json", options->json, "One JSON object a sample instead of a line for people");
  command->add_flag("--from-beginning", options->from_beginning, "From the oldest record that the log holds");
  command->add_flag("--exit-at-end", options->exit_at_end, "Stop at the end that the log has now");
  command->add_option("--count", options->count, "Stop after so many records");
  command->add_option("--client", options->client, "Only this client's records");
  command->add_flag("--ticks", options->ticks, "Also the aggregators' ticks");
  command->add_flag("--headers", options->headers, "Also request id, batch id and traceparent (--json: always)");
  command->footer("Example: metricstream-admin tail --from-beginning --exit-at-end --json | jq .name");
  command->callback([options, &connections, &chosen] {
    chosen = [options, &connections] { return tail_log(connections, *options); };
  });
}

}  // namespace metricstream::admin

// Private to common/kafka: from our settings to a librdkafka handle.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/kafka/rdkafka_handles.hpp"
#include "common/kafka/settings.hpp"

namespace metricstream::kafka {

// Collects properties; the first one that librdkafka refuses is what make_client() fails with.
class ClientConf {
 public:
  ClientConf();

  void set(const char* name, const std::string& value);
  void set(const char* name, std::int64_t value) { set(name, std::to_string(value)); }
  void set(const char* name, std::chrono::milliseconds value) { set(name, value.count()); }

  // Brokers, security and properties. Called last: the user's properties win over set(), except for the reserved
  // ones, on which the guarantees rest.
  void apply(const ClientSettings& settings);

  // The client's log lines and errors go to `log`, on whichever thread polls the client. `log` must outlive the client;
  // its opaque pointer is taken.
  void report_to(const LogCallback& log);

  [[nodiscard]] rd_kafka_conf_t* get() { return conf_.get(); }
  [[nodiscard]] Result<OwnedClient> make_client(rd_kafka_type_t type);

 private:
  void apply(const SecuritySettings& security);
  void set_unless_empty(const char* name, const std::string& value);

  OwnedConf conf_;
  std::string failure_;
};

// Syslog's 0..7 in four steps.
[[nodiscard]] LogLevel log_level_of(int syslog_level);

// "NAME: description" of a code; `detail` behind it where there is one.
[[nodiscard]] std::string text_of(rd_kafka_resp_err_t code, std::string_view detail = {});

}  // namespace metricstream::kafka

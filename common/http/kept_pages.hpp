#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "common/base/clock.hpp"
#include "common/metrics/exposition.hpp"

namespace metricstream::http {

// The exposition of metrics, by format and coding, made anew at most once a second however many ask: it costs half a
// millisecond, which on a public listener a stranger must not be able to spend as often as he likes. Thread-safe; while
// one thread makes a page, others that want the same one wait for it.
class KeptPages {
 public:
  static constexpr TimeNs kLifetime = kSecond;

  // `clock` must outlive this.
  explicit KeptPages(const Clock& clock) : clock_(clock) {}

  // What `make` gave less than kLifetime ago, else gives now. An exception of `make` goes through and keeps nothing.
  [[nodiscard]] std::string get(metrics::Format format, bool is_gzip, const std::function<std::string()>& make);

 private:
  static constexpr std::size_t kFormats = 3;
  struct Page {
    std::mutex mutex;
    bool is_made = false;
    TimeNs made_at = 0;
    std::string text;
  };

  const Clock& clock_;
  std::array<Page, 2 * kFormats> pages_;
};

}  // namespace metricstream::http

#include "common/http/kept_pages.hpp"

namespace metricstream::http {

std::string KeptPages::get(metrics::Format format, bool is_gzip, const std::function<std::string()>& make) {
  Page& page = pages_.at(2 * static_cast<std::size_t>(format) + (is_gzip ? 1 : 0));
  const std::scoped_lock lock(page.mutex);
  const TimeNs now = clock_.now();
  // A clock that was set back must not keep a page for as long as it was set back.
  const bool is_fresh = page.is_made && now >= page.made_at && now - page.made_at < kLifetime;
  if (!is_fresh) {
    page.is_made = false;
    page.text = make();
    page.made_at = now;
    page.is_made = true;
  }
  return page.text;
}

}  // namespace metricstream::http

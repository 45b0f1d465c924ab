#pragma once

#include <string_view>

namespace metricstream::ingestion {

// docs/openapi.yaml as it was when this was built: what GET /openapi.yaml answers. Static storage.
[[nodiscard]] std::string_view openapi_document();

}  // namespace metricstream::ingestion

#include "common/http/handler.hpp"

namespace metricstream::http {

Task<Response> ImmediateHandler::handle(const Request& request) { co_return answer(request.head); }

}  // namespace metricstream::http

#include "common/base/secret.hpp"

#include <openssl/crypto.h>

namespace metricstream {

Secret::~Secret() { OPENSSL_cleanse(value_.data(), value_.size()); }

}  // namespace metricstream

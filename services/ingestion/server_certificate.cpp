#include "services/ingestion/server_certificate.hpp"

#include <sys/stat.h>

#include <utility>

#include "common/base/rfc3339.hpp"
#include "common/base/whole_file.hpp"

namespace metricstream::ingestion {
namespace {

http::ClientAuth to_client_auth(ClientCertificate wish) {
  switch (wish) {
    case ClientCertificate::none:
      return http::ClientAuth::none;
    case ClientCertificate::request:
      return http::ClientAuth::request;
    case ClientCertificate::require:
      break;
  }
  return http::ClientAuth::require;
}

}  // namespace

std::string key_file_warning(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  const std::string open_mode = describe_open_mode(status.st_mode & 07777U);
  return open_mode.empty() ? "" : path + ": " + open_mode + ": whoever reads the key can pass for this server";
}

ServerCertificate::ServerCertificate(const TlsSettings& settings, http::Server& server, const Clock& clock,
                                     metrics::Registry& registry)
    : files_{.certificate = settings.certificate_file,
             .key = settings.key_file,
             .client_ca = settings.client_ca_file,
             .client_crl = settings.client_crl_file,
             .client_auth = to_client_auth(settings.client_certificate)},
      server_(server),
      clock_(clock),
      not_after_(registry.gauge("metricstream_tls_certificate_not_after_timestamp_seconds",
                                "When the certificate of the public listener expires.")) {}

std::vector<std::string> ServerCertificate::paths() const {
  std::vector<std::string> out{files_.certificate, files_.key};
  for (const std::string& path : {files_.client_ca, files_.client_crl}) {
    if (!path.empty()) out.push_back(path);
  }
  return out;
}

Reading ServerCertificate::read() {
  Reading out;
  auto credentials = http::load_tls(files_, clock_.now());
  if (!credentials) {
    out.errors.push_back(credentials.error().message);
    return out;
  }
  if (!(*credentials)->warning().empty()) out.warnings.push_back((*credentials)->warning());
  if (auto exposed = key_file_warning(files_.key); !exposed.empty()) out.warnings.push_back(std::move(exposed));
  out.summary = "certificate until " + format_rfc3339((*credentials)->not_after());
  const std::int64_t whole_seconds = (*credentials)->not_after() / kSecond;
  not_after_.set(static_cast<double>(whole_seconds));
  server_.use_tls(*std::move(credentials));
  return out;
}

}  // namespace metricstream::ingestion

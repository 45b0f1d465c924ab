#include "common/http/problem_type.hpp"

#include <array>

namespace metricstream::http {

constinit const ProblemType kInternal{
    .status = 500,
    .id = "internal",
    .title = "Internal error",
    .meaning = "A bug of the server. What became of the request is not known.",
    .remedy = "Send it again unchanged, later. The server's log has the answer's X-Request-Id."};
constinit const ProblemType kMalformedHeader{
    .status = 400,
    .id = "malformed-header",
    .title = "Malformed header",
    .meaning =
        "The request line or a header field is not valid HTTP/1.1: a bare line feed, a continued line, a forbidden "
        "character. The connection is closed.",
    .remedy = "Use a common HTTP library; send a header line as name, colon, value, CR LF."};
constinit const ProblemType kHeaderTooLarge{
    .status = 431,
    .id = "header-too-large",
    .title = "Header too large",
    .meaning =
        "Request line and fields have more bytes than http.limits.header_size, or more fields than "
        "http.limits.header_fields. The connection is closed.",
    .remedy = "Send fewer or shorter fields, cookies above all.",
    .is_limit = true};
constinit const ProblemType kTargetTooLong{.status = 414,
                                           .id = "target-too-long",
                                           .title = "Target too long",
                                           .meaning = "Path and query are longer than http.limits.target_size.",
                                           .remedy = "Samples belong in the body.",
                                           .is_limit = true};
constinit const ProblemType kBadTarget{
    .status = 400,
    .id = "bad-target",
    .title = "Bad target",
    .meaning =
        "The request's target is no path, or a URL of another host than the field Host. "
        "The connection is closed.",
    .remedy = "Send a target that starts with a slash, or an absolute http URL."};
constinit const ProblemType kBadHost{.status = 400,
                                     .id = "bad-host",
                                     .title = "Bad Host",
                                     .meaning =
                                         "An HTTP/1.1 request has no Host field, more than one, or one that is not "
                                         "a host and perhaps a port. The connection is closed.",
                                     .remedy = "Send exactly one, as host or host:port."};
constinit const ProblemType kBadContentLength{
    .status = 400,
    .id = "bad-content-length",
    .title = "Bad Content-Length",
    .meaning = "Content-Length is not a plain decimal number: a sign, a list, another base. The connection is closed.",
    .remedy = "Send the number of the body's bytes in digits."};
constinit const ProblemType kAmbiguousLength{
    .status = 400,
    .id = "ambiguous-length",
    .title = "Ambiguous length",
    .meaning =
        "The body's length is given more than once. Servers in a row may then disagree where the next request "
        "starts, which lets one client's bytes pass as another's request. The connection is closed.",
    .remedy = "Send either one Content-Length or one Transfer-Encoding."};
constinit const ProblemType kUnknownTransferEncoding{.status = 501,
                                                     .id = "unknown-transfer-encoding",
                                                     .title = "Unknown Transfer-Encoding",
                                                     .meaning = "A Transfer-Encoding other than exactly chunked.",
                                                     .remedy = "Send a Content-Length, or Transfer-Encoding: chunked."};
constinit const ProblemType kMalformedChunk{
    .status = 400,
    .id = "malformed-chunk",
    .title = "Malformed chunk",
    .meaning =
        "The chunked body breaks the rules: a bad size, a line that does not end with CR LF, too much framing around "
        "the data, a trailer of more than 64 fields or 4 KiB. The connection is closed.",
    .remedy = "Use a common HTTP library, or send a Content-Length."};
constinit const ProblemType kUnknownExpectation{.status = 417,
                                                .id = "unknown-expectation",
                                                .title = "Unknown expectation",
                                                .meaning = "An Expect field other than 100-continue.",
                                                .remedy = "Leave the field out."};
constinit const ProblemType kHttpVersion{.status = 505,
                                         .id = "http-version",
                                         .title = "HTTP version not spoken",
                                         .meaning = "A version other than HTTP/1.1, or 1.0 for GET and HEAD.",
                                         .remedy = "Use HTTP/1.1."};
constinit const ProblemType kHttp11Required{.status = 426,
                                            .id = "http-1.1-required",
                                            .title = "HTTP/1.1 required",
                                            .meaning = "An HTTP/1.0 request other than GET or HEAD without a body.",
                                            .remedy = "Use HTTP/1.1; nginx as a proxy: proxy_http_version 1.1."};
constinit const ProblemType kUnknownPath{.status = 404,
                                         .id = "unknown-path",
                                         .title = "Unknown path",
                                         .meaning = "There is nothing at this path.",
                                         .remedy = "Use one of the paths that the answer lists."};
constinit const ProblemType kMethodNotAllowed{.status = 405,
                                              .id = "method-not-allowed",
                                              .title = "Method not allowed",
                                              .meaning = "The path does not take this method.",
                                              .remedy = "Use one of the methods in the answer's Allow field."};
constinit const ProblemType kBodyTooLarge{.status = 413,
                                          .id = "body-too-large",
                                          .title = "Body too large",
                                          .meaning = "The body has more bytes than http.limits.body_size.",
                                          .remedy = "Send smaller batches, or compress them by gzip.",
                                          .is_limit = true};
constinit const ProblemType kBodyTimeout{
    .status = 503,
    .id = "body-timeout",
    .title = "Body came too slowly",
    .meaning =
        "The whole body did not come within http.timeouts.body and a second for every 20 kB that had come. Nothing was "
        "stored.",
    .remedy = "Send it again; over a slow line in smaller batches.",
    .is_limit = true};
constinit const ProblemType kTlsRequired{
    .status = 400,
    .id = "tls-required",
    .title = "TLS required",
    .meaning = "Plain HTTP was spoken to a port that speaks TLS. The connection is closed.",
    .remedy = "Use https:// for this port."};
constinit const ProblemType kTooManyConnections{
    .status = 503,
    .id = "too-many-connections",
    .title = "Too many connections",
    .meaning = "The server holds http.limits.connections connections already.",
    .remedy =
        "Use keep-alive and few connections; try again after Retry-After. Operators: add replicas or raise the limit."};
constinit const ProblemType kTooManyOfAddress{
    .status = 503,
    .id = "too-many-connections-of-address",
    .title = "Too many connections of one address",
    .meaning = "The address, or its IPv6 /64, holds http.limits.connections_per_address connections already.",
    .remedy =
        "Use keep-alive and few connections. Operators: name balancers in http.trusted_proxies, which are not "
        "counted."};

constinit const ProblemType kLengthRequired{
    .status = 411,
    .id = "length-required",
    .title = "Length required",
    .meaning =
        "A POST with neither Content-Length nor Transfer-Encoding: chunked. The connection is closed, since what "
        "follows could be a body as well as the next request.",
    .remedy = "Send Content-Length, also where the body is empty."};

std::span<const ProblemType* const> http_problem_types() {
  static constexpr std::array kAll{&kMalformedHeader,
                                   &kBadTarget,
                                   &kBadHost,
                                   &kBadContentLength,
                                   &kAmbiguousLength,
                                   &kLengthRequired,
                                   &kMalformedChunk,
                                   &kUnknownPath,
                                   &kMethodNotAllowed,
                                   &kBodyTooLarge,
                                   &kTargetTooLong,
                                   &kUnknownExpectation,
                                   &kHttp11Required,
                                   &kHeaderTooLarge,
                                   &kInternal,
                                   &kUnknownTransferEncoding,
                                   &kBodyTimeout,
                                   &kTlsRequired,
                                   &kTooManyConnections,
                                   &kTooManyOfAddress,
                                   &kHttpVersion};
  return kAll;
}

}  // namespace metricstream::http

#pragma once

#include <cstddef>
#include <cstdint>

#include "common/log/logger.hpp"
#include "services/ingestion/http_settings.hpp"

// How many connections the limit of open files leaves room for. Where the last descriptor is a client's, nobody gets as
// much as a 503, the management listener does not answer and no file is read again; so some are kept for all that.
namespace metricstream::ingestion {

// Descriptors that are no client's: the management listener's 100 connections, three for each of up to 45 brokers of
// Kafka, files that are read, standard streams; and of each thread its loop's, its listener and one connection that it
// is turning away. At most half of all.
[[nodiscard]] std::uint64_t reserved_files(std::uint64_t open_files, std::size_t threads);

// Of the `wanted` connections so many as there is room for; at least one.
[[nodiscard]] std::uint32_t fitting_connections(std::uint32_t wanted, std::uint64_t open_files, std::size_t threads);

// Raises the limit of open files as far as it goes, and lowers http.limits.connections, with a warning, where it does
// not fit even then.
void fit_connections(HttpSettings& http, const Logger& log);

}  // namespace metricstream::ingestion

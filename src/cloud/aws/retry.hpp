#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "http_client/transport.hpp"

/// When to try again: docs/cloud.md, "Retries".
namespace migrator::cloud::aws {

/// `Tue, 15 Nov 1994 08:12:31 GMT`; nothing for anything else.
std::optional<TimePoint> parse_http_date(const std::string& text);

/// How many tries are worth it after this failure, of at most `attempts`; 1: none but the first.
int attempts_after(http_client::TransportFailure failure, int attempts);

/// `attempt` is the one that failed, from 1; `random` from 0 to 1.
std::chrono::milliseconds growing_pause(int attempt, bool is_throttled, double random);

/// What the answer asks for in `Retry-After` or one of its relatives, at most 30 s; zero when it
/// asks for nothing. `now` is for answers that name a time and don't say their own.
std::chrono::milliseconds asked_pause(const http_client::Response& response, TimePoint now);

}  // namespace migrator::cloud::aws

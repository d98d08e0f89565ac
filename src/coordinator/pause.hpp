#pragma once

#include <chrono>
#include <stop_token>

namespace migrator::coordinator {

/// Sleeps, but no longer than until `stop` is requested.
void pause(std::chrono::milliseconds duration, const std::stop_token& stop);

}  // namespace migrator::coordinator

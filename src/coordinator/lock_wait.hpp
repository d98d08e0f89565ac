#pragma once

#include <chrono>
#include <optional>

#include "core/error.hpp"
#include "db/connector.hpp"

namespace migrator::coordinator {

/// The pause before the next try for the migration lock: it grows, and it is never the same for
/// two processes that began to wait together.
std::chrono::milliseconds next_pause(std::chrono::milliseconds previous);
inline constexpr std::chrono::milliseconds kFirstPause{25};

/// "the migration lock is held by HOST (version …) since …; gave up after 30 s".
Error locked_error(const std::optional<RunOwner>& owner, std::chrono::milliseconds waited);

}  // namespace migrator::coordinator

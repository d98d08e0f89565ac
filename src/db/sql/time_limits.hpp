#pragma once

#include <chrono>

/// How long drivers wait where neither the data source nor the configuration says it.
namespace migrator::db::sql {

/// For a connection.
inline constexpr std::chrono::seconds kConnectPatience{10};

/// For a lock that somebody else has on a table or file, and for an answer about a lock of ours.
inline constexpr std::chrono::milliseconds kLockPatience{10'000};

/// For rolling back and cleaning up. It is tried as often as that, as a cancel that was on its way
/// may hit it instead of what it was meant for.
inline constexpr std::chrono::seconds kCleaningPatience{30};
inline constexpr int kCleaningTries = 3;

/// TCP's, on both sides: a peer that vanished without a word is noticed within half a minute
/// (docs/architecture.md, "The lock"). Keep-alive is silent while something that was sent waits to
/// be acknowledged, which the kernel repeats for a quarter of an hour: that has a limit of its own.
inline constexpr std::chrono::seconds kKeepAliveIdle{15};
inline constexpr std::chrono::seconds kKeepAliveInterval{5};
inline constexpr int kKeepAliveCount = 3;
inline constexpr std::chrono::milliseconds kUnacknowledged{30'000};

}  // namespace migrator::db::sql

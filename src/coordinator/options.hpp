#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace migrator::coordinator {

/// What to do about a file that was edited after it was applied.
enum class ChecksumVerification : std::uint8_t { Fail, Warn, Off };

struct Options {
    ChecksumVerification checksum_verification = ChecksumVerification::Fail;
    std::chrono::milliseconds lock_timeout{30'000};  ///< wait for the migration lock
    std::size_t run_queue = 16;                      ///< runs that wait in this process
};

}  // namespace migrator::coordinator

#pragma once

#include <chrono>

#include "cloud/aws/surroundings.hpp"

namespace migrator::cloud::aws {

/// What services say their time is more than this machine's clock; zero until one has refused a
/// signature for it (docs/cloud.md, "Clock skew"). Of the whole process; for every thread.
std::chrono::seconds clock_offset() noexcept;
void set_clock_offset(std::chrono::seconds offset) noexcept;

/// The time to sign with.
inline TimePoint signing_time(const Surroundings& surroundings) {
    return surroundings.clock() + clock_offset();
}

}  // namespace migrator::cloud::aws

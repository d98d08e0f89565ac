#include "cloud/aws/clock_offset.hpp"

#include <atomic>

namespace migrator::cloud::aws {
namespace {

std::atomic<std::chrono::seconds::rep> offset_seconds = 0;

}  // namespace

std::chrono::seconds clock_offset() noexcept { return std::chrono::seconds(offset_seconds.load()); }

void set_clock_offset(std::chrono::seconds offset) noexcept { offset_seconds = offset.count(); }

}  // namespace migrator::cloud::aws

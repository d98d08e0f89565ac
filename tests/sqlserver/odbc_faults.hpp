#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/// ODBC with one fault: the calls of this program come here first. Thread-safe.
namespace migrator::db::sqlserver::test::odbc_faults {

enum class Fault : std::uint8_t {
    Error,    ///< the call does nothing, and fails
    Unheard,  ///< the call does its work, and fails
    NoMore,   ///< the call does nothing, and says that there is no more, where it can
    Lost,     ///< the connection goes first
};

inline constexpr std::array<Fault, 4> kFaults = {
    Fault::Error, Fault::Unheard, Fault::NoMore, Fault::Lost};

const char* name_of(Fault fault);

/// From now on calls are counted, and number `at`, from 0, has the fault. A number that is not
/// reached: there is none.
void arm(std::size_t at, Fault fault);
/// Back to ODBC as it is. What was called since `arm`, in order.
std::vector<std::string> disarm();

}  // namespace migrator::db::sqlserver::test::odbc_faults

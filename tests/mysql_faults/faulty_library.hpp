#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/// The client library of MySQL and MariaDB with one fault: the calls of this program come here
/// first. Thread-safe.
namespace migrator::test::faulty_library {

enum class Fault : std::uint8_t {
    Error,    ///< the call does nothing, and fails
    Silent,   ///< the same, and no number says why; or it says "no more"
    Unheard,  ///< the call does its work, and fails as if the connection had gone
    Lost,     ///< the connection goes first
};

inline constexpr std::array<Fault, 4> kFaults = {
    Fault::Error, Fault::Silent, Fault::Unheard, Fault::Lost};

const char* name_of(Fault fault);

/// From now on calls are counted, and number `at`, from 0, has the fault. A number that is not
/// reached: there is none.
void arm(std::size_t at, Fault fault);
/// Back to the library as it is. What was called since `arm`, in order.
std::vector<std::string> disarm();

}  // namespace migrator::test::faulty_library

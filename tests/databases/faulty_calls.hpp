#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Counts the calls of a client library, and says which of them is to go wrong. A program that
/// links functions of the library's names in front of it asks here. Thread-safe.
namespace migrator::test::faulty_calls {

enum class Fault : std::uint8_t {
    Error,    ///< the call does nothing, and fails
    Silent,   ///< the same, and nothing says why; or it says "no more"
    Unheard,  ///< the call does its work, and fails as if its answer had been lost
    Lost,     ///< the connection goes first, or somebody has locked the file
};

inline constexpr std::array<Fault, 4> kFaults = {
    Fault::Error, Fault::Silent, Fault::Unheard, Fault::Lost};

const char* name_of(Fault fault);

/// From now on calls are counted, and number `at`, from 0, has the fault. A number that is not
/// reached: there is none.
void arm(std::size_t at, Fault fault);
/// Back to the library as it is. What was called since `arm`, in order.
std::vector<std::string> disarm();

/// Counts a call. Its fault, if it has one.
std::optional<Fault> called(const char* function);

/// The function that would have been called.
void* next_function(const char* name);
template <typename Function>
Function* library(const char* name) {
    return reinterpret_cast<Function*>(next_function(name));
}

}  // namespace migrator::test::faulty_calls

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace migrator {

/// Which statement of a file failed.
struct StatementPlace {
    std::size_t statement = 0;  ///< number in its file, from 1
    std::uint32_t line = 0;     ///< in its file, from 1; 0 when unknown

    bool operator==(const StatementPlace&) const = default;
};

/// `message` and a last line `LOCATION: statement 3, line 14`: in the records of failures, the
/// place is a part of the message.
std::string with_place(std::string message, const StatementPlace& place);

/// Takes that line away from `message`; nothing when there is none.
std::optional<StatementPlace> take_place(std::string& message);

}  // namespace migrator

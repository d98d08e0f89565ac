#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace migrator {

/// What a server said of a statement that it has run: a notice, a warning.
struct Notice {
    std::string file;        ///< identity
    std::string schema;      ///< that the file ran for
    std::uint32_t line = 0;  ///< in the file, from 1; 0: not known
    std::string level;       ///< as the server calls it: "NOTICE", "WARNING"
    std::string sqlstate;    ///< may be empty
    std::string message;
    bool is_warning = false;

    bool operator==(const Notice&) const = default;
};

}  // namespace migrator

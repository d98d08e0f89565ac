#pragma once

#include <optional>
#include <string>

#include "core/principal.hpp"

namespace migrator::coordinator {

/// Who asks for a change, and from where.
struct Asker {
    std::optional<Principal> principal;  ///< nothing: nobody knows
    std::string address;                 ///< of the client; of a command its host
    /// A browser's page asks that does not come from the service's own machine.
    bool is_remote_page = false;
};

}  // namespace migrator::coordinator

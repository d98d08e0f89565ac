#pragma once

#include <cstddef>
#include <string_view>

#include "script/lexis.hpp"
#include "script/script.hpp"

namespace migrator::script {

/// The name without a schema of what `statement` of `text` changes or creates, as `Lexis::targets`
/// have it; empty when there is none. Of a block that runs at once each statement counts.
std::string_view unqualified_target(
    std::string_view text, const Statement& statement, const Lexis& lexis
);

}  // namespace migrator::script

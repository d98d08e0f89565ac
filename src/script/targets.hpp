#pragma once

#include <string_view>

#include "script/lexis.hpp"

namespace migrator::script {

/// The name without a schema of what the statement changes or creates, as `Lexis::targets` have it;
/// empty when there is none. Of a block that runs at once each statement counts.
std::string_view unqualified_target(std::string_view statement, const Lexis& lexis);

}  // namespace migrator::script

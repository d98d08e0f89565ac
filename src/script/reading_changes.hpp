#pragma once

#include <string_view>

#include "script/lexis.hpp"
#include "script/reading.hpp"

namespace migrator::script {

/// What a SET statement of the MySQL family makes of `now`, as far as its text tells: a value that
/// comes from a variable is taken for the one of the beginning, `initial`, which is what dumps put
/// back. Once the statement has run, the server knows better.
Reading reading_after(
    std::string_view statement, const Lexis& lexis, const Reading& now, const Reading& initial
);

}  // namespace migrator::script

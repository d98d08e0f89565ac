#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "script/lexer.hpp"
#include "script/lexis.hpp"
#include "script/script.hpp"

/// Comments `-- migrator:check select …`: what has to be true of a schema before a script runs.
namespace migrator::script {

/// Whether a comment, its delimiters included, begins with `migrator:` in any spelling.
bool begins_with_marker(std::string_view comment);

/// Adds the checks among `marked` that begin before `behind` to `script`. A comment that looks like
/// a check and is none becomes the `problem` of the script.
void find_checks(
    std::string_view text,
    std::size_t behind,
    const std::vector<Lexer::Marked>& marked,
    Script& script
);

/// The SQL in the comments of a check, without its ';'.
std::string check_statement(std::string_view comments);

/// Empty, or why such a statement can't be a check: it has to be a single one that only reads.
std::string check_problem(std::string_view statement, const Lexis& lexis);

}  // namespace migrator::script

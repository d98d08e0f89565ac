#pragma once

#include <cstdint>
#include <string_view>

#include "script/lexis.hpp"

namespace migrator::script {

/// What `statement`, which makes a function, says by its body: `kMakesStatefulCode` or nothing.
std::uint32_t traits_of_made_code(std::string_view statement, const Lexis& lexis);

/// What a block that runs at once leaves, beside `kChangesSession`.
std::uint32_t traits_of_run_code(std::string_view statement, const Lexis& lexis);

/// Whether the text names a user variable, which it may set; `@` in strings does not count.
bool names_variables(std::string_view text, const Lexis& lexis);

/// How deep texts in texts in texts are read.
inline constexpr unsigned kDeepestText = 8;

/// A string of a statement without its quotes, dollar quotes among them.
std::string_view inside_quotes(std::string_view string);

/// Whether a statement of a function's body follows the word.
bool begins_block(std::string_view word);

}  // namespace migrator::script

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "script/script.hpp"

namespace migrator::script {

/// One place where a script names a schema, or something that is called after it.
struct PlaceholderUse {
    std::uint32_t line = 1;  ///< from 1
    bool quoted = false;     ///< stands in the quotes of a name
    bool is_whole = false;   ///< the name is the placeholder and nothing else
    bool in_text = false;    ///< in a string that is read as code, or as the name of an object
};

/// Where the word `marker` stands as a name in `text`, in order: `text` is a script in which it
/// was put in the place of the placeholder, and `script` is its scan. Comments, data of COPY and
/// strings don't count, but for strings that are code: bodies of functions and of DO, what EXECUTE
/// is given, and the names in `nextval('s.t')` and `'s.t'::regclass`.
std::vector<PlaceholderUse> placeholder_uses(
    std::string_view text, std::string_view marker, const Script& script, const Lexis& lexis
);

}  // namespace migrator::script

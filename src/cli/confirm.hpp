#pragma once

#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace migrator::cli {

Option yes_option(bool& yes);

/// Asks on the terminal whether to go on. True without asking with `yes`. Throws InvalidRequest
/// where nobody can be asked, Cancelled after Ctrl-C.
bool confirm(Context& context, std::string_view command, bool yes, const std::string& question);

/// The same of a question that `word` answers, and nothing else.
bool confirm_by_word(
    Context& context,
    std::string_view command,
    bool yes,
    const std::string& question,
    std::string_view word
);

/// Says that nothing was changed; the exit code.
int refused(Context& context);

}  // namespace migrator::cli

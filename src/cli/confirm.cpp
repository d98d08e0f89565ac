#include "cli/confirm.hpp"

#include <fmt/format.h>

#include <istream>
#include <ostream>

namespace migrator::cli {
namespace {

std::string ask(Context& context, std::string_view command, const std::string& question) {
    if (context.common.json || !context.terminal.in_is_terminal) {
        throw Error(
            ErrorKind::InvalidRequest, fmt::format("{} needs confirmation; pass --yes", command)
        );
    }
    context.terminal.err << question << std::flush;
    std::string answer;
    std::getline(context.terminal.in, answer);
    if (context.backend.interrupted.stop_requested()) {
        throw Error(ErrorKind::Cancelled, "canceled; no changes were made");
    }
    return answer;
}

}  // namespace

Option yes_option(bool& yes) { return flag("--yes", yes, "Skip the confirmation prompt"); }

bool confirm(Context& context, std::string_view command, bool yes, const std::string& question) {
    if (yes) return true;
    const std::string answer = ask(context, command, question + " [y/N] ");
    return answer == "y" || answer == "Y" || answer == "yes";
}

bool confirm_by_word(
    Context& context,
    std::string_view command,
    bool yes,
    const std::string& question,
    std::string_view word
) {
    return yes || ask(context, command, question + " ") == word;
}

int refused(Context& context) {
    context.report.error("not confirmed; no changes were made");
    return 1;
}

}  // namespace migrator::cli

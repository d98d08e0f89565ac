// Which tenants a command line means.
#include <fmt/format.h>

#include <fstream>

#include "cli/commands.hpp"
#include "core/error.hpp"

namespace migrator::cli {
namespace {

constexpr const char* kBlank = " \t\r";

/// One name a line; blank lines and what follows a `#` are left out.
std::vector<std::string> names_from(const std::string& path) {
    std::ifstream in(path);
    if (!in) {
        throw Error(ErrorKind::InvalidRequest, fmt::format("--tenants-from: can't read {}", path));
    }
    std::vector<std::string> names;
    for (std::string line; std::getline(in, line);) {
        line.resize(std::min(line.find('#'), line.size()));
        const auto begin = line.find_first_not_of(kBlank);
        if (begin == std::string::npos) continue;
        names.push_back(line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin));
    }
    if (!names.empty()) return names;
    // A list that came out empty must not mean everybody.
    throw Error(ErrorKind::InvalidRequest, fmt::format("--tenants-from: {} names no tenant", path));
}

}  // namespace

plan::Selection selection_of(const Arguments& arguments) {
    plan::Selection selection{
        .names = arguments.tenants, .canary = arguments.canary, .waves = arguments.waves};
    if (arguments.tenants_from.empty()) return selection;
    for (std::string& name : names_from(arguments.tenants_from)) {
        selection.names.push_back(std::move(name));
    }
    return selection;
}

}  // namespace migrator::cli

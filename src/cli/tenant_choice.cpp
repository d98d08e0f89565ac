#include "cli/tenant_choice.hpp"

#include <fmt/format.h>

#include <fstream>

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::cli {
namespace {

/// One name a line; blank lines and what follows a `#` are left out.
std::vector<std::string> names_from(const std::string& path) {
    std::ifstream in(path);
    if (!in) {
        throw Error(
            ErrorKind::InvalidRequest, fmt::format("--tenants-from: could not read {}", path)
        );
    }
    std::vector<std::string> names;
    for (std::string line; std::getline(in, line);) {
        line.resize(std::min(line.find('#'), line.size()));
        if (const auto name = trimmed(line); !name.empty()) names.emplace_back(name);
    }
    if (!names.empty()) return names;
    // A list that came out empty must not mean everybody.
    throw Error(
        ErrorKind::InvalidRequest, fmt::format("--tenants-from: {} contains no tenant names", path)
    );
}

}  // namespace

Option tenant_option(TenantChoice& choice, std::string_view text) {
    return words("--tenant NAME", choice.names, text);
}

Option tenants_from_option(TenantChoice& choice) {
    return word("--tenants-from FILE", choice.file, "Read tenant names from FILE, one per line");
}

plan::Selection selection_of(const TenantChoice& choice) {
    plan::Selection selection{
        .names = choice.names, .canary = choice.canary, .waves = choice.waves};
    if (choice.file.empty()) return selection;
    for (std::string& name : names_from(choice.file)) selection.names.push_back(std::move(name));
    return selection;
}

}  // namespace migrator::cli

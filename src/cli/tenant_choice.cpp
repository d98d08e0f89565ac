#include "cli/tenant_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/utf8.hpp"

namespace migrator::cli {
namespace {

/// The whole file. Throws InvalidRequest for one that can't be read, or that is not UTF-8.
std::string text_of(const std::string& path) {
    const auto refuse = [&](std::string_view why) {
        throw Error(
            ErrorKind::InvalidRequest, fmt::format("--tenants-from: could not read {}{}", path, why)
        );
    };
    std::ifstream in(path, std::ios::binary);
    std::ostringstream read;
    read << in.rdbuf();
    if (!in.is_open() || read.bad()) refuse("");
    std::string text(without_byte_order_mark(read.view()));
    // As some editors and shells write it: every second byte is NUL.
    if (text.find('\0') != std::string::npos) refuse(": it is not UTF-8; save it as UTF-8");
    return text;
}

/// One name a line, whatever ends the lines; blank lines and what follows a `#` are left out.
std::vector<std::string> names_from(const std::string& path) {
    const std::string text = text_of(path);
    std::vector<std::string> names;
    for (std::string_view rest = text; !rest.empty();) {
        const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line = trimmed(line.substr(0, line.find('#')));
        if (!line.empty()) names.emplace_back(line);
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

#include "db/postgresql/transaction_modes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/ascii.hpp"
#include "db/postgresql/data_source_syntax.hpp"
#include "script/lexing_settings.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr std::string_view kIsolation = "default_transaction_isolation";
constexpr std::string_view kReadOnly = "default_transaction_read_only";
constexpr std::string_view kDeferrable = "default_transaction_deferrable";
constexpr std::array<std::string_view, 4> kLevels = {
    "read committed", "read uncommitted", "repeatable read", "serializable"};

/// The words of `options`: blanks separate them, a backslash takes the next character as it is.
std::vector<std::string> words_of(std::string_view options) {
    std::vector<std::string> words(1);
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (kWhiteSpace.find(options[i]) != std::string_view::npos) {
            if (!words.back().empty()) words.emplace_back();
            continue;
        }
        if (options[i] == '\\' && i + 1 < options.size()) ++i;
        words.back() += options[i];
    }
    return words;
}

/// The settings of `-c name=value`, `-cname=value` and `--name=value`.
KeyValues settings_of(std::string_view options) {
    KeyValues settings;
    bool behind_c = false;
    for (const std::string& word : words_of(options)) {
        const bool is_long = word.starts_with("--");
        const bool is_short = word.starts_with("-c");
        std::string setting = behind_c ? word : is_long || is_short ? word.substr(2) : "";
        behind_c = !behind_c && word == "-c";
        const std::size_t equal = setting.find('=');
        if (equal == std::string::npos) continue;
        std::string name = setting.substr(0, equal);
        std::ranges::replace(name, '-', '_');
        settings.emplace_back(std::move(name), setting.substr(equal + 1));
    }
    return settings;
}

std::string level_of(const std::string& value) {
    std::string level = lower_case(trimmed(value));
    if (std::ranges::find(kLevels, level) != kLevels.end()) return level;
    throw data_source_error(fmt::format(
        "{} must be read committed, read uncommitted, repeatable read or serializable", kIsolation
    ));
}

bool is_on(std::string_view name, const std::string& value) {
    if (const auto on = script::parse_boolean(lower_case(trimmed(value)))) return *on;
    throw data_source_error(fmt::format("{} must be on or off", name));
}

void take(TransactionModes& modes, const std::string& name, const std::string& value) {
    if (equal_ignoring_case(name, kIsolation)) {
        modes.isolation = level_of(value);
    } else if (equal_ignoring_case(name, kReadOnly)) {
        modes.access = is_on(kReadOnly, value) ? "read only" : "read write";
    } else if (equal_ignoring_case(name, kDeferrable)) {
        modes.deferrable = is_on(kDeferrable, value) ? "deferrable" : "not deferrable";
    }
}

}  // namespace

std::string TransactionModes::begin() const {
    std::string text = "begin isolation level " + isolation;
    for (const std::string& mode : {access, deferrable}) {
        if (!mode.empty()) text += ", " + mode;
    }
    return text;
}

TransactionModes transaction_modes(const DataSource& source) {
    TransactionModes modes;
    if (const std::string* options = source.find("options")) {
        for (const auto& [name, value] : settings_of(*options)) take(modes, name, value);
    }
    // As the server has it: what is set in the session wins over what it was started with.
    for (const auto& [name, value] : source.settings) take(modes, name, value);
    return modes;
}

}  // namespace migrator::db::postgresql

#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/ascii.hpp"
#include "script/lexis.hpp"

namespace migrator::script {

/// What a statement does to the settings of its session, as far as its text shows.
struct SettingChange {
    bool session = false;  ///< calls set_config(), or sets something in a DO block
    bool lexing = false;   ///< touches a setting that text after it is read by
    bool known = true;     ///< false: to which value can't be told
    std::optional<bool> standard_conforming_strings;  ///< its value from now on
};

/// First words of statements that can change a setting.
inline constexpr std::array<std::string_view, 10> kSettingWords = {
    "set", "reset", "discard", "do", "select", "with", "values", "call", "explain", "perform"};

/// Whether a statement that begins with `word` is worth asking about.
inline bool may_change_settings(std::string_view word) {
    return std::ranges::any_of(kSettingWords, [&](std::string_view first) {
        return equal_ignoring_case(word, first);
    });
}

/// A boolean as PostgreSQL reads one in a setting: any unambiguous beginning of a word, in lower
/// case.
std::optional<bool> parse_boolean(std::string_view text);

/// Looks at a whole statement. `standard_conforming_strings`: the setting it is read under;
/// `initial`: the one that DEFAULT and RESET are taken for.
SettingChange find_setting_change(
    std::string_view statement, const Lexis& lexis, bool standard_conforming_strings, bool initial
);

}  // namespace migrator::script

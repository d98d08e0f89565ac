#include "db/mysql/own_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "db/mysql/literal.hpp"

namespace migrator::db::mysql {
namespace {

struct Setting {
    std::string_view name;
    std::string_view wanted;
};

constexpr std::string_view kNoLimit = "18446744073709551615";

/// In this order: another `max_join_size` turns `sql_big_selects` off.
constexpr std::array<Setting, 7> kSettings = {{
    {"sql_select_limit", kNoLimit},
    {"max_join_size", kNoLimit},
    {"sql_big_selects", "1"},
    {"sql_safe_updates", "0"},
    {"sql_auto_is_null", "0"},
    {"autocommit", "1"},
    {"completion_type", "'NO_CHAIN'"},
}};

/// Modes that change what a statement or a value means.
constexpr std::array<std::string_view, 8> kForeignModes = {
    "ANSI_QUOTES",
    "EMPTY_STRING_IS_NULL",
    "HIGH_NOT_PRECEDENCE",
    "MSSQL",
    "NO_BACKSLASH_ESCAPES",
    "ORACLE",
    "PAD_CHAR_TO_FULL_LENGTH",
    "PIPES_AS_CONCAT",
};

/// `modes` without those.
std::string usual_modes(std::string_view modes) {
    std::string usual;
    while (!modes.empty()) {
        const std::size_t end = std::min(modes.find(','), modes.size());
        const std::string_view mode = modes.substr(0, end);
        modes.remove_prefix(std::min(end + 1, modes.size()));
        if (std::ranges::find(kForeignModes, mode) != kForeignModes.end()) continue;
        if (!usual.empty()) usual += ',';
        usual += mode;
    }
    return usual;
}

std::string query() {
    std::string text = "select @@sql_mode";
    for (const Setting& setting : kSettings) text += fmt::format(", @@{}", setting.name);
    return text + " limit 1";  // what sql_select_limit does not change
}

void add(std::string& statement, std::string_view name, std::string_view value) {
    statement += statement.empty() ? "set " : ", ";
    statement += fmt::format("session {} = {}", name, value);
}

}  // namespace

std::string take_settings(Connection& connection) {
    if (connection.is_tidb()) return {};  // which has not all of them
    sql::Row found;
    const auto answer = connection.run(query(), [&](const sql::Row& row) { found = row; });
    if (answer.error) throw own_sql_error(*answer.error);
    std::string ours;
    std::string theirs;
    const std::string modes = found.at(0).value_or("");
    if (const std::string usual = usual_modes(modes); usual != modes) {
        add(ours, "sql_mode", literal(usual));
        add(theirs, "sql_mode", literal(modes));
    }
    for (std::size_t i = 0; i < kSettings.size(); ++i) {
        const auto& [name, wanted] = kSettings[i];
        const std::string value = found.at(i + 1).value_or("");
        const bool is_text = wanted.front() == '\'';
        const std::string written = is_text ? literal(value) : value;
        if (written == wanted) continue;
        add(ours, name, wanted);
        add(theirs, name, written);
    }
    if (ours.empty()) return {};
    if (const auto error = connection.run(ours).error) throw own_sql_error(*error);
    return theirs;
}

}  // namespace migrator::db::mysql

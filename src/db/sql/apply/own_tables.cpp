#include "db/sql/apply/own_tables.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "script/changes.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::string_view kSchema = "migrator";
constexpr std::string_view kPrefix = "migrator_";

constexpr std::array<std::string_view, 9> kTables = {
    "migrator_audit",
    "migrator_audit_head",
    "migrator_lock",
    "migrator_migrations",
    "migrator_places",
    "migrator_runs",
    "migrator_tenant_state",
    "migrator_tenants",
    "migrator_versions",
};

constexpr script::TableFamily kFamily = {.schema = kSchema, .prefix = kPrefix, .names = kTables};

/// In any case. Each file is searched, so it looks for a letter that few words have first.
bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t g = 2; g < text.size(); ++g) {
        if ((text[g] | 0x20) != 'g') continue;
        if (equal_ignoring_case(text.substr(g - 2, word.size()), word)) return true;
    }
    return false;
}

}  // namespace

bool may_name_own_schema(std::string_view text) { return has_word(text, kSchema); }

bool may_name_own_tables(std::string_view text) { return has_word(text, kPrefix); }

const script::Statement* change_of_own_table(
    const PreparedScript& prepared, const script::Lexis& lexis
) {
    const auto& statements = prepared.script->statements;
    const auto found = std::ranges::find_if(statements, [&](const script::Statement& one) {
        const std::string text = statement_text(prepared, one);
        return may_name_own_schema(text) && script::change_of(text, kFamily, lexis).has_value();
    });
    return found == statements.end() ? nullptr : &*found;
}

}  // namespace migrator::db::sql::apply

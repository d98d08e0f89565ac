#include "db/sql/apply/own_tables.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "script/changes.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::string_view kName = "migrator";

constexpr std::array<std::string_view, 6> kTables = {
    "migrator_lock",
    "migrator_migrations",
    "migrator_runs",
    "migrator_tenant_state",
    "migrator_tenants",
    "migrator_versions",
};

constexpr script::TableFamily kFamily = {.schema = kName, .prefix = "migrator_", .names = kTables};

}  // namespace

bool may_name_own_tables(std::string_view text) {
    // A letter that few words have comes first.
    for (std::size_t g = text.find_first_of("gG", 2); g != std::string_view::npos;
         g = text.find_first_of("gG", g + 1)) {
        if (equal_ignoring_case(text.substr(g - 2, kName.size()), kName)) return true;
    }
    return false;
}

const script::Statement* change_of_own_table(
    const PreparedScript& prepared, const script::Lexis& lexis
) {
    const auto& statements = prepared.script->statements;
    const auto found = std::ranges::find_if(statements, [&](const script::Statement& one) {
        const std::string text = text_of(prepared, one);
        return may_name_own_tables(text) && script::change_of(text, kFamily, lexis).has_value();
    });
    return found == statements.end() ? nullptr : &*found;
}

}  // namespace migrator::db::sql::apply

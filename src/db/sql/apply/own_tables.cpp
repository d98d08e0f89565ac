#include "db/sql/apply/own_tables.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "script/changes.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::string_view kPrefix = "migrator_";

constexpr std::array<std::string_view, 11> kTables = {
    "migrator_audit",
    "migrator_audit_head",
    "migrator_fingerprints",
    "migrator_lock",
    "migrator_migrations",
    "migrator_placements",
    "migrator_places",
    "migrator_runs",
    "migrator_tenant_state",
    "migrator_tenants",
    "migrator_versions",
};

/// In any case. Each file is searched, so it looks for a letter that few words have first.
bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t g = 2; g < text.size(); ++g) {
        if ((text[g] | 0x20) != 'g') continue;
        if (equal_ignoring_case(text.substr(g - 2, word.size()), word)) return true;
    }
    return false;
}

}  // namespace

bool may_name_own_schema(std::string_view text, std::string_view schema) {
    if (has_word(text, kMetadataSchema)) return true;
    if (schema == kMetadataSchema) return false;
    for (std::size_t at = 0; at + schema.size() <= text.size(); ++at) {
        if (equal_ignoring_case(text.substr(at, schema.size()), schema)) return true;
    }
    return false;
}

bool may_name_own_tables(std::string_view text) { return has_word(text, kPrefix); }

bool shows_metadata_schema(std::string_view object) {
    return object.ends_with(" migrator_migrations");
}

const script::Statement* change_of_own_table(
    const PreparedScript& prepared, const script::Lexis& lexis, std::string_view schema
) {
    // The default one may hold the tables of another migrator on this server.
    const std::string_view schemas[] = {kMetadataSchema, schema};
    const auto& statements = prepared.script->statements;
    const auto found = std::ranges::find_if(statements, [&](const script::Statement& one) {
        const std::string text = statement_text(prepared, one);
        if (!may_name_own_schema(text, schema)) return false;
        return std::ranges::any_of(schemas, [&](std::string_view each) {
            const script::TableFamily family{.schema = each, .prefix = kPrefix, .names = kTables};
            return script::change_of(text, family, lexis).has_value();
        });
    });
    return found == statements.end() ? nullptr : &*found;
}

}  // namespace migrator::db::sql::apply

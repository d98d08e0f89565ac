#include "db/sql/store/tenant_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "core/ascii.hpp"
#include "core/count_of.hpp"
#include "core/json_text.hpp"
#include "db/sql/store/tenants.hpp"

namespace migrator::db::sql::store {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// Why no schema of the server can be called so; empty when one can.
std::string problem_with(const std::string& name, const Dialect& dialect) {
    return dialect.name_problem == nullptr ? std::string() : dialect.name_problem(name);
}

bool is_too_long(const std::string& name, const Dialect& dialect) {
    return dialect.max_identifier_bytes != 0 && name.size() > dialect.max_identifier_bytes;
}

}  // namespace

TenantList TenantListReader::read_names() {
    read_rows();
    return take();
}

TenantList TenantListReader::read(const std::vector<Migration>& files) {
    read_rows();
    check_schemas(files);
    return take();
}

TenantList TenantListReader::take() {
    TenantList list;
    for (const Listed& tenant : listed_) list.names.push_back(tenant.text());
    for (auto& [row, bad] : bad_) list.bad.push_back(std::move(bad));
    list.warnings = std::move(warnings_);
    return list;
}

void TenantListReader::read_rows() {
    const std::vector<Value> rows = Tenants(tables_).list(shape_);
    rows_ = rows.size();
    for (std::size_t row = 0; row < rows.size(); ++row) look_at_row(row, rows[row]);
    std::unordered_map<std::string, std::size_t> first;
    std::size_t repeated = 0;
    std::string example;
    std::erase_if(listed_, [&](const Listed& tenant) {
        const auto [seen, is_new] = first.emplace(tenant.text(), tenant.row);
        if (is_new) return false;
        if (repeated++ == 0) {
            example = fmt::format(
                "{} lists tenant {} twice ({} and {} of {})",
                source(),
                tenant.text(),
                seen->second + 1,
                tenant.row + 1,
                rows_
            );
        }
        return true;
    });
    if (repeated > 1) example += fmt::format(", and has {} more such rows", repeated - 1);
    if (repeated > 0) warnings_.push_back(example + "; files run once for each tenant");
}

void TenantListReader::look_at_row(std::size_t row, const Value& value) {
    const std::string text = text_of(value);
    const auto is_bad = [&](const std::string& why) {
        bad_.emplace(row, BadTenant{.tenant = text, .message = why, .files = nullptr});
    };
    if (text.empty()) {
        return is_bad(fmt::format(
            "{} gave an empty name ({}){}", source(), place_of(row), value ? "" : ": it is NULL"
        ));
    }
    if (!SchemaName::is_valid(text)) {
        return is_bad(fmt::format(
            "{} gave an invalid name ({}): {}; a name is up to 200 letters, digits, '_' and '-'",
            source(),
            place_of(row),
            json_string(text)
        ));
    }
    if (const std::string problem = problem_with(text, tables_.dialect); !problem.empty()) {
        return is_bad(fmt::format("{} gave {} ({}): {}", source(), text, place_of(row), problem));
    }
    listed_.push_back({SchemaName::parse(text), row});
}

void TenantListReader::check_schemas(const std::vector<Migration>& files) {
    const auto& [session, dialect, options] = tables_;
    const bool needs_rule = std::ranges::any_of(listed_, [&](const Listed& tenant) {
        return !is_everyday_name(tenant.name, tables_.dialect) ||
               may_be_reserved(tenant.text(), tables_.options);
    });
    if (!needs_rule) return find_foreign(nullptr);
    const SchemaNames names(session, dialect, options, tenant_files(files));
    find_clashes(names);
    find_foreign(&names);
    find_misfits(names);
    warn_of_folding(names);
}

/// Of tenants that mean one schema only one can go on: the one that has worked in it, if no other
/// has. Which of them is listed first says nothing.
void TenantListReader::find_clashes(const SchemaNames& names) {
    std::unordered_map<std::string, std::vector<const Listed*>> by_schema;
    for (const Listed& tenant : listed_) by_schema[names.key_of(tenant.text())].push_back(&tenant);
    std::erase_if(by_schema, [](const auto& schema) { return schema.second.size() == 1; });
    std::vector<std::string> all;
    for (const auto& [key, group] : by_schema) {
        for (const Listed* tenant : group) all.push_back(tenant->text());
    }
    const std::vector<std::string> with_rows = which_have_rows(all);
    const std::unordered_set<std::string> known(with_rows.begin(), with_rows.end());
    const auto is_known = [&](const Listed* tenant) { return known.contains(tenant->text()); };
    for (const auto& [key, group] : by_schema) {
        const bool has_owner = std::ranges::count_if(group, is_known) == 1;
        for (const Listed* tenant : group) {
            if (has_owner && is_known(tenant)) continue;
            const Listed* other = group.front() == tenant ? group[1] : group.front();
            add_bad(
                *tenant,
                fmt::format(
                    "shares the schema {} with tenant {} ({}); list one of them, or rename one",
                    names.schema_of(tenant->text()),
                    other->text(),
                    place_of(other->row)
                )
            );
        }
    }
}

/// Tenants in a schema that is the server's, migrator's or a single directory's, or that the server
/// calls otherwise. Who has worked in it goes on, since the Go program let it.
void TenantListReader::find_foreign(const SchemaNames* names) {
    const auto& [session, dialect, options] = tables_;
    std::vector<std::pair<const Listed*, std::string>> found;
    for (const Listed& tenant : listed_) {
        const std::string& name = tenant.text();
        if (is_bad(tenant)) continue;
        if (is_system_schema(name, dialect)) {
            found.emplace_back(
                &tenant, fmt::format("its schema belongs to {} itself", dialect.name)
            );
        } else if (names != nullptr && names->is_reserved(name)) {
            found.emplace_back(&tenant, "its schema is that of migrator or of a single directory");
        } else if (is_too_long(name, dialect)) {
            found.emplace_back(
                &tenant,
                fmt::format(
                    "its name has {} characters, the limit of {} is {}",
                    name.size(),
                    dialect.name,
                    dialect.max_identifier_bytes
                )
            );
        }
    }
    if (found.empty()) return;
    std::vector<std::string> all;
    for (const auto& [tenant, why] : found) all.push_back(tenant->text());
    const std::vector<std::string> known = which_have_rows(all);
    for (const auto& [tenant, why] : found) {
        if (contains(known, tenant->text())) {
            warnings_.push_back(fmt::format("Tenant {}: {}", tenant->text(), why));
        } else {
            add_bad(
                *tenant, why + ", and no tenant file is recorded for it; remove it from the list"
            );
        }
    }
}

void TenantListReader::find_misfits(const SchemaNames& names) {
    for (const Listed& tenant : listed_) {
        if (is_bad(tenant)) continue;
        auto files = names.misfits(tenant.name);
        if (files == nullptr) continue;
        add_bad(tenant, "its name does not fit the tenant files");
        bad_.at(tenant.row).files = std::move(files);
    }
}

void TenantListReader::warn_of_folding(const SchemaNames& names) {
    const Listed* first = nullptr;
    std::size_t folded = 0;
    for (const Listed& tenant : listed_) {
        if (is_bad(tenant) || names.schema_of(tenant.text()) == tenant.text()) continue;
        if (folded++ == 0) first = &tenant;
    }
    if (first == nullptr) return;
    warnings_.push_back(fmt::format(
        "{} in a schema with another name: {} reads {} outside quotes in small letters, as tenant "
        "{} in {}",
        count_of(folded, "tenant works", "tenants work"),
        tables_.dialect.name,
        tables_.options.placeholder,
        first->text(),
        names.schema_of(first->text())
    ));
}

void TenantListReader::add_bad(const Listed& tenant, const std::string& why) {
    bad_.emplace(
        tenant.row,
        BadTenant{
            .tenant = tenant.text(),
            .message = fmt::format("tenant {} ({}): {}", tenant.text(), place_of(tenant.row), why),
            .files = nullptr}
    );
}

std::string TenantListReader::place_of(std::size_t row) const {
    return fmt::format("row {} of {}", row + 1, rows_);
}

std::string TenantListReader::source() const {
    return tables_.options.tenant_select.empty() ? "the table " + tables_.name("migrator_tenants")
                                                 : "tenantSelect";
}

std::vector<std::string> TenantListReader::which_have_rows(const std::vector<std::string>& tenants
) const {
    const std::unordered_set<std::string> asked(tenants.begin(), tenants.end());
    std::vector<std::string> known;
    if (!shape_.migrations || tenants.empty()) return known;
    Parameters parameters;
    const std::string sql = fmt::format(
        "select distinct db_schema from {} where type in ({}, {}) and db_schema {}",
        tables_.name("migrator_migrations"),
        static_cast<int>(MigrationType::TenantMigration),
        static_cast<int>(MigrationType::TenantScript),
        tables_.in_list(tenants, parameters)
    );
    told_as("Could not query DB migrations", [&] {
        tables_.session.query(sql, parameters, [&](const Row& row) {
            // A column may compare without regard to letter case.
            const std::string name = text_of(row[0]);
            if (asked.contains(name)) known.push_back(name);
        });
    });
    return known;
}

}  // namespace migrator::db::sql::store

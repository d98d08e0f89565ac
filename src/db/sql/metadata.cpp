#include "db/sql/metadata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/error.hpp"
#include "core/time.hpp"
#include "db/sql/applied_rows.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql {
namespace {

std::string text(const Value& value) { return value.value_or(std::string()); }

TimePoint time(const Value& value) { return value ? parse_database_time(*value) : TimePoint{}; }

}  // namespace

std::string Metadata::table(std::string_view name) const {
    return fmt::format("{}{}", dialect_.prefix, name);
}

std::string Metadata::in_list(int parameter) const {
    return fmt::format(
        "in ({})", fmt::format(fmt::runtime(dialect_.json_list), dialect_.placeholder(parameter))
    );
}

std::vector<std::string> Metadata::tenants(const MetadataShape& shape) {
    std::string sql = options_.tenant_select;
    if (sql.empty()) {
        if (!shape.tenants) return {};
        sql = fmt::format("select name from {} order by id", table("migrator_tenants"));
    }
    std::vector<std::string> names;
    told_as("Could not query tenants", [&] {
        session_.query(sql, {}, [&](const Row& row) {
            names.push_back(row.empty() ? std::string() : text(row.front()));
        });
    });
    return names;
}

Applied Metadata::applied(const MetadataShape& shape, const std::vector<Migration>& sources) {
    Applied applied;
    std::unordered_set<std::string> seen;
    for (std::string& name : tenants(shape)) {
        SchemaName::parse(name);  // it goes into files as text: an invalid one must stop everything
        if (seen.insert(name).second) applied.tenants.push_back(std::move(name));
    }
    if (!shape.migrations) return applied;
    const std::string sql = fmt::format(
        "select m.filename, m.checksum, x.migrations from {0} m join (select max(id) as id, "
        "max(case when type in (1, 2) then 1 else 0 end) as migrations from {0} group by filename) "
        "x on x.id = m.id",
        table("migrator_migrations")
    );
    told_as("Could not query DB migrations", [&] {
        session_.query(sql, {}, [&](const Row& row) {
            applied.files.insert_or_assign(
                text(row[0]), AppliedFile{to_integer(row[2]) != 0, text(row[1])}
            );
        });
        applied.states = tenant_states(shape);
        read_counts(sources, applied);
    });
    return applied;
}

void Metadata::read_counts(const std::vector<Migration>& sources, Applied& applied) {
    std::vector<std::string> known;
    for (const Migration& source : sources) {
        if (source.type != MigrationType::TenantMigration) continue;
        const auto found = applied.files.find(source.file);
        if (found != applied.files.end() && found->second.as_migration)
            known.push_back(source.file);
    }
    if (known.empty() || applied.tenants.empty()) return;
    const std::string files = json_array(known);
    // Number, sum and sum of squares of the positions tell a tenant that has each file once. To
    // count distinct pairs would say the same four times as slowly.
    const std::string sql = fmt::format(
        "with known as ({1}), whole as (select count(*) as files, sum(position) as positions, "
        "sum(position * position) as squares from known) select db_schema, case when count(*) = "
        "max(whole.files) and sum(known.position) = max(whole.positions) and sum(known.position * "
        "known.position) = max(whole.squares) then 1 else 0 end from {0} m join known on "
        "known.value = m.filename cross join whole where m.type = 2 group by db_schema",
        table("migrator_migrations"),
        fmt::format(fmt::runtime(dialect_.json_positions), dialect_.placeholder(1))
    );
    session_.query(sql, Parameters{files}, [&](const Row& row) {
        const bool is_complete = to_integer(row[1]) == 1;
        applied.counts.emplace(text(row[0]), is_complete ? known.size() : 0);
        if (!is_complete) applied.files_of_tenant[text(row[0])];
    });
    read_files_of_tenants(files, applied);
}

/// Exactly which files: for tenants that don't have each of them once, or that have a state.
void Metadata::read_files_of_tenants(const std::string& files_json, Applied& applied) {
    for (const TenantState& state : applied.states) {
        if (!state.tenant.empty()) applied.files_of_tenant[state.tenant];
    }
    if (applied.files_of_tenant.empty()) return;
    std::vector<std::string> tenants;
    for (const auto& [tenant, files] : applied.files_of_tenant) tenants.push_back(tenant);
    const std::string sql = fmt::format(
        "select distinct db_schema, filename from {} where type = 2 and filename {} and db_schema "
        "{}",
        table("migrator_migrations"),
        in_list(1),
        in_list(2)
    );
    session_.query(sql, Parameters{files_json, json_array(tenants)}, [&](const Row& row) {
        applied.files_of_tenant[text(row[0])].insert(text(row[1]));
    });
    for (const auto& [tenant, files] : applied.files_of_tenant) {
        if (applied.counts.contains(tenant)) applied.counts[tenant] = files.size();
    }
}

std::vector<TenantState> Metadata::tenant_states(const MetadataShape& shape) {
    std::vector<TenantState> states;
    if (!shape.tenant_state) return states;
    const std::string sql = fmt::format(
        "select tenant, version_id, first_file, state, {}, {}, sqlstate, message, changed from {} "
        "order by tenant",
        dialect_.quote("file"),
        dialect_.quote("statement"),
        table("migrator_tenant_state")
    );
    session_.query(sql, {}, [&](const Row& row) {
        states.push_back({
            .tenant = text(row[0]),
            .version_id = to_integer(row[1]),
            .first_file = text(row[2]),
            .state = text(row[3]),
            .file = text(row[4]),
            .statement = to_integer(row[5]),
            .sqlstate = text(row[6]),
            .message = text(row[7]),
            .changed = time(row[8]),
        });
    });
    return states;
}

std::unique_ptr<RowSource> Metadata::migrations(
    const MetadataShape& shape, const RowsWanted& wanted
) {
    if (!shape.migrations) return nullptr;
    return session_.open(select_migrations(dialect_, shape, wanted), {});
}

std::vector<Version> Metadata::versions(const MetadataShape& shape, const VersionsWanted& wanted) {
    std::vector<Version> versions;
    if (!shape.versions) return versions;
    std::string sql = fmt::format("select id, name, created from {}", table("migrator_versions"));
    Parameters parameters;
    std::string_view conjunction = "where";
    if (wanted.id) {
        sql += fmt::format(" {} id = {}", conjunction, *wanted.id);
        conjunction = "and";
    }
    if (wanted.file) {
        if (!shape.migrations || !shape.version_id) return versions;
        sql += fmt::format(
            " {} id in (select version_id from {} where filename = {})",
            conjunction,
            table("migrator_migrations"),
            dialect_.placeholder(1)
        );
        parameters.emplace_back(*wanted.file);
    }
    told_as("Could not query versions", [&] {
        session_.query(sql + " order by id desc", parameters, [&](const Row& row) {
            versions.push_back({to_integer(row[0]), text(row[1]), time(row[2])});
        });
    });
    return versions;
}

std::vector<std::string> Metadata::broken_objects() {
    std::vector<std::string> objects;
    if (dialect_.broken_objects.empty()) return objects;
    session_.query(dialect_.broken_objects, {}, [&](const Row& row) {
        objects.push_back(row[0].value_or("?") + ": " + row.at(1).value_or(""));
    });
    return objects;
}

std::optional<RunOwner> Metadata::lock_owner(const MetadataShape& shape) {
    if (!shape.lock) return std::nullopt;
    const std::string sql = fmt::format(
        "select run_id, owner, request_id, version_name, since from {} where id = 1",
        table("migrator_lock")
    );
    const auto row = query_row(session_, sql);
    if (!row) return std::nullopt;
    return RunOwner{
        text((*row)[0]), text((*row)[1]), text((*row)[2]), text((*row)[3]), time((*row)[4])};
}

}  // namespace migrator::db::sql

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/utf8.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/metadata.hpp"

namespace migrator::db::sql::store {
namespace {

constexpr std::size_t kRowsOfLiterals = 1'000;  // in one statement

}  // namespace

void Metadata::write_lock_owner(const RunOwner& owner) {
    execute(
        session_,
        dialect_.upsert_lock,
        {owner.run_id, owner.owner, owner.request_id, owner.version_name}
    );
}

std::int64_t Metadata::next_version_id() {
    return to_integer(query_row(session_, dialect_.next_version_id).value().front());
}

std::string Metadata::now() {
    const auto row = query_row(session_, fmt::format("select {}", dialect_.now_utc));
    return row.value().front().value();
}

void Metadata::insert_version(std::int64_t id, const std::string& name) {
    session_.execute_later(dialect_.insert_version, Parameters{std::to_string(id), name});
}

bool Metadata::has_tenant(const std::string& tenant) {
    const std::string sql = fmt::format(
        "select 1 from {} where name = {}", table("migrator_tenants"), dialect_.placeholder(1)
    );
    return query_row(session_, sql, {tenant}).has_value();
}

void Metadata::insert_tenant(const SchemaName& tenant) try {
    if (!options_.tenant_insert.empty()) {
        return execute(session_, options_.tenant_insert, {tenant.str()});
    }
    if (!options_.tenant_select.empty()) {
        throw Error(
            ErrorKind::Configuration,
            "tenantSelect is configured but tenantInsert is not: there is no statement that "
            "records the tenant"
        );
    }
    if (has_tenant(tenant.str())) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format("Failed to add tenant entry: tenant {} already exists", tenant.str())
        );
    }
    const std::string sql = fmt::format(
        "insert into {} (name, created) values ({}, {})",
        table("migrator_tenants"),
        dialect_.placeholder(1),
        dialect_.now_created.empty() ? dialect_.placeholder(2) : std::string(dialect_.now_created)
    );
    Parameters parameters{tenant.str()};
    if (dialect_.now_created.empty()) parameters.emplace_back(now());
    execute(session_, sql, parameters);
} catch (const Error& error) {
    if (error.kind() != ErrorKind::Internal) throw;
    throw Error(
        ErrorKind::MigrationFailed, fmt::format("Failed to add tenant entry: {}", error.what())
    );
}

void Metadata::write_tenant_state(const TenantState& state) {
    execute(
        session_,
        dialect_.upsert_tenant_state,
        {state.tenant,
         std::to_string(state.version_id),
         state.first_file,
         state.state,
         state.file,
         std::to_string(state.statement),
         state.sqlstate,
         to_valid_utf8(state.message)}
    );
}

void Metadata::plan_tenants(
    std::int64_t version_id,
    std::span<const std::string> tenants,
    std::span<const std::string> first_files
) {
    if (dialect_.literals == nullptr) {
        return execute(
            session_,
            dialect_.plan_tenant_states,
            {json_array(tenants), json_array(first_files), std::to_string(version_id)}
        );
    }
    for (std::size_t begin = 0; begin < tenants.size(); begin += kRowsOfLiterals) {
        std::string rows;
        for (std::size_t i = begin; i < std::min(tenants.size(), begin + kRowsOfLiterals); ++i) {
            const std::string pair[] = {tenants[i], first_files[i]};
            rows += fmt::format(
                "{}({}, {}, 'planned', '', 0, '', '', {})",
                rows.empty() ? "" : ", ",
                dialect_.literals(std::span<const std::string>(pair)),
                version_id,
                dialect_.now_utc
            );
        }
        execute(session_, fmt::format(fmt::runtime(dialect_.plan_tenant_states), rows));
    }
}

void Metadata::lock_tenant_state(const std::string& tenant) {
    if (dialect_.lock_tenant_state.empty()) return;
    session_.execute_later(dialect_.lock_tenant_state, Parameters{tenant});
}

void Metadata::delete_tenant_states(const std::vector<std::string>& tenants) {
    Parameters parameters;
    const std::string in_tenants = in_list(tenants, parameters);
    const std::string sql =
        fmt::format("delete from {} where tenant {}", table("migrator_tenant_state"), in_tenants);
    session_.execute_later(sql, parameters);
}

void Metadata::accept(const Migration& migration) {
    const std::string sql = fmt::format(
        "update {} set checksum = {}, contents = {} where filename = {} and {}",
        table("migrator_migrations"),
        dialect_.placeholder(1),
        dialect_.placeholder(2),
        dialect_.placeholder(3),
        migration_rows()
    );
    execute(
        session_, sql, {migration.check_sum, to_valid_utf8(migration.contents), migration.file}
    );
}

void Metadata::forget(const SchemaName& tenant, const std::vector<const Migration*>& files) {
    std::vector<std::string> names;
    for (const Migration* file : files) names.push_back(file->file);
    const std::string migrations = table("migrator_migrations");
    Parameters parameters;
    const std::string in_files = in_list(names, parameters);
    parameters.emplace_back(tenant.str());
    const std::string rows = fmt::format(
        "from {} where {} and filename {} and db_schema = {}",
        migrations,
        tenant_migration_rows(),
        in_files,
        dialect_.placeholder(static_cast<int>(parameters.size()))
    );
    std::string versions;
    session_.query("select distinct version_id " + rows, parameters, [&](const Row& row) {
        versions += (versions.empty() ? "" : ", ") + std::to_string(to_integer(row[0]));
    });
    execute(session_, "delete " + rows, parameters);
    if (!versions.empty()) {
        // A Go program on the same database can't list versions once one has no rows.
        execute(
            session_,
            fmt::format(
                "delete from {0} where id in ({1}) and id not in (select version_id from {2})",
                table("migrator_versions"),
                versions,
                migrations
            )
        );
    }
    // What the tenant is owed from an earlier run may begin with an earlier file.
    const auto owed = query_row(
        session_,
        fmt::format(
            "select first_file from {} where tenant = {}",
            table("migrator_tenant_state"),
            dialect_.placeholder(1)
        ),
        {tenant.str()}
    );
    const bool is_earlier = owed && std::ranges::find(names, *owed->front()) == names.end();
    write_tenant_state(
        {.tenant = tenant.str(),
         .first_file = is_earlier ? *owed->front() : names.front(),
         .state = "planned"}
    );
}

bool Metadata::has_row(
    std::int64_t version_id, const std::string& file, const std::string& schema
) {
    const std::string sql = fmt::format(
        "select 1 from {} where version_id = {} and filename = {} and db_schema = {}",
        table("migrator_migrations"),
        version_id,
        dialect_.placeholder(1),
        dialect_.placeholder(2)
    );
    return query_row(session_, sql, {file, schema}).has_value();
}

bool Metadata::is_owner(const std::string& run_id) {
    const std::string sql = fmt::format(
        "select 1 from {} where id = 1 and run_id = {}",
        table("migrator_lock"),
        dialect_.placeholder(1)
    );
    return query_row(session_, sql, {run_id}).has_value();
}

}  // namespace migrator::db::sql::store

#include "db/sql/store/tenants.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace migrator::db::sql::store {

std::vector<std::string> Tenants::list(const MetadataShape& shape) {
    std::string sql = tables_.options.tenant_select;
    if (sql.empty()) {
        if (!shape.tenants) return {};
        sql = fmt::format("select name from {} order by id", tables_.name("migrator_tenants"));
    }
    std::vector<std::string> names;
    told_as("Could not query tenants", [&] {
        tables_.session.query(sql, {}, [&](const Row& row) {
            names.push_back(row.empty() ? std::string() : text_of(row.front()));
        });
    });
    return names;
}

bool Tenants::has(const std::string& tenant) {
    const std::string sql = fmt::format(
        "select 1 from {} where name = {}",
        tables_.name("migrator_tenants"),
        tables_.dialect.placeholder(1)
    );
    return query_row(tables_.session, sql, {tenant}).has_value();
}

void Tenants::insert(const SchemaName& tenant) try {
    const auto& [session, dialect, options] = tables_;
    if (!options.tenant_insert.empty()) {
        return execute(session, options.tenant_insert, {tenant.str()});
    }
    if (!options.tenant_select.empty()) {
        throw Error(
            ErrorKind::Configuration,
            "tenantSelect is configured but tenantInsert is not; set tenantInsert to record the "
            "tenant"
        );
    }
    if (has(tenant.str())) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format("Failed to add tenant entry: tenant {} already exists", tenant.str())
        );
    }
    const std::string sql = fmt::format(
        "insert into {} (name, created) values ({}, {})",
        tables_.name("migrator_tenants"),
        dialect.placeholder(1),
        dialect.now_created.empty() ? dialect.placeholder(2) : std::string(dialect.now_created)
    );
    Parameters parameters{tenant.str()};
    if (dialect.now_created.empty()) parameters.emplace_back(tables_.now());
    execute(session, sql, parameters);
} catch (const Error& error) {
    if (error.kind() != ErrorKind::Internal) throw;
    throw Error(
        ErrorKind::MigrationFailed, fmt::format("Failed to add tenant entry: {}", error.what())
    );
}

}  // namespace migrator::db::sql::store

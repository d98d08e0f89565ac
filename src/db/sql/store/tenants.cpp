#include "db/sql/store/tenants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace migrator::db::sql::store {

std::vector<Value> Tenants::list(const MetadataShape& shape) {
    std::vector<Value> names;
    if (const auto& listed = tables_.options.listed_tenants) {
        for (std::string& name : listed()) names.emplace_back(std::move(name));
        return names;
    }
    std::string sql = tables_.options.tenant_select;
    if (sql.empty()) {
        if (!shape.tenants) return {};
        sql = fmt::format("select name from {} order by id", tables_.name("migrator_tenants"));
    }
    told_as("Could not query tenants", [&] {
        tables_.session.query(sql, {}, [&](const Row& row) {
            names.push_back(row.empty() ? std::nullopt : row.front());
        });
    });
    return names;
}

void Tenants::insert(const SchemaName& tenant, const MetadataShape& shape) try {
    const auto& [session, dialect, options] = tables_;
    if (!options.tenant_insert.empty()) {
        execute(session, options.tenant_insert, {tenant.str()});
        return check_inserted(tenant, shape);
    }
    if (!options.tenant_select.empty()) {
        throw Error(
            ErrorKind::Configuration,
            "tenantSelect is configured but tenantInsert is not; set tenantInsert to record the "
            "tenant"
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

bool Tenants::can_remove() const {
    return tables_.options.tenant_select.empty() || !tables_.options.tenant_delete.empty();
}

void Tenants::remove(const SchemaName& tenant, const MetadataShape& shape) {
    const auto& [session, dialect, options] = tables_;
    std::string sql = options.tenant_delete;
    if (sql.empty()) {
        sql = fmt::format(
            "delete from {} where name = {}",
            tables_.name("migrator_tenants"),
            dialect.placeholder(1)
        );
    }
    const std::vector<Value> before = list(shape);
    execute(session, sql, {tenant.str()});
    const std::vector<Value> after = list(shape);
    const auto is_left = [&](const Value& name) {
        return std::ranges::find(after, name) != after.end();
    };
    if (is_left(tenant.str())) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "tenantDelete was run, but tenantSelect still gives tenant {}; correct the two "
                "statements",
                tenant.str()
            )
        );
    }
    // Some servers compare without regard to letter case, and a statement may lack a condition.
    for (const Value& name : before) {
        if (name == Value(tenant.str()) || is_left(name)) continue;
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "removing tenant {} from the list would remove {}, too; nothing was removed",
                tenant.str(),
                text_of(name)
            )
        );
    }
}

/// A statement can succeed and list nobody, or somebody else.
void Tenants::check_inserted(const SchemaName& tenant, const MetadataShape& shape) {
    const std::vector<Value> names = list(shape);
    if (std::ranges::find(names, Value(tenant.str())) != names.end()) return;
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "Failed to add tenant entry: tenantInsert was run, but {} does not give tenant {} "
            "afterwards; correct the two statements (the placeholder of tenantInsert stands "
            "without quotes)",
            tables_.options.tenant_select.empty() ? "the built-in table, without tenantSelect,"
                                                  : "tenantSelect",
            tenant.str()
        )
    );
}

}  // namespace migrator::db::sql::store

#include "db/sql/apply/tenant_removal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/sql/apply/own_tables.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/migration_rows.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/tenants.hpp"

namespace migrator::db::sql::apply {
namespace {

[[noreturn]] void refuse_drop(const SchemaName& schema, const std::string& why) {
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format("the schema {} is not dropped: {}. Nothing was removed", schema.str(), why)
    );
}

}  // namespace

TenantRemoval::TenantRemoval(
    const store::Tables& tables,
    const store::MetadataShape& shape,
    const SchemaName& tenant,
    const std::vector<Migration>& sources
)
    : tables_(tables),
      shape_(shape),
      name_(tenant),
      names_(tables.session, tables.dialect, tables.options, tenant_files(sources)),
      schema_(SchemaName::parse(names_.schema_of(tenant.str()))),
      list_(store::Tenants(tables).list(shape)) {}

TenantTraces TenantRemoval::look() {
    TenantTraces traces{.tenant = name_.str()};
    traces.is_listed = std::ranges::find(list_, Value(name_.str())) != list_.end();
    if (traces.is_listed && !store::Tenants(tables_).can_remove()) {
        throw Error(
            ErrorKind::Configuration,
            fmt::format(
                "tenant {} is in what tenantSelect gives; remove it there first, or set "
                "tenantDelete. Nothing was removed",
                name_.str()
            )
        );
    }
    if (shape_.migrations) traces.rows = store::MigrationRows(tables_).count(name_.str());
    const auto states = store::TenantStates(tables_).read(shape_);
    traces.has_state = std::ranges::find(states, name_.str(), &TenantState::tenant) != states.end();
    if (!has_schema()) return traces;
    traces.schema = schema_.str();
    // A file beside the metadata would have to be opened first.
    const Dialect& dialect = tables_.dialect;
    if (!dialect.schemas.empty() && dialect.objects_in != nullptr) {
        traces.objects = objects_in(schema_);
    }
    return traces;
}

bool TenantRemoval::has_schema() {
    if (tables_.dialect.schemas.empty()) {
        const std::string names[] = {schema_.str()};
        return tables_.session.missing_schemas(names).empty();
    }
    bool is_there = false;
    tables_.session.query(tables_.dialect.schemas, {}, [&](const Row& row) {
        is_there = is_there || names_.is_schema_of(name_.str(), text_of(row[0]));
    });
    return is_there;
}

std::vector<std::string> TenantRemoval::objects_in(const SchemaName& schema) {
    std::vector<std::string> objects;
    tables_.session.query(tables_.dialect.objects_in(schema), {}, [&](const Row& row) {
        if (!names_.is_schema_of(name_.str(), text_of(row.at(1)))) return;
        objects.push_back(text_of(row.front()));
    });
    return objects;
}

/// Another tenant of the list that works in this schema.
std::string TenantRemoval::shared_with() const {
    const std::string key = names_.key_of(name_.str());
    for (const Value& row : list_) {
        std::string other = text_of(row);
        if (other == name_.str() || !SchemaName::is_valid(other)) continue;
        if (names_.key_of(other) == key) return other;
    }
    return {};
}

void TenantRemoval::check_schema(const TenantTraces& traces) {
    const Dialect& dialect = tables_.dialect;
    const std::string& name = name_.str();
    if (dialect.drop_schema == nullptr) {
        refuse_drop(
            schema_,
            fmt::format(
                "{} has no statement that drops a schema with its objects; drop it yourself, and "
                "remove the tenant without --drop-schema",
                dialect.name
            )
        );
    }
    if (is_system_schema(name, dialect) || is_system_schema(schema_.str(), dialect)) {
        refuse_drop(schema_, fmt::format("it belongs to {} itself", dialect.name));
    }
    if (names_.is_reserved(name) || may_be_reserved(schema_.str(), tables_.options)) {
        refuse_drop(schema_, "it is that of migrator or of a single directory");
    }
    if (std::ranges::any_of(traces.objects, shows_metadata_schema)) {
        refuse_drop(schema_, "it holds the tables of another migrator (migrator_migrations)");
    }
    const std::string_view shared = dialect.default_schema;
    if (!shared.empty() && equal_ignoring_case(schema_.str(), shared)) {
        refuse_drop(schema_, "it is the schema of everybody who names none");
    }
    if (const std::string other = shared_with(); !other.empty()) {
        refuse_drop(schema_, fmt::format("tenant {} works in it, too", other));
    }
    if (traces.schema.empty() || dialect.dropped_with == nullptr) return;
    std::string outside;
    tables_.session.query(dialect.dropped_with(schema_), {}, [&](const Row& row) {
        outside += (outside.empty() ? "" : ", ") + text_of(row.front());
    });
    if (!outside.empty()) {
        refuse_drop(
            schema_, fmt::format("objects in other schemas would be dropped with it ({})", outside)
        );
    }
}

void TenantRemoval::drop_schema() {
    // As a script, so that the role that the tenant's files run as drops what they have made.
    const std::string sql = tables_.dialect.drop_schema(schema_);
    const script::Script script = tables_.dialect.scan(sql, tables_.dialect.lexis, true);
    const ScriptRun run{.step = 0, .text = sql, .script = &script};
    if (const auto failure = tables_.session.run_scripts({&run, 1})) {
        throw Error(
            failure->connection_lost ? ErrorKind::Unavailable : ErrorKind::MigrationFailed,
            fmt::format("could not drop the schema {}: {}", schema_.str(), describe(*failure))
        );
    }
    tables_.session.reset();
}

void TenantRemoval::delete_records(const TenantTraces& traces) {
    const std::string names[] = {name_.str()};
    if (traces.rows > 0) store::MigrationRows(tables_).remove_all(name_.str());
    if (traces.has_state) store::TenantStates(tables_).remove(names);
    if (traces.is_listed) store::Tenants(tables_).remove(name_, shape_);
}

}  // namespace migrator::db::sql::apply

#include "db/sql/apply/new_tenant.hpp"

#include <fmt/format.h>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/store/tenants.hpp"

namespace migrator::db::sql::apply {
void check_new_tenant(const Job& job, const SchemaName& tenant) {
    const std::string& name = tenant.str();
    const std::size_t limit = job.dialect.max_identifier_bytes;
    if (limit != 0 && name.size() > limit) {
        // The server would cut it without a word, and two tenants could share a schema.
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Create schema failed: the name {} has {} characters, the limit of {} is {}",
                name,
                name.size(),
                job.dialect.name,
                limit
            )
        );
    }
    bool taken = equal_ignoring_case(name, "migrator");
    for (const std::string& schema : job.options.single_schemas) {
        taken = taken || equal_ignoring_case(name, schema);
    }
    if (taken) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Failed to add tenant entry: {} is the schema of migrator or of a single "
                "directory; choose another name",
                name
            )
        );
    }
}

void make_tenant(const Job& job, Session& session, const SchemaName& tenant) {
    const Dialect& dialect = job.dialect;
    const std::string sql =
        dialect.create_schema == nullptr ? std::string() : dialect.create_schema(tenant);
    if (!sql.empty()) {
        // As a script, so that it is made by the role that the tenant's files run as.
        const script::Script script = dialect.scan(sql, dialect.lexis, true);
        const ScriptRun run{.step = 0, .text = sql, .script = &script};
        if (const auto failure = session.run_scripts({&run, 1})) {
            throw Error(
                failure->connection_lost ? ErrorKind::Unavailable : ErrorKind::MigrationFailed,
                "Create schema failed: " + describe(*failure)
            );
        }
        session.reset();
    }
    store::Tenants(job.tables(session)).insert(tenant);
}

}  // namespace migrator::db::sql::apply

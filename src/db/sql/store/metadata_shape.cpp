#include "db/sql/store/metadata_shape.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::store {
namespace {

constexpr std::string_view kInitialVersion = "Initial version";

/// One step of the set-up; `what` is the wording that operators search for.
template <typename Step>
void step(std::string_view what, Step&& run) try {
    run();
} catch (const Error& error) {
    throw error.as(
        error.kind() == ErrorKind::Internal ? ErrorKind::Unavailable : error.kind(),
        fmt::format("Error initialising migrator: could not create {}: {}", what, error.what())
    );
}

void give_old_rows_a_version(Session& session, const Dialect& dialect) {
    const std::string table = fmt::format("{}migrator_migrations", dialect.prefix);
    // An upgrade that was cut off behind this step has left none without a version.
    const std::string any = fmt::format(
        "select case when exists (select 1 from {} where version_id is null) then 1 else 0 end",
        table
    );
    if (!query_bool(session, any)) return;
    const auto row = query_row(session, dialect.next_version_id);
    const auto id = to_integer(row.value().front());
    execute(session, dialect.insert_version, {std::to_string(id), std::string(kInitialVersion)});
    execute(
        session, fmt::format("update {} set version_id = {} where version_id is null", table, id)
    );
    log::info(fmt::format("Upgraded the metadata tables; old rows now belong to version {}", id));
}

}  // namespace

MetadataShape read_shape(Session& session, const Dialect& dialect) {
    MetadataShape shape;
    bool* const fields[] = {
        &shape.schema,
        &shape.migrations,
        &shape.version_id,
        &shape.versions,
        &shape.tenants,
        &shape.lock,
        &shape.runs,
        &shape.tenant_state,
        &shape.places,
        &shape.audit,
        &shape.filename_index,
        &shape.exact_names,
    };
    const auto row = query_row(session, dialect.shape_query);
    // The last column is asked for only where the answer can be no.
    shape.exact_names = dialect.make_names_exact.empty();
    const std::size_t columns = std::size(fields) - (shape.exact_names ? 1 : 0);
    if (!row || row->size() != columns) {
        throw Error(ErrorKind::Internal, "could not look up the metadata tables");
    }
    for (std::size_t i = 0; i < columns; ++i) *fields[i] = is_true((*row)[i]);
    return shape;
}

void create_or_upgrade(Session& session, const Dialect& dialect, const Options& options) {
    const MetadataShape shape = read_shape(session, dialect);
    const auto make = [&](bool exists, std::string_view what, std::string_view ddl) {
        if (exists || ddl.empty()) return;
        step(what, [&] { execute(session, ddl); });
    };
    make(shape.schema, "migrator schema", dialect.create_metadata_schema);
    make(shape.versions, "versions table", dialect.create_versions);
    make(shape.migrations, "migrations table", dialect.create_migrations);
    if (shape.migrations && !shape.version_id) {
        step("versions table", [&] {
            execute(session, dialect.add_version_id);
            give_old_rows_a_version(session, dialect);
            execute(session, dialect.require_version_id);
        });
    }
    make(
        shape.tenants || !options.tenant_select.empty(),
        "default tenants table",
        dialect.create_tenants
    );
    make(shape.lock, "lock table", dialect.create_lock);
    make(shape.runs, "runs table", dialect.create_runs);
    make(shape.tenant_state, "tenant state table", dialect.create_tenant_state);
    make(shape.places, "places table", dialect.create_places);
    make(shape.exact_names, "columns for names", dialect.make_names_exact);
    make(shape.filename_index, "index on file names", dialect.create_filename_index);
}

}  // namespace migrator::db::sql::store

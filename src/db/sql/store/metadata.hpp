#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "core/schema_name.hpp"
#include "db/connector.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/session.hpp"
#include "db/sql/store/metadata_shape.hpp"

namespace migrator::db::sql::store {

/// Reads and writes migrator's own tables over one session; makes none (`metadata_shape.hpp`).
/// A reader takes missing tables for empty ones. Borrows everything it is made from.
/// Error texts: docs/compatibility.md.
class Metadata {
public:
    Metadata(Session& session, const Dialect& dialect, const Options& options)
        : session_(session), dialect_(dialect), options_(options) {}

    // Reading.
    std::vector<std::string> tenants(const MetadataShape& shape);
    Applied applied(const MetadataShape& shape, const std::vector<Migration>& sources);
    /// For `take_migration`; null when there is no table.
    std::unique_ptr<RowSource> migrations(const MetadataShape& shape, const RowsWanted& wanted);
    std::vector<Version> versions(const MetadataShape& shape, const VersionsWanted& wanted);
    /// As `Connector::broken_objects`.
    std::vector<std::string> broken_objects();
    std::optional<RunOwner> lock_owner(const MetadataShape& shape);
    std::vector<TenantState> tenant_states(const MetadataShape& shape);

    // Writing, in the open transaction; what gives nothing back may be told of later
    // (`Session::execute_later`).
    void write_lock_owner(const RunOwner& owner);
    std::int64_t next_version_id();
    /// The database's time in UTC, for `created`: on most servers that of the transaction's start.
    std::string now();
    /// Does nothing when the version is there already.
    void insert_version(std::int64_t id, const std::string& name);
    /// Throws MigrationFailed when the built-in table has the tenant already.
    void insert_tenant(const SchemaName& tenant);
    void write_tenant_state(const TenantState& state);
    /// States "planned" for tenants and the first file of each.
    void plan_tenants(
        std::int64_t version_id,
        std::span<const std::string> tenants,
        std::span<const std::string> first_files
    );
    /// Waits for the transactions that have changed the tenant's state, and keeps others from that
    /// until this one has ended. May be sent with what is asked next (`Session::execute_later`).
    void lock_tenant_state(const std::string& tenant);
    void delete_tenant_states(const std::vector<std::string>& tenants);
    void accept(const Migration& migration);
    void forget(const SchemaName& tenant, const std::vector<const Migration*>& files);

    /// Whether the row of this file, schema and version is there.
    bool has_row(std::int64_t version_id, const std::string& file, const std::string& schema);
    bool has_tenant(const std::string& tenant);
    /// Whether `migrator_lock` still names this run.
    bool is_owner(const std::string& run_id);

private:
    std::string table(std::string_view name) const;
    /// "in (…)" for these names, adding to the parameters of the statement what it needs.
    std::string in_list(std::span<const std::string> names, Parameters& parameters) const;
    /// A tenant, whether it has each file once, and else the file it lacks, from 0, when it has
    /// each of the others once and the server can tell.
    using TakeCount = std::function<
        void(const std::string& tenant, bool is_complete, std::optional<std::size_t> missing)>;
    /// Calls `take` for each tenant that has rows of `files`.
    void count_files(std::span<const std::string> files, const TakeCount& take);
    std::string hash_query(std::span<const std::string> files) const;
    void read_counts(const std::vector<Migration>& sources, Applied& applied);
    void read_places(std::span<const std::string> files, const FileSet& none, Applied& applied);
    void count_files_of_tenants(
        std::span<const std::string> known, const FileSet& none, Applied& applied
    );
    void read_files_of_tenants(
        std::span<const std::string> files, std::span<const std::string> tenants, Applied& applied
    );

    Session& session_;
    const Dialect& dialect_;
    const Options& options_;
};

}  // namespace migrator::db::sql::store

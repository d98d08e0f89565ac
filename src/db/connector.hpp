#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/error.hpp"
#include "core/finding.hpp"
#include "core/migration.hpp"
#include "core/notice.hpp"
#include "core/plan.hpp"
#include "core/progress.hpp"
#include "core/schema_name.hpp"
#include "core/share.hpp"
#include "core/time.hpp"
#include "core/trace.hpp"
#include "db/audit_log.hpp"
#include "db/catalog.hpp"
#include "db/options.hpp"
#include "db/run_records.hpp"
#include "db/shared_failures.hpp"
#include "db/trace_request.hpp"
#include "identity/places.hpp"

namespace migrator::db {

/// A problem that can be seen in a file before anything runs.
struct ScriptProblem {
    std::string file;
    std::string message;  ///< names line and what to do
};

/// A check of a file that is not true for a schema.
struct FailedCheck {
    std::string file;
    std::uint32_t line = 0;  ///< of the check, from 1; 0: the file's checks can't be asked at all
    std::string check;       ///< its SQL for people, without its literals
    std::string schema;
    std::string why;  ///< it is false, or why it is not true
};

/// What the checks of a plan's files say now.
struct CheckReport {
    std::size_t asked = 0;            ///< each check counts once for each schema
    std::vector<FailedCheck> failed;  ///< in the order of the plan, by line and schema
};

/// From what a plan is made again for one of several servers, once its lock is held. All is lent.
struct PlanBasis {
    const std::vector<Migration>& sources;  ///< all files, in source order; the plan points into it
    const std::vector<ServerRecords>& servers;  ///< as in `Applied`, like the next
    const FileSet& catalog_only;
    bool reconcile = false;                   ///< every tenant gets every file that it lacks
    const std::vector<std::string>& ignored;  ///< tenants that are owed nothing
};

/// A file as it is sent for one schema.
struct FileText {
    struct Piece {
        std::uint32_t line = 0;  ///< in `text`, from 1
        std::string text;        ///< of a statement, or of a check: its SQL for people
    };
    std::string text;  ///< with the schema in the place of the placeholder
    bool outside_transaction = false;
    std::vector<Piece> statements;  ///< in order, as failures count them from 1
    std::vector<Piece> checks;      ///< in order
};

struct ApplyRequest {
    std::string version_name;
    Action action = Action::Apply;
    bool dry_run = false;
    /// Its schema is made and it is recorded first, in the transaction of its first files.
    std::optional<SchemaName> new_tenant;
    std::optional<AdoptSchemas> adopt_schemas;  ///< unset: as the options say
    /// Tenants that are planned for but not in the plan: intent is recorded for them, so that the
    /// files that others get now stay pending for them.
    std::vector<OwedTenant> owed;
    /// Atomicity::Tenant: the plan's tenants that have files are worked for in waves, each of them
    /// complete before the next: so many of them in all, rising. Empty: all at once.
    std::vector<std::size_t> waves;
    /// Tenants that the run can't work for, who count among the failures that it tolerates.
    std::size_t failed_before = 0;
    std::optional<Share> max_failures;  ///< that it tolerates; unset: as the options say
    std::string request_id;             ///< for log lines of further threads
    ProgressSink progress;              ///< may be null
    /// Cancels in the database and rolls back; where tenants are worked for one by one, after those
    /// in work.
    std::stop_token stop;
    bool keep_rolled_back = false;  ///< a dry run fills `ApplyResult::rolled_back` where it can
    /// Where DDL commits: a file that an earlier run has left half-way goes on at this statement
    /// (from 1; 0: behind the last one known to have run) instead of at its first. A number is
    /// refused (InvalidRequest) when the run has several such files.
    std::optional<std::size_t> resume_at_statement;
    /// As `Applied::renamed`: what unfinished runs may call the plan's files. May be null.
    const std::unordered_map<std::string, std::string>* renamed = nullptr;

    /// Of a Connector over several servers, which needs it; else null.
    const PlanBasis* basis = nullptr;
    /// Where the new tenant is to be; empty: where the fewest are. Only over several servers.
    std::string server{};
    /// A version that an earlier step of the same run has begun on this server; 0: a new one.
    std::int64_t version_id = 0;
    /// Failures that count together with those of other servers. Null: they count alone.
    SharedFailures* shared_failures = nullptr;
};

/// A file that is recorded under another name from now on.
struct Rename {
    std::string from;
    std::string to;
};

/// What the database has of a tenant, or of one that was.
struct TenantTraces {
    std::string tenant;
    bool is_listed = false;
    std::size_t rows = 0;  ///< recorded migrations and scripts
    bool has_state = false;
    std::string schema;  ///< that its files work in; empty: the server has none
    /// In that schema, for people; at most 100. Empty where the database would have to look into
    /// files.
    std::vector<std::string> objects;

    /// Anything that says that it is, or was, a tenant: a schema alone may be anybody's.
    bool any() const { return is_listed || rows > 0 || has_state; }
    bool operator==(const TenantTraces&) const = default;
};

/// All that one server has recorded of a tenant, to be taken along to another.
struct TenantRecords {
    std::vector<AppliedMigration> rows;  ///< by id, with contents
    std::vector<Version> versions;       ///< of these rows, the oldest first
    std::optional<TenantState> state;
    bool is_listed = false;

    bool any() const { return !rows.empty() || state || is_listed; }
};

/// What a dry run had recorded before it rolled back.
struct RolledBack {
    Version version;
    std::vector<AppliedMigration> rows;  ///< by id, without contents
};

struct ApplyResult {
    /// Id of the version, also of one that a dry run rolled back where ids come from sequences;
    /// 0 when none was made.
    std::int64_t version_id = 0;
    std::vector<std::string> notes;  ///< what the answer has to say beside its numbers
    std::vector<Notice> notices;     ///< what the server said of the files, a few of each
    /// Tenants that failed while the others went on, in the order in which they did. Only with
    /// Atomicity::Tenant; what is done for the others stays.
    std::vector<TenantFailure> failures;
    /// For each file of the plan, for how many schemas it was recorded. Empty: for all.
    std::vector<std::size_t> executions;
    /// Only when tenants were worked for one by one.
    std::optional<FleetSummary> fleet;
    /// Only of a dry run in one transaction that recorded anything, and only when asked for.
    std::optional<RolledBack> rolled_back;
    /// Only of a run over several servers: each of them, the catalog's first.
    std::vector<ServerOutcome> servers;
};

/// Columns of `migrator_migrations` beside `id` and `version_id`, which are always read.
enum class Column : std::uint8_t {
    Name,
    SourceDir,
    File,
    Type,
    Schema,
    Created,
    CheckSum,
    Contents,
};

/// A set of columns: the others stay empty in the rows that are read.
class Columns {
public:
    constexpr Columns(std::initializer_list<Column> columns = {}) {
        for (const Column column : columns) add(column);
    }
    static constexpr Columns all_but_contents() {
        Columns columns;
        columns.bits_ = (1U << static_cast<unsigned>(Column::Contents)) - 1;
        return columns;
    }
    static constexpr Columns all() {
        Columns columns = all_but_contents();
        columns.add(Column::Contents);
        return columns;
    }
    constexpr void add(Column column) { bits_ |= 1U << static_cast<unsigned>(column); }
    constexpr bool has(Column column) const {
        return (bits_ >> static_cast<unsigned>(column) & 1U) != 0;
    }
    bool operator==(const Columns&) const = default;

private:
    unsigned bits_ = 0;
};

/// Which rows of `migrator_migrations`, which columns of them, and in which order.
struct RowsWanted {
    enum class Order : std::uint8_t {
        NameDirectoryId,     ///< by name, source directory, id
        NewestVersionFirst,  ///< by version, the newest first; within one by id
    };
    Columns columns = Columns::all_but_contents();
    std::optional<std::int64_t> version_id;  ///< of this version only
    std::optional<std::int64_t> id;          ///< this row only
    std::optional<std::string> schema;       ///< rows of tenant files for this schema only
    /// The newest row of a migration that is recorded under one of these names. Empty: all rows.
    std::vector<std::string> newest_of;
    Order order = Order::NewestVersionFirst;
};

/// Rows that are read one by one, as they arrive: memory for one row at a time. One thread at a
/// time. It holds a connection: let it go soon, and before the Connector.
class AppliedRows {
public:
    virtual ~AppliedRows() = default;
    /// The next row; false after the last one. Throws as the Connector does.
    virtual bool next(AppliedMigration& row) = 0;
};

/// Which versions. Both unset: all.
struct VersionsWanted {
    std::optional<std::int64_t> id;
    std::optional<std::string> file;  ///< with at least one row of this file (its identity)
};

/// How the connections for reading are used at this moment.
struct PoolUse {
    std::size_t in_use = 0;
    std::size_t idle = 0;
    std::size_t limit = 0;
};

/// The right to change the database: the migration lock is held while the object lives.
/// One thread at a time.
class Run {
public:
    virtual ~Run() = default;

    /// Runs what is planned and records it (or only records it: Action::Sync), and commits; a dry
    /// run rolls back. An error rolls back what is not committed; what stays committed is said
    /// in the message. Creates or upgrades the metadata tables first.
    ///
    /// Throws MigrationFailed ("SQL migration FILE failed with error: …"), Cancelled, Unavailable,
    /// Locked when the lock was lost to another run.
    virtual ApplyResult apply(const Plan& plan, const ApplyRequest& request) = 0;

    /// Takes over the checksum and contents of `migration` into all its rows. `names`: those that
    /// it is recorded under, its own included.
    virtual void accept(const Migration& migration, const std::vector<std::string>& names) = 0;

    /// Deletes the tenant's rows of `files` and plans them again: the next run applies them.
    /// `files` is in source order and not empty. `other_names`: what else they are recorded under.
    virtual void forget(
        const SchemaName& tenant,
        const std::vector<const Migration*>& files,
        const std::vector<std::string>& other_names
    ) = 0;

    /// Deletes the tenant's rows, its state and its entry in the list; with `drop_schema` also its
    /// schema with all that is in it. Gives what was there, nothing when there was no trace, and
    /// then nothing is done. Throws what `Connector::find_tenant` throws, and MigrationFailed when
    /// the schema may not be dropped; nothing is deleted then.
    virtual TenantTraces remove_tenant(
        const SchemaName& tenant, const std::vector<Migration>& sources, bool drop_schema
    ) = 0;

    /// Deletes the states of these tenants: nothing is owed to them any more.
    virtual void settle(const std::vector<std::string>& tenants) = 0;

    /// Records that places are the same, or of their own.
    virtual void add_places(const std::vector<SamePlace>& places) = 0;

    /// Stores what the schemas of these tenants are now, in a table that the first call makes.
    virtual void store_fingerprints(const std::vector<StoredFingerprint>& fingerprints) = 0;

    /// Records files under other names, whoever has them. Their contents stay as they are.
    virtual void rename(const std::vector<Rename>& renames) = 0;

    /// On the catalog of several servers: records where a tenant is to be, unless that is recorded,
    /// and gives the server that is recorded then.
    virtual std::string place(const SchemaName& /*tenant*/, const std::string& /*server*/) {
        throw Error(ErrorKind::Internal, "this database has no record of where tenants are");
    }
    /// Records what another server had: rows with versions of this server's own of the same names,
    /// state, and the entry in the list where that is migrator's. Throws MigrationFailed when there
    /// are rows of the tenant already.
    virtual void take_over(const SchemaName& /*tenant*/, const TenantRecords& /*records*/) {
        throw Error(ErrorKind::Internal, "this database takes no records of another over");
    }
    /// Of several servers: moves the records of a tenant whose schema is on the server `to`, and no
    /// longer where its records are. Gives the server that they were on. Throws InvalidRequest for
    /// a single server, NotFound for no such tenant or server, MigrationFailed when the schema is
    /// not there, or still where it was.
    virtual std::string move_tenant(
        const SchemaName& /*tenant*/,
        const std::string& /*to*/,
        const std::vector<Migration>& /*sources*/
    ) {
        throw Error(
            ErrorKind::InvalidRequest,
            "the configuration has no servers, so a tenant cannot be moved between them"
        );
    }
    /// Forgets where a tenant is to be.
    virtual void displace(const SchemaName& /*tenant*/) {
        throw Error(ErrorKind::Internal, "this database has no record of where tenants are");
    }
};

/// What the coordinator asks of a database. All functions may be called from several threads.
/// Reads create nothing and take no lock: missing metadata tables read as empty, tables of v4 are
/// read as they are. Every function throws Unavailable when the database can't be reached.
class Connector {
public:
    virtual ~Connector() = default;

    virtual Atomicity atomicity() const = 0;
    /// Whether Atomicity::Tenant means a transaction for each tenant, not for groups of them.
    virtual bool has_fleets() const { return true; }

    /// Returns when the database has answered. Opens at most one connection.
    virtual void ping() = 0;

    /// What the plan needs to know. `sources` are all files, in source order.
    virtual Applied read_applied(const std::vector<Migration>& sources) = 0;

    /// The list of tenants, without a look at files: whether one has the schema of another is not
    /// known then.
    virtual TenantList tenant_list() = 0;
    /// The names of that list.
    std::vector<std::string> tenants() { return tenant_list().names; }

    /// What there is of a tenant that is to be removed. `sources` are all files. Throws
    /// Configuration when the list can't be changed, MigrationFailed when its rows can't be told
    /// from another's.
    virtual TenantTraces find_tenant(
        const SchemaName& tenant, const std::vector<Migration>& sources
    ) = 0;

    /// Whether a run goes on for the other tenants when so many of `tenants` fail.
    /// `max_failures` as in `ApplyRequest`.
    virtual bool contains_failures(
        std::size_t failed, std::size_t tenants, const std::optional<Share>& max_failures
    ) const = 0;

    /// Rows of `migrator_migrations`, only the columns that are wanted.
    virtual std::unique_ptr<AppliedRows> applied_migrations(const RowsWanted& wanted) = 0;

    /// Newest first. One statement for the server, once the tables are known to be there.
    virtual std::vector<Version> versions(const VersionsWanted& wanted) = 0;

    /// Objects that a failed statement left half made, such as invalid indexes, for people;
    /// each says what to do. Empty where the database has no such thing.
    virtual std::vector<std::string> broken_objects() = 0;

    /// Who holds the migration lock now; nothing when it is free.
    virtual std::optional<RunOwner> lock_owner() = 0;

    /// One short try to get the migration lock; null when another run has it.
    virtual std::unique_ptr<Run> try_begin_run(const RunOwner& owner) = 0;

    /// As long as the Connector.
    virtual RunRecords& run_records() = 0;

    /// As long as the Connector.
    virtual AuditLog& audit_log() = 0;

    virtual PoolUse connections() const = 0;

    /// Not empty where a dry run executes nothing and writes nothing, because the database could
    /// not take it back: what an answer says of that. No run is begun for it then.
    virtual std::string dry_run_note() const { return {}; }

    /// What can be seen to be wrong with the planned files without running them: transaction
    /// control, statements that refuse a transaction, psql commands, names too long.
    /// In the order of the plan, at most one a file.
    virtual std::vector<ScriptProblem> check(const Plan& plan) = 0;

    /// Runs the planned files where `request` says, and rolls them back. `sources` are all files,
    /// in source order, among them those of the plan. Throws InvalidRequest where that can't be
    /// done, MigrationFailed when no scratch schema can be built.
    virtual TraceReport trace(
        const Plan& /*plan*/,
        const std::vector<Migration>& /*sources*/,
        const TraceRequest& /*request*/
    ) {
        throw Error(ErrorKind::InvalidRequest, "Files can't be traced on this database");
    }

    /// Asks the checks of the planned files, for every schema that they would run for, and changes
    /// nothing.
    virtual CheckReport run_checks(const Plan& plan) = 0;

    /// What the planned files would do to an application that uses the tables, with their sizes as
    /// they are now. Reads only. Throws InvalidRequest where there are no rules for the database:
    /// nobody may take an empty answer for a good one.
    virtual Analysis analyze(const Plan& /*plan*/, const TraceRequest& /*request*/) {
        throw Error(ErrorKind::InvalidRequest, "This database has no analysis");
    }

    /// The rows of a query of the configuration, as text.
    virtual std::vector<std::vector<std::optional<std::string>>> ask(const std::string& /*sql*/) {
        throw Error(ErrorKind::Internal, "this database answers no queries of the configuration");
    }

    /// All that is recorded of a tenant.
    virtual TenantRecords tenant_records(const SchemaName& /*tenant*/) {
        throw Error(ErrorKind::Internal, "this database does not give its records away");
    }

    /// Those of `names` that are schemas of the server, in their order.
    virtual std::vector<std::string> existing_schemas(const std::vector<std::string>& /*names*/) {
        throw Error(ErrorKind::Internal, "this database does not tell which schemas it has");
    }

    /// The catalog, for schemas that are to be compared. It has a connection of its own, and does
    /// not outlive the Connector. Throws InvalidRequest where schemas can't be compared.
    virtual std::unique_ptr<Catalog> catalog(const CatalogWanted& /*wanted*/) {
        throw Error(ErrorKind::InvalidRequest, "Schemas can't be compared on this database");
    }

    /// What runs have stored of schemas; none where no run has.
    virtual std::vector<StoredFingerprint> fingerprints() { return {}; }

    /// The schemas that the files of these tenants work in. `sources` are all files.
    virtual std::vector<TenantSchema> tenant_schemas(
        const std::vector<std::string>& /*tenants*/, const std::vector<Migration>& /*sources*/
    ) {
        throw Error(ErrorKind::InvalidRequest, "Schemas can't be compared on this database");
    }

    /// What these files make of an empty schema, in source order; it is dropped again. `maker`:
    /// host and process, for whoever finds it. Throws InvalidRequest where that can't be done,
    /// MigrationFailed when a file can't run there.
    virtual SchemaContents built_schema(
        const std::vector<const Migration*>& /*files*/,
        const CatalogWanted& /*wanted*/,
        const std::string& /*maker*/
    ) {
        throw Error(ErrorKind::InvalidRequest, "Schemas can't be compared on this database");
    }

    /// The same as `check` of the tenant that `request` creates, for whom `plan` is. Throws what
    /// `Run::apply` would throw before anything runs; gives what its answer would say.
    virtual std::vector<std::string> check_new_tenant(
        const Plan& plan, const ApplyRequest& request
    ) = 0;

    /// The text that would be sent for this file and schema, and how, for people.
    virtual std::string preview(const Migration& migration, const std::string& schema) = 0;

    /// The same in its parts. Asks the database nothing.
    virtual FileText file_text(const Migration& migration, const std::string& schema) = 0;
};

}  // namespace migrator::db

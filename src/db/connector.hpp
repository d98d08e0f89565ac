#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "core/progress.hpp"
#include "core/schema_name.hpp"
#include "core/time.hpp"
#include "db/options.hpp"

namespace migrator::db {

/// Who holds or wants the migration lock, as `migrator_lock` shows it to those who wait.
struct RunOwner {
    std::string run_id;  ///< a UUID
    std::string owner;   ///< host and process, for people
    std::string request_id;
    std::string version_name;
    TimePoint since;
};

/// A problem that can be seen in a file before anything runs.
struct ScriptProblem {
    std::string file;
    std::string message;  ///< names line and what to do
};

struct ApplyRequest {
    std::string version_name;
    Action action = Action::Apply;
    bool dry_run = false;
    /// Its schema is made and it is recorded first, in the transaction of its first files.
    std::optional<SchemaName> new_tenant;
    ProgressSink progress;  ///< may be null
    std::stop_token stop;   ///< cancels in the database and rolls back
};

struct ApplyResult {
    /// Id of the version, also of one that a dry run rolled back where ids come from sequences;
    /// 0 when none was made.
    std::int64_t version_id = 0;
    std::vector<std::string> notes;  ///< what the answer has to say beside its numbers
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

    /// Takes over the checksum and contents of `migration` into all its rows.
    virtual void accept(const Migration& migration) = 0;

    /// Deletes the tenant's rows of `files` and plans them again: the next run applies them.
    /// `files` is in source order and not empty.
    virtual void forget(const SchemaName& tenant, const std::vector<const Migration*>& files) = 0;
};

/// What the coordinator asks of a database. All functions may be called from several threads.
/// Reads create nothing and take no lock: missing metadata tables read as empty, tables of v4 are
/// read as they are. Every function throws Unavailable when the database can't be reached.
class Connector {
public:
    virtual ~Connector() = default;

    virtual Atomicity atomicity() const = 0;

    /// Returns when the database has answered. Opens at most one connection.
    virtual void ping() = 0;

    /// What the plan needs to know. `sources` are all files, in source order.
    virtual Applied read_applied(const std::vector<Migration>& sources) = 0;

    /// Tenant names in the order of the tenant list. Throws MigrationFailed that names one that is
    /// not valid.
    virtual std::vector<std::string> tenants() = 0;

    /// All rows of `migrator_migrations`, ordered by name, source directory, id.
    virtual void read_applied_migrations(
        const std::function<void(const AppliedMigration&)>& row
    ) = 0;

    /// All versions, newest first.
    virtual std::vector<Version> versions() = 0;

    /// The rows of one version, by id, without contents. Empty when there are none.
    virtual std::vector<AppliedMigration> migrations_of_version(std::int64_t version_id) = 0;

    /// Objects that a failed statement left half made, such as invalid indexes, for people;
    /// each says what to do. Empty where the database has no such thing.
    virtual std::vector<std::string> broken_objects() = 0;

    /// Who holds the migration lock now; nothing when it is free.
    virtual std::optional<RunOwner> lock_owner() = 0;

    /// One short try to get the migration lock; null when another run has it.
    virtual std::unique_ptr<Run> try_begin_run(const RunOwner& owner) = 0;

    /// What can be seen to be wrong with the planned files without running them: transaction
    /// control, statements that refuse a transaction, psql commands, names too long.
    /// In the order of the plan, at most one a file.
    virtual std::vector<ScriptProblem> check(const Plan& plan) = 0;

    /// The text that would be sent for this file and schema, and how, for people.
    virtual std::string preview(const Migration& migration, const std::string& schema) = 0;
};

}  // namespace migrator::db

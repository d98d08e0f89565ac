#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "db/connector.hpp"
#include "support/fake_audit_log.hpp"
#include "support/fake_catalog.hpp"
#include "support/fake_connector_runs.hpp"

namespace migrator::test {

class FakeConnector;

/// The runs of a FakeConnector that nobody waits for.
class FakeRunRecords : public db::RunRecords {
public:
    explicit FakeRunRecords(FakeConnector& database) : database_(database) {}

    Insertion insert(const db::RunRecord& run) override;
    bool update(const db::RunRecord& run) override;
    bool cancel(const std::string& id) override;
    std::optional<db::RunRecord> find(const std::string& id) override;
    void read(const std::function<void(const db::RunRecord&)>& run) override;

private:
    FakeConnector& database_;
};

/// A database in memory, with the behaviour a Connector promises: rows, versions, tenants, one
/// migration lock, transactions that roll back, unfinished runs. Several coordinators on one
/// object are several processes on one database. Thread-safe; outlives its runs.
class FakeConnector : public db::Connector {
public:
    /// One file that ran for one schema, whether or not it was rolled back later.
    struct Execution {
        std::string file;
        std::string schema;
        bool operator==(const Execution&) const = default;
    };

    explicit FakeConnector(db::Atomicity atomicity = db::Atomicity::Version);

    // What a test arranges.

    /// From now on with Atomicity::Tenant, as a server that works for tenants one by one and puts
    /// up with so many that fail.
    void work_tenant_by_tenant(std::size_t max_failures);
    void add_tenant(const std::string& name);
    void remove_tenant(const std::string& name);
    /// A row of the tenant list that no run can work for.
    void add_bad_tenant(const BadTenant& bad);
    /// The tenant's schema has these objects; without any call it has none, and no schema.
    void add_objects(const std::string& tenant, const std::vector<std::string>& objects);
    /// Those of all schemas that were not dropped.
    std::map<std::string, std::vector<std::string>> objects() const;
    /// The tenant has no schema, as `read_applied` tells until it has rows.
    void add_without_schema(const std::string& tenant);
    /// Records `migration` as applied to `schema`, in a version of its own.
    void record(const Migration& migration, const std::string& schema);
    void add_state(const TenantState& state);
    void add_broken_object(const std::string& text);
    /// `file` fails with this message when it runs, until `mend_file`; for `tenant` alone if given.
    void fail_file(
        const std::string& file,
        const std::string& message,
        const std::optional<std::string>& tenant = std::nullopt
    );
    void mend_file(const std::string& file);
    /// What `check` says about `file`.
    /// A check that is not true, of a file that may be planned.
    void fail_check(const db::FailedCheck& check);
    /// What its catalog reads. For the test alone: not while others use it.
    FakeSchemas& schemas() { return schemas_; }
    void add_problem(const std::string& file, const std::string& message);
    /// What `trace` answers.
    void set_trace(TraceReport report) { trace_report_ = std::move(report); }
    /// What `analyze` answers; `hook` is called before it does.
    void set_analysis(Analysis analysis, std::function<void()> hook = nullptr) {
        analysis_ = std::move(analysis);
        on_analysis_ = std::move(hook);
    }
    /// Every call throws Unavailable with this message until `mend_connection`.
    void break_connection(const std::string& message);
    void mend_connection();
    /// Another program takes the lock: `try_begin_run` is null until `release_lock`.
    void hold_lock(const RunOwner& owner);
    void release_lock();
    /// The database's clock, for what is new; the default is 2026-11-22T12:04:02Z.
    void set_time(TimePoint time);
    /// Takes migrator's tables away, as in a database that no run has used: inserting a run
    /// says so until a run begins.
    void forget_tables();
    /// The process of this long run wrote it so long ago for the last time.
    void silence_run(const std::string& id, std::chrono::seconds silent_for);
    /// What `connections` says of the limit. In use are the readers of rows.
    void limit_connections(std::size_t limit);
    /// Called just before a file runs, on the thread that works, with no lock held. It may call
    /// back, wait, or throw.
    void on_execution(std::function<void(const Execution&)> hook);
    /// Called at each try to get the lock, before it is answered.
    void on_lock_try(std::function<void()> hook);

    // What a test looks at.

    std::vector<Execution> executions() const;
    std::vector<AppliedMigration> rows() const;
    std::vector<TenantState> states() const;
    std::size_t lock_tries() const;
    std::size_t runs_begun() const;
    std::size_t pings() const;
    /// What `trace` was asked last.
    std::optional<db::TraceRequest> trace_request() const { return trace_request_; }
    /// Every call of `applied_migrations`, in order.
    std::vector<db::RowsWanted> rows_wanted() const;

    // db::Connector

    db::Atomicity atomicity() const override { return atomicity_; }
    void ping() override;
    Applied read_applied(const std::vector<Migration>& sources) override;
    TenantList tenant_list() override;
    db::TenantTraces find_tenant(const SchemaName& tenant, const std::vector<Migration>& sources)
        override;
    bool contains_failures(
        std::size_t failed, std::size_t tenants, const std::optional<Share>& max_failures
    ) const override;
    std::unique_ptr<db::AppliedRows> applied_migrations(const db::RowsWanted& wanted) override;
    std::vector<Version> versions(const db::VersionsWanted& wanted) override;
    std::vector<std::string> broken_objects() override;
    std::optional<RunOwner> lock_owner() override;
    std::unique_ptr<db::Run> try_begin_run(const RunOwner& owner) override;
    db::RunRecords& run_records() override { return run_records_; }
    FakeAuditLog& audit_log() override { return audit_log_; }
    db::PoolUse connections() const override;
    std::vector<db::ScriptProblem> check(const Plan& plan) override;
    db::CheckReport run_checks(const Plan& plan) override;
    std::unique_ptr<db::Catalog> catalog(const db::CatalogWanted& wanted) override;
    std::vector<db::StoredFingerprint> fingerprints() override;
    std::vector<db::TenantSchema> tenant_schemas(
        const std::vector<std::string>& tenants, const std::vector<Migration>& sources
    ) override;
    std::vector<std::string> check_new_tenant(const Plan& plan, const db::ApplyRequest& request)
        override;
    std::string preview(const Migration& migration, const std::string& schema) override;
    /// Statements and checks (`-- migrator:check …`) are lines of their own.
    db::FileText file_text(const Migration& migration, const std::string& schema) override;
    Analysis analyze(const Plan& /*plan*/, const db::TraceRequest& /*request*/) override {
        if (on_analysis_) on_analysis_();
        return analysis_;
    }
    TraceReport trace(
        const Plan& /*plan*/,
        const std::vector<Migration>& /*sources*/,
        const db::TraceRequest& request
    ) override {
        trace_request_ = request;
        return trace_report_;
    }

private:
    friend class FakeRun;
    friend class FakeRunRecords;
    friend class FakeRows;
    Analysis analysis_;
    std::function<void()> on_analysis_;
    TraceReport trace_report_;
    std::optional<db::TraceRequest> trace_request_;
    struct Failure {
        std::string message;
        std::optional<std::string> tenant;
    };

    void throw_if_broken() const;
    db::TenantTraces traces_of(const std::string& tenant) const;
    std::vector<std::string> checked_tenants() const;

    db::Atomicity atomicity_;
    std::size_t max_failures_ = 0;
    mutable std::mutex mutex_;
    TimePoint now_;
    std::int64_t last_version_ = 0;
    std::int64_t last_row_ = 0;
    std::vector<std::string> tenants_;
    std::vector<BadTenant> bad_tenants_;
    std::vector<std::string> without_schema_;
    std::map<std::string, std::vector<std::string>> objects_;
    std::vector<Version> versions_;  ///< oldest first
    std::vector<AppliedMigration> rows_;
    std::vector<TenantState> states_;
    FakeSchemas schemas_;
    std::map<std::string, db::StoredFingerprint> fingerprints_;
    std::vector<std::string> broken_objects_;
    std::map<std::string, Failure> failures_;
    std::vector<db::FailedCheck> failed_checks_;
    std::map<std::string, std::string> problems_;
    std::optional<std::string> broken_;
    std::optional<RunOwner> owner_;
    std::function<void(const Execution&)> execution_hook_;
    std::function<void()> lock_hook_;
    std::vector<Execution> executions_;
    std::size_t lock_tries_ = 0;
    std::size_t runs_begun_ = 0;
    std::size_t pings_ = 0;
    bool has_tables_ = true;
    FakeRunsTable runs_table_;
    FakeRunRecords run_records_{*this};
    FakeAuditLog audit_log_;
    std::vector<db::RowsWanted> rows_wanted_;
    std::size_t readers_ = 0;
    std::size_t connection_limit_ = 8;
};

}  // namespace migrator::test

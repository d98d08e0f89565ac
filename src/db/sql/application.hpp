#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "db/connector.hpp"
#include "db/sql/groups.hpp"
#include "db/sql/metadata.hpp"
#include "db/sql/precheck.hpp"
#include "db/sql/session.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql {

/// What an application of a plan works with. All lent.
struct Workplace {
    Server& server;
    const Options& options;
    const std::string& run_id;
    RunLock& lock;
    std::unique_ptr<Session>& session;  ///< replaced when it was lost in a COMMIT that took place
    std::stop_token stop;
};

/// Applies one plan: check, intent, groups, records. Used once.
class Application {
public:
    Application(const Workplace& workplace, const Plan& plan, const ApplyRequest& request);

    /// As `Run::apply`.
    ApplyResult run();

private:
    /// A script that failed. The pointers lend from the plan.
    struct Failed {
        const Migration* migration;
        const std::string* schema;
        Failure failure;
    };

    // What the run is going to do.
    void check();
    void check_new_tenant() const;
    void note_atomicity(std::size_t groups);
    std::vector<Group> make_groups() const;
    WorkSettings settings() const;

    // One transaction.
    void run_group(const Group& group);
    void make_tenant();
    std::optional<Failed> run_scripts(const Group& group);
    void record(const Group& group);
    /// Before a dry run rolls back: `ApplyResult::rolled_back`.
    void keep_recorded();
    void end(const Group& group, Transaction& transaction);

    // Where DDL commits (committing.cpp).
    void check_sizes() const;
    /// Which files an earlier run has left half-way. Before the intent is written.
    void read_interrupted();
    const TenantState* interruption_of(const Migration& migration, const std::string& schema) const;
    void number_executions(const std::vector<Group>& groups);
    void run_committing(const Group& group);
    /// `position`: number of the execution in the whole run, from 0.
    RecordedScript recorded(const ScriptRun& run, const MetadataRow& row, std::size_t position);
    [[noreturn]] void fail_committing(const MetadataRow& step, Failure failure);

    // One file outside a transaction (outside_transaction.cpp).
    void run_outside(const Group& group);
    void run_outside(const Migration& migration, const std::string& schema);
    std::optional<Failure> run_alone(const Migration& migration, const std::string& schema);
    std::optional<Failure> run_alone_on(
        Session& own, const Migration& migration, const std::string& schema
    );
    void record_outside(const Group& group, const Migration& migration, const std::string& schema);
    bool controls_transactions(const Migration& migration, const std::string& schema);

    // What the metadata says meanwhile (tenant_states.cpp).
    void write_intent(const std::vector<Group>& groups);
    void write_running(
        const Migration& migration, const std::string& schema, std::size_t statements
    );
    void write_failed(
        const Migration& migration, const std::string& schema, const Failure& failure
    );
    void write_state(TenantState state);

    /// A COMMIT was sent and the connection lost: looks what became of it. Returns when it took
    /// place, with a new session; throws Unavailable otherwise.
    void find_out(const Group& group, const Failure& failure);
    std::unique_ptr<Session> reconnect();

    void stop_if_asked() const;
    [[noreturn]] void fail(
        const Migration& migration, const std::string& schema, const Failure& failure
    );
    std::string what_stays() const;
    void report(std::string_view phase, const Migration* migration, std::size_t done_in_group);
    static void log_execution(const Migration& migration, const std::string& schema);

    Session& session() { return *work_.session; }
    Metadata metadata() { return {session(), dialect_, work_.options}; }

    Workplace work_;
    const Dialect& dialect_;
    const Plan& plan_;
    const ApplyRequest& request_;
    Preparation preparation_;
    std::vector<bool> outside_transaction_;
    std::int64_t version_id_ = 0;
    bool tenant_made_ = false;  ///< the new tenant is committed
    bool intent_written_ = false;
    bool keeps_recorded_ = false;  ///< `ApplyResult::rolled_back` is filled
    std::size_t committed_ = 0;    ///< executions recorded by committed transactions
    Progress progress_;
    /// First planned file of each tenant ("" for the single files), while an intent is written.
    std::unordered_map<std::string, std::string> first_files_;
    std::unordered_map<std::string, TenantState> interrupted_;  ///< by tenant
    /// Position of the last execution for each tenant.
    std::unordered_map<std::string, std::size_t> last_of_tenant_;
    ApplyResult result_;
};

}  // namespace migrator::db::sql

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "db/connector.hpp"
#include "db/sql/apply/groups.hpp"
#include "db/sql/apply/precheck.hpp"
#include "db/sql/apply/run_facts.hpp"
#include "db/sql/apply/run_progress.hpp"
#include "db/sql/session.hpp"
#include "db/sql/store/metadata.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {

/// A group that did not come to its end: it is rolled back, as far as it ran in a transaction.
struct GroupFailure {
    const Migration* migration = nullptr;  ///< the file that failed; null: it was the COMMIT
    std::string schema;
    Failure failure;
    std::optional<Error> error{};  ///< what was thrown instead of a Failure
    std::size_t done = 0;          ///< executions of the group that are recorded and stay
    bool has_begun = true;         ///< false: there was no connection for it
};

/// The Error that tells of it.
Error error_of(const GroupFailure& failed);

/// How a worker stands among others.
struct WorkerPlace {
    std::size_t number = 0;  ///< from 0
    std::stop_token stop;    ///< gives up the group in work
    bool alone = true;       ///< no other worker of the run has a transaction open
};

/// Does one group after the other over one session: runs, records, commits. One thread at a time;
/// several workers may share facts and progress. Borrows everything.
class GroupWorker {
public:
    GroupWorker(
        RunFacts& facts,
        RunProgress& progress,
        std::unique_ptr<Session>& session,
        const WorkerPlace& place
    );

    /// Throws Cancelled, Locked when the migration lock is gone, Unavailable when the connection
    /// was lost while nothing of a script ran, or when nobody knows whether it was committed.
    std::optional<GroupFailure> run(const Group& group);

    std::size_t number() const { return place_.number; }

    /// Nobody knows whether the group that threw was committed.
    bool has_lost_track() const { return has_lost_track_; }

    /// Makes the schema of the new tenant and records it, in the open transaction.
    void make_tenant();

    /// State "failed" for the tenant; what goes wrong with that is logged. Where each file is
    /// recorded by itself and the connection was lost, the state says already how far it came.
    void write_failed(const Group& group, const GroupFailure& failed);

    /// Before a dry run rolls a group back, what it had recorded is put there.
    void keep_recorded_in(std::optional<RolledBack>& place) { recorded_ = &place; }

private:
    // One transaction.
    std::optional<GroupFailure> run_in_transaction(const Group& group);
    std::optional<GroupFailure> run_scripts(const Group& group);
    std::size_t batch_limit();
    void expect_questions(const Group& group);
    void record(const Group& group);
    void keep_recorded();
    std::optional<GroupFailure> end(const Group& group, Transaction& transaction);

    // Where DDL commits (committing.cpp).
    std::optional<GroupFailure> run_committing(const Group& group);
    RecordedScript recorded(const ScriptRun& run, const MetadataRow& row);
    const TenantState* interruption_of(const Migration& migration, const std::string& schema) const;
    GroupFailure failed_committing(const MetadataRow& step, Failure failure);
    std::optional<GroupFailure> look_at_the_records(
        const Group& group, std::span<const MetadataRow> steps, std::size_t counted, Failure failure
    );

    // One file outside a transaction (outside_transaction.cpp).
    std::optional<GroupFailure> run_outside(const Group& group);
    std::optional<GroupFailure> run_outside(
        const Group& group, const Migration& migration, const std::string& schema
    );
    std::optional<Failure> run_alone(const Migration& migration, const std::string& schema);
    std::optional<Failure> run_alone_on(
        Session& own, const Migration& migration, const std::string& schema
    );
    std::optional<GroupFailure> record_outside(
        const Group& group, const Migration& migration, const std::string& schema
    );
    bool controls_transactions(const Migration& migration, const std::string& schema);

    // What the metadata says meanwhile (tenant_states.cpp).
    void write_running(
        const Migration& migration, const std::string& schema, std::size_t statements
    );
    void write_state(TenantState state);

    /// A COMMIT was sent and the connection lost: whether it took place. There is a new session
    /// then. Throws Unavailable when nobody can tell (outcome.cpp).
    bool took_place(const Group& group, const std::string& lost);
    std::unique_ptr<Session> reconnect(const Group& group);
    bool has_ended(Session& session, const Group& group) const;

    void stop_if_asked() const;
    static void log_execution(const Migration& migration, const std::string& schema);
    void report(std::string_view phase, const Migration* file, std::size_t sent) {
        progress_.report(place_.number, phase, file, sent);
    }

    Session& session() { return *session_; }
    store::Metadata metadata() { return {session(), facts_.dialect, facts_.work.options}; }

    RunFacts& facts_;
    RunProgress& progress_;
    std::unique_ptr<Session>& session_;
    const WorkerPlace place_;
    const Dialect& dialect_;
    const ApplyRequest& request_;
    Preparation preparation_;
    std::optional<std::size_t> batch_limit_;
    std::optional<RolledBack>* recorded_ = nullptr;
    bool has_lost_track_ = false;
};

}  // namespace migrator::db::sql::apply

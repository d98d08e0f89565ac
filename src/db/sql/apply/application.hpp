#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/connector.hpp"
#include "db/sql/apply/fleet.hpp"
#include "db/sql/apply/group_worker.hpp"
#include "db/sql/apply/groups.hpp"
#include "db/sql/apply/run_facts.hpp"
#include "db/sql/apply/run_progress.hpp"

namespace migrator::db::sql::apply {

/// Applies one plan: check, intent, groups, records. Used once.
class Application {
public:
    Application(const Workplace& workplace, const Plan& plan, const ApplyRequest& request);

    /// As `Run::apply`.
    ApplyResult run();

private:
    // What the run is going to do.
    void check();
    void check_new_tenant() const;
    void note_atomicity(std::size_t groups);
    std::vector<Group> make_groups(const Plan& plan, std::size_t first_file) const;
    /// Whether tenants are worked for one by one, by several workers.
    bool works_tenant_by_tenant() const;

    // Where DDL commits (committing.cpp).
    void check_sizes();
    /// Which files an earlier run has left half-way. Before the intent is written.
    void read_interrupted();
    void check_resumed() const;

    /// Records what is planned for whom (intent.cpp).
    void write_intent();

    void run_in_turn(const std::vector<Group>& groups);
    void run_group(const Group& group);
    [[noreturn]] void fail(const Group& group, const GroupFailure& failed);

    // Tenants one by one (fleet_run.cpp).
    void run_fleet();
    void run_wave(Fleet& fleet, std::size_t begin, std::size_t end);
    void run_singles(const FleetPhase& phase);
    void conclude(const Fleet& fleet);
    static std::string failures_text(const Fleet& fleet);

    std::string what_stays() const;
    Session& session() { return *facts_.work.session; }
    store::Metadata metadata() { return {session(), facts_.dialect, facts_.work.options}; }

    RunFacts facts_;
    RunProgress progress_;
    GroupWorker worker_;
    std::vector<bool> outside_transaction_;  ///< by file of the plan
    std::vector<FleetPhase> phases_;
    ApplyResult result_;
};

}  // namespace migrator::db::sql::apply

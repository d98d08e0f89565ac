#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string_view>

#include "coordinator/coordinator.hpp"
#include "plan/plan.hpp"

namespace migrator::coordinator {

/// The runs of this process, so that all can be cancelled. Thread-safe.
struct Coordinator::Running {
    std::mutex mutex;
    std::set<std::stop_source*> sources;
};

/// A run from its first reading to its last commit.
class Coordinator::RunInProgress : public PendingRun {
public:
    RunInProgress(Coordinator& coordinator, RunRequest request);
    ~RunInProgress() override;
    RunInProgress(const RunInProgress&) = delete;
    RunInProgress& operator=(const RunInProgress&) = delete;

    bool advance() override;
    std::chrono::milliseconds wait() const override { return wait_; }
    Outcome& outcome() override { return outcome_; }
    void cancel() override { stop_.request_stop(); }

private:
    enum class Stage { Reading, Waiting, Done };

    void load_sources();
    /// Reads what is applied, verifies and plans. False: there is nothing to do, the outcome says
    /// why.
    bool make_plan();
    Plan plan_from(const Applied& applied) const;
    Plan plan_for_one_tenant(const Applied& applied) const;
    bool take_lock();
    [[noreturn]] void give_up() const;
    void advance_stages();
    void apply();
    /// A dry run where nothing can be rolled back: what can be seen without running anything.
    void tell_plan(const std::string& note);
    void finish(std::int64_t version_id);
    /// The end of a run that did not fail: gives up lock and place, counts, notifies.
    void conclude();
    void notify() const;
    /// Adds the time since `began` to the phase's metric.
    void count_phase(const char* phase, std::chrono::steady_clock::time_point began) const;
    void count_end(std::string_view result) const;
    void log_gaps(const Applied& applied) const;

    Coordinator& coordinator_;
    const RunRequest request_;
    std::unique_ptr<workers::RunQueue::Place> place_;
    std::stop_source stop_;
    /// Forwards the request's own stop token.
    std::stop_callback<std::function<void()>> forward_stop_;
    Stage stage_ = Stage::Reading;
    std::vector<Migration> sources_;
    Plan plan_;
    std::unique_ptr<db::Run> run_;
    std::chrono::milliseconds wait_;
    std::chrono::steady_clock::time_point waiting_since_;
    TimePoint started_at_;
    std::chrono::steady_clock::time_point started_;
    Outcome outcome_;
};

}  // namespace migrator::coordinator

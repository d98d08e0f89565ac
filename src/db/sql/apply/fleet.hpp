#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/plan.hpp"
#include "db/sql/apply/fleet_phases.hpp"
#include "db/sql/apply/tenant_queue.hpp"
#include "db/sql/apply/unit_runner.hpp"

namespace migrator::db::sql::apply {

/// The workers of a run that works for tenants one by one, and what has become of the tenants. A
/// tenant that fails is rolled back alone and left out from then on. One thread at a time; it
/// starts the others.
class Fleet {
public:
    /// `session` is the run's own; the plan has files for `tenants`. All but the latter are lent.
    Fleet(const Context& context, std::unique_ptr<Session>& session, std::size_t tenants);

    /// A share of failures is of the first `tenants` from now on: those of the waves so far.
    void reach(std::size_t tenants) { reached_ = tenants; }

    /// Does the parts of a phase with as many workers as are allowed. Returns when no tenant is in
    /// work or waits for another try, or, once the run is to stop, when none is in work. Throws
    /// what ends the whole run: Locked, Unavailable when nobody knows what was committed.
    void run(std::span<const TenantPart> parts);

    /// More tenants have failed than the run puts up with.
    bool has_failed() const;
    const std::vector<TenantFailure>& failures() const { return failures_; }
    std::size_t tenants() const { return ends_.size(); }
    std::size_t tenants_done() const;
    std::size_t retries() const { return retries_; }
    /// What the answer has to say of the workers.
    const std::vector<std::string>& notes() const { return notes_; }

private:
    using Item = TenantQueue::Item;
    enum class End : std::uint8_t { Open, Done, Failed };

    void work(const Worker& worker, TenantQueue& queue);
    /// One try for one tenant, from the unit on that was not done yet.
    void attempt(UnitRunner& runner, TenantQueue& queue, Item item);
    std::optional<UnitFailure> run(UnitRunner& runner, const Unit& unit);
    bool may_pass(const Unit& unit, const UnitFailure& failed, const Item& item);
    bool may_wait_for_others();
    void repeat(TenantQueue& queue, Item item, const UnitFailure& failed);
    /// Whether the run is to stop now.
    bool note_failure(const TenantPart& part, const UnitFailure& failed);
    void end_run(TenantQueue& queue, std::exception_ptr error);
    std::size_t limit() const;

    const Context& context_;
    std::unique_ptr<Session>& session_;
    std::vector<std::unique_ptr<Session>> sessions_;  ///< of the workers beside the first
    std::size_t reached_;                             ///< tenants of the waves so far
    std::size_t workers_ = 0;                         ///< allowed; 0: nobody has looked yet

    mutable std::mutex mutex_;  ///< for what follows
    std::vector<std::string> notes_;
    std::vector<End> ends_;  ///< by place
    std::vector<TenantFailure> failures_;
    std::size_t retries_ = 0;
    std::size_t waits_ = 0;  ///< of them, for locks that were not free in time
    std::exception_ptr fatal_;
};

}  // namespace migrator::db::sql::apply

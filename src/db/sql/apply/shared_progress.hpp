#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/plan.hpp"
#include "core/progress.hpp"
#include "db/sql/apply/units.hpp"

namespace migrator::db::sql::apply {

/// How far the units of a run are, and what of it is committed. Thread-safe; calls the sink
/// from one thread at a time.
class SharedProgress {
public:
    /// `commits` is false in a dry run.
    SharedProgress(const Plan& plan, ProgressSink sink, bool commits);

    bool is_shown() const { return sink_ != nullptr; }
    void plan_executions(std::size_t executions);

    /// Worker `worker` (from 0) is in `phase`, and has sent so many executions of its unit. It has
    /// left `files` behind since the last report.
    void report(
        std::size_t worker,
        std::string_view phase,
        const Migration* file,
        std::size_t sent,
        std::size_t files = 0
    );
    /// The executions of a unit that a worker is done with, or of a part of it.
    void done(std::size_t worker, const Unit& unit);
    /// One execution that was committed by itself.
    void done(const Migration& file);
    void tenants_done(const std::vector<std::string>& tenants);
    /// Shown at once.
    void tenant_failed(const TenantFailure& failure);
    /// A wave begins, `number` of `waves` from 1: the tenants at work from `begin` up to `end`.
    void wave(std::size_t number, std::size_t waves, std::size_t begin, std::size_t end);

    /// A statement that a worker is at has run for long; nothing: it has ended. `news` is shown at
    /// once.
    void long_statement(
        std::size_t worker, std::optional<LongStatement> statement, const std::string& news = {}
    );
    /// Something to be shown at once.
    void news(const std::string& text, bool is_warning);

    /// Something that the answer has to say.
    void note(const std::string& text);

    std::vector<std::string> notes() const;
    std::size_t planned() const;
    std::size_t committed() const;
    /// Per file of the plan.
    std::vector<std::size_t> committed_by_file() const;

private:
    Progress shown() const;  // with `mutex_` held

    const ProgressSink sink_;
    const bool commits_;
    mutable std::mutex mutex_;
    Progress now_;
    std::unordered_map<const Migration*, std::size_t> positions_;  ///< in the plan
    std::vector<std::string> notes_;
    std::vector<std::size_t> by_file_;
    std::vector<std::size_t> sent_;              ///< by worker, of the unit that it works on
    std::map<std::size_t, LongStatement> long_;  ///< by worker
};

}  // namespace migrator::db::sql::apply

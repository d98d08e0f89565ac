#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/plan.hpp"
#include "core/progress.hpp"
#include "db/sql/apply/groups.hpp"

namespace migrator::db::sql::apply {

std::size_t executions_of(const Group& group);

/// How far the transactions of a run are, and what of it is committed. Thread-safe; calls the sink
/// from one thread at a time.
class RunProgress {
public:
    /// `plan` is lent. `commits` is false in a dry run.
    RunProgress(const Plan& plan, ProgressSink sink, bool commits);

    void plan_executions(std::size_t executions);

    /// Worker `worker` (from 0) is in `phase`, and has sent so many executions of its group.
    void report(
        std::size_t worker, std::string_view phase, const Migration* file, std::size_t sent
    );
    /// The worker that works alone begins with another file.
    void next_file();
    /// The executions of a group that a worker is done with, or of a part of it.
    void done(std::size_t worker, const Group& group);
    /// One execution that was committed by itself.
    void done(const Migration& file);
    void tenants_done(std::size_t tenants);
    void tenant_failed();

    /// Something that the answer has to say.
    void note(const std::string& text);

    std::vector<std::string> notes() const;
    std::size_t planned() const;
    std::size_t committed() const;
    /// Per file of the plan.
    std::vector<std::size_t> committed_by_file() const;

private:
    const Plan& plan_;
    const ProgressSink sink_;
    const bool commits_;
    mutable std::mutex mutex_;
    Progress now_;
    std::unordered_map<const Migration*, std::size_t> positions_;  ///< in the plan
    std::vector<std::string> notes_;
    std::vector<std::size_t> by_file_;
    std::vector<std::size_t> sent_;  ///< by worker, of the group that it works on
};

}  // namespace migrator::db::sql::apply

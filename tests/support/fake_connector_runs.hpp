#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "db/connector.hpp"

namespace migrator::test {

/// The table `migrator_runs` of a FakeConnector. `now` is the database's clock.
class FakeRunsTable {
public:
    void clear() { rows_.clear(); }

    /// False: the id is there already. Deletes what nobody has written for a day.
    bool insert(const db::RunRecord& run, TimePoint now) {
        constexpr std::chrono::hours kKept{24};
        std::erase_if(rows_, [&](const Row& row) { return row.changed < now - kKept; });
        if (find(run.id) != nullptr) return false;
        rows_.push_back({run, now});
        return true;
    }

    /// Whether its end was asked for.
    bool update(const db::RunRecord& run, TimePoint now) {
        Row* row = find(run.id);
        if (row == nullptr) return false;
        row->stored.state = run.state;
        row->stored.progress = run.progress;
        row->stored.status = run.status;
        row->stored.answer = run.answer;
        row->stored.ended = run.ended;
        row->changed = now;
        return row->stored.cancel;
    }

    bool cancel(const std::string& id) {
        Row* row = find(id);
        if (row != nullptr) row->stored.cancel = true;
        return row != nullptr;
    }

    void set_changed(const std::string& id, TimePoint changed) {
        if (Row* row = find(id)) row->changed = changed;
    }

    /// Newest first.
    std::vector<db::RunRecord> all(TimePoint now) const {
        std::vector<db::RunRecord> runs;
        for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
            runs.push_back(row->stored);
            const auto silent = std::chrono::floor<std::chrono::seconds>(now - row->changed);
            runs.back().silent_for = std::max(silent, std::chrono::seconds(0));
        }
        std::stable_sort(runs.begin(), runs.end(), [](const auto& left, const auto& right) {
            return left.started > right.started;
        });
        return runs;
    }

private:
    struct Row {
        db::RunRecord stored;
        TimePoint changed;
    };

    Row* find(const std::string& id) {
        const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) {
            return row.stored.id == id;
        });
        return found == rows_.end() ? nullptr : &*found;
    }

    std::vector<Row> rows_;  ///< in the order of insertion
};

}  // namespace migrator::test

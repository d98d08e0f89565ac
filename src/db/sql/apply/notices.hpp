#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/migration.hpp"
#include "core/notice.hpp"
#include "db/sql/apply/shared_progress.hpp"

namespace migrator::db::sql::apply {

/// What the server says of the files of a run. Thread-safe.
class Notices {
public:
    static constexpr std::size_t kKeptOfAFile = 20;

    /// Tells `progress`, which is lent, of those that are kept.
    explicit Notices(SharedProgress& progress) : progress_(progress) {}

    void add(const Migration& migration, std::string_view schema, Notice notice);

    /// Those that are kept, in the order in which they came; behind them one for each file that has
    /// had more.
    std::vector<Notice> take();

private:
    SharedProgress& progress_;
    std::mutex mutex_;
    std::vector<Notice> kept_;
    std::unordered_map<const Migration*, std::size_t> counts_;
    std::vector<const Migration*> files_;  ///< with more than are kept
};

/// "m/0001.sql, line 3, schema t2: NOTICE: relation …".
std::string told(const Notice& notice);

}  // namespace migrator::db::sql::apply

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "core/progress.hpp"
#include "db/sql/apply/notices.hpp"
#include "db/sql/apply/shared_progress.hpp"
#include "db/sql/observer.hpp"
#include "db/sql/session.hpp"
#include "db/sql/wait_search.hpp"

namespace migrator::db::sql::apply {

/// Tells of statements that run for long: of which tenant and file they are, and for whom they
/// wait. Asks the server from a thread of its own. Thread-safe.
class LongStatements {
public:
    struct Rules {
        /// Before the first line about a statement; each further pause is twice as long, up to a
        /// minute. 0: nothing is told.
        std::chrono::milliseconds first{5'000};
        /// After which statements give up to wait for a lock: who is in the way is looked up
        /// before that, for the error.
        std::optional<std::chrono::milliseconds> lock_timeout{};
        std::string request_id{};  ///< for log lines
    };

    /// All are lent.
    LongStatements(Server& server, SharedProgress& progress, Notices& notices, Rules rules);
    ~LongStatements();
    LongStatements(const LongStatements&) = delete;
    LongStatements& operator=(const LongStatements&) = delete;

    /// For the sessions of a worker, as long as this object.
    Observer& observer(std::size_t worker);

    /// What the last message of the worker was seen to wait for; nothing when it waited for
    /// nobody, or was not looked at.
    std::optional<Wait> last_wait(std::size_t worker);

private:
    using Clock = std::chrono::steady_clock;
    class Seat;

    void work(const std::stop_token& over);
    /// The next time that a seat needs a look at.
    Clock::time_point look_around(WaitSearch& search);
    Seat& seat(std::size_t worker);
    /// How long a statement has run when it is looked at first.
    std::chrono::milliseconds first_look() const;

    Server& server_;
    SharedProgress& progress_;
    Notices& notices_;
    const Rules rules_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::map<std::size_t, std::unique_ptr<Seat>> seats_;  ///< by worker
    std::jthread thread_;                                 ///< last: it uses the others
};

/// "m/0001.sql, line 3, tenant t2: "alter table …" has been running for 15 s; it waits for …".
std::string told(const LongStatement& statement, std::chrono::nanoseconds age);

}  // namespace migrator::db::sql::apply

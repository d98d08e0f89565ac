#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan.hpp"
#include "db/sql/session.hpp"

namespace migrator::test {

/// What a fake server does instead of what it was asked for.
enum class Fault : std::uint8_t {
    None,
    Refused,   ///< an error of the server; the connection stays
    Passing,   ///< one with SQLSTATE "PASS1", which passes by itself
    Collides,  ///< a serialization failure, which passes by itself
    Lost,      ///< the connection is gone, and nothing was done
    Unheard,   ///< it was done, and the connection went before the answer
};

/// migrator's own tables, and what scripts did.
struct FakeTables {
    struct Recorded {
        std::int64_t version_id = 0;
        std::string file;
        std::string schema;
        bool operator==(const Recorded&) const = default;
    };
    std::map<std::int64_t, std::string> versions;
    std::vector<Recorded> rows;
    std::map<std::string, TenantState> states;
    std::vector<std::string> tenants;
    std::string run_id = "run";        ///< in `migrator_lock`
    std::vector<std::string> effects;  ///< statements of scripts, in the order of their commits
};

/// A database server in memory: transactions see their own changes, others what is committed.
/// Whatever a session is asked for has a name, which `fault` may answer: "connect", "begin", "run
/// STATEMENT" (also of files outside a transaction, and recorded ones), "reset", "rows", "commit",
/// "undo" in front of a script, "rollback", and our own SQL by the name its dialect gives it
/// ("write state") or by its text. Thread-safe, but for what a test sets before it starts.
class FakeServer : public db::sql::Server {
public:
    FakeServer();

    const db::sql::Dialect& dialect() const override { return dialect_; }
    std::unique_ptr<db::sql::Session> connect() override;
    std::unique_ptr<db::sql::RunLock> try_lock() override;

    /// DDL commits: files are recorded one by one.
    void commit_each_file() { dialect_.transactional_ddl = false; }
    db::sql::Dialect& change_dialect() { return dialect_; }

    std::function<Fault(std::string_view call)> fault;  ///< may be null
    std::size_t max_message_bytes = 0;
    std::size_t most_workers = 0;
    std::size_t free_connections = 100;
    bool through_pooler = false;
    bool fence_is_free = true;  ///< what a look for it says
    bool has_stateful_code = false;
    bool has_code_on_own = false;     ///< that names migrator's own tables
    bool changes_own_tables = false;  ///< a script has changed some, as the server can tell
    std::vector<std::string> broken_objects;
    /// What sessions wait for (`WaitQuery`), as long as the query "waits" gets an answer.
    std::vector<db::sql::Row> waits;
    /// What the server says of a statement that has run; may be null.
    std::function<std::vector<Notice>(std::string_view statement)> notices;

    FakeTables tables() const;
    void change_tables(const std::function<void(FakeTables&)>& change);
    /// What was asked for, in order.
    std::vector<std::string> calls() const;
    std::size_t count(std::string_view call) const;  ///< calls that begin so
    std::size_t messages() const;                    ///< of scripts
    std::size_t most_at_work() const;                ///< transactions that were open at one time
    int sessions() const { return sessions_; }       ///< that were connected so far

private:
    friend class FakeSession;
    Fault called(std::string_view call);

    db::sql::Dialect dialect_{};
    mutable std::mutex mutex_;
    FakeTables tables_;
    std::vector<std::string> calls_;
    std::size_t messages_ = 0;
    std::atomic<int> sessions_ = 0;  ///< so far
    std::size_t at_work_ = 0;
    std::size_t most_at_work_ = 0;
};

/// The lock of a run: lost when a test says so.
class FakeLock : public db::sql::RunLock {
public:
    void notify(std::function<void()> on_lost) override { on_lost_ = std::move(on_lost); }
    bool lost() const noexcept override { return lost_; }
    void lose() {
        lost_ = true;
        if (on_lost_) on_lost_();
    }

private:
    std::function<void()> on_lost_;
    std::atomic<bool> lost_ = false;
};

}  // namespace migrator::test

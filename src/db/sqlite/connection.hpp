#pragma once

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/freed_by.hpp"
#include "db/sql/session.hpp"
#include "db/sql/time_limits.hpp"
#include "db/sqlite/places.hpp"

namespace migrator::db::sqlite {

using Statement = std::unique_ptr<sqlite3_stmt, FreedBy<sqlite3_finalize>>;

/// Whose SQL a connection is about to run: what it may do depends on it.
enum class Author {
    Us,
    Script,             ///< in our transaction: no transaction control, no ATTACH
    ScriptOnItsOwn,     ///< outside a transaction: no ATTACH
    ScriptThatVacuums,  ///< VACUUM attaches a file internally
};

/// One open database file, with what SQLite calls back for: waiting, time limits, cancelling, and
/// what a script may do. One thread at a time; only `stop` may be requested from others.
class Connection {
public:
    /// Opens `file`, and creates it when it is missing. Throws Unavailable that names the file.
    explicit Connection(const std::filesystem::path& file);
    /// An empty database in memory.
    Connection();
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    sqlite3* handle() const noexcept { return handle_.get(); }
    bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle()) == 0; }
    /// Whether a read-only file was opened; `schema` is "main" or an attached one.
    bool is_read_only(const std::string& schema) const;

    /// How long to wait for a lock that another connection has.
    void set_patience(std::chrono::milliseconds patience) noexcept { patience_ = patience; }
    std::chrono::milliseconds patience() const noexcept { return patience_; }
    void watch(const std::stop_token& stop);
    bool stop_requested() const noexcept { return stop_.stop_requested(); }
    /// From now on `stop` is not looked at: a rollback must not be cancelled.
    void ignore_stop(bool ignored) noexcept { ignores_stop_ = ignored; }
    /// Sets what a script can have replaced: the callbacks for waiting and time limits.
    void install_callbacks() noexcept;

    /// Who writes the statements from now on, and how long each may take.
    void speak_for(Author author, std::optional<std::chrono::milliseconds> limit = {}) noexcept;
    /// As files have it, "{schema}": for people.
    void write_schemas_as(std::string_view placeholder) { written_schema_ = placeholder; }
    /// The objects that the statement compiled last uses.
    std::vector<Access> take_accesses() noexcept { return std::exchange(accesses_, {}); }
    /// Starts the clock for the time limit of a statement.
    void start_clock() noexcept;
    /// Whether a script has used a PRAGMA with a value since it was last taken.
    bool pragmas_touched() const noexcept { return pragmas_touched_; }
    bool take_pragmas_touched() noexcept { return std::exchange(pragmas_touched_, false); }

    /// Compiles the first statement of `sql` into `statement` (null when there is none) and
    /// shortens `sql` by it. The result code.
    int prepare(std::string_view& sql, Statement& statement);
    /// Steps to the end, results thrown away. The result code: SQLITE_OK or an error.
    int run(sqlite3_stmt* statement);
    /// All statements of `sql`, ours. Throws like `fail`.
    void execute(std::string_view sql);
    /// `execute`, but gives the result code.
    int try_execute(std::string_view sql);
    /// The first column of the last row of a query of ours goes into `text`, unless there is no
    /// row or it is NULL. The result code.
    int read_value(std::string_view sql, std::string& text);

    /// What is wrong, for people: SQLite's message, or ours for what we refused or cancelled.
    std::string message(int code) const;
    /// Throws Error: Unavailable when a file is the problem, else Internal. SQLite does not tell
    /// which file.
    [[noreturn]] void fail(int code) const;

private:
    void open(const char* file, int flags);
    static int wait(void* self, int count) noexcept;
    static int is_over(void* self) noexcept;
    static int authorize(
        void* self,
        int action,
        const char* first,
        const char* second,
        const char* database,
        const char* code
    ) noexcept;
    int judge(int action, std::string_view first, const char* second, const char* database);
    bool is_last_read(const char* name, const char* schema, const char* code) const;
    int judge_access(Access access);
    int judge_setting(std::string_view name, const char* value, const char* database);
    int refuse(std::string why);

    using Clock = std::chrono::steady_clock;
    struct Interrupt {
        sqlite3* handle;
        void operator()() const noexcept { sqlite3_interrupt(handle); }
    };

    std::unique_ptr<sqlite3, FreedBy<sqlite3_close_v2>> handle_;
    std::chrono::milliseconds patience_ = sql::kLockPatience;
    Clock::time_point waiting_since_{};
    std::stop_token stop_;
    bool ignores_stop_ = false;
    Author author_ = Author::Us;
    std::optional<std::chrono::milliseconds> limit_;
    std::optional<Clock::time_point> deadline_;
    bool timed_out_ = false;
    bool pragmas_touched_ = false;
    bool compiles_ = false;  ///< a statement of ours or a script, not one that SQLite makes
    std::string written_schema_;
    std::vector<Access> accesses_;
    std::string refusal_;
    // Last, so that it is gone before the handle: its destructor waits for a call that is running.
    std::optional<std::stop_callback<Interrupt>> interrupt_;
};

}  // namespace migrator::db::sqlite

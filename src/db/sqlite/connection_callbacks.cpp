// What SQLite asks a Connection while it works.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "db/sqlite/connection.hpp"
#include "db/sqlite/files.hpp"

namespace migrator::db::sqlite {
namespace {

/// Virtual machine instructions between two looks at the clock: some 10 µs of work.
constexpr int kInstructions = 1000;

bool is_any_of(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::any_of(words, [&](auto candidate) { return same_name(candidate, word); });
}

/// Settings of the process or of the files that a script must not touch.
constexpr std::array<std::string_view, 5> kNotForScripts = {
    "locking_mode",          // would keep every reader out until the connection is closed
    "temp_store_directory",  // these are the whole process's
    "data_store_directory",
    "soft_heap_limit",
    "hard_heap_limit",
};

}  // namespace

void Connection::install_callbacks() noexcept {
    sqlite3_busy_handler(handle(), wait, this);
    sqlite3_progress_handler(handle(), kInstructions, is_over, this);
}

void Connection::speak_for(Author author, std::optional<std::chrono::milliseconds> limit) noexcept {
    author_ = author;
    limit_ = limit;
    deadline_.reset();
    timed_out_ = false;
}

void Connection::start_clock() noexcept {
    timed_out_ = false;
    if (limit_) deadline_ = Clock::now() + *limit_;
}

// SQLite calls it with 0, 1, 2, … while it finds a lock taken; 0 gives up.
int Connection::wait(void* self, int count) noexcept {
    auto& connection = *static_cast<Connection*>(self);
    const auto now = Clock::now();
    if (count == 0) connection.waiting_since_ = now;
    if (connection.stop_requested() && !connection.ignores_stop_) return 0;
    if (now - connection.waiting_since_ >= connection.patience_) return 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(1 + count, 25)));
    return 1;
}

int Connection::is_over(void* self) noexcept {
    auto& connection = *static_cast<Connection*>(self);
    if (connection.ignores_stop_) return 0;
    if (connection.stop_requested()) return 1;
    if (!connection.deadline_ || Clock::now() < *connection.deadline_) return 0;
    connection.timed_out_ = true;
    return 1;
}

int Connection::authorize(
    void* self,
    int action,
    const char* first,
    const char* second,
    const char* /*database*/,
    const char* /*trigger*/
) noexcept try {
    auto& connection = *static_cast<Connection*>(self);
    if (connection.author_ == Author::Us) return SQLITE_OK;
    return connection.judge(action, first == nullptr ? "" : first, second);
} catch (...) {
    return SQLITE_DENY;  // out of memory
}

int Connection::judge(int action, std::string_view first, const char* second) {
    const bool in_our_transaction = author_ == Author::Script;
    switch (action) {
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            if (author_ == Author::ScriptThatVacuums) return SQLITE_OK;
            return refuse("migrator decides which databases are attached: remove ATTACH and DETACH"
            );
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
            if (!in_our_transaction) return SQLITE_OK;
            return refuse(fmt::format(
                "{} would end or nest the transaction that migrator runs files in: remove it, or "
                "run the file outside a transaction",
                first
            ));
        case SQLITE_PRAGMA:
            if (second == nullptr) return SQLITE_OK;
            pragmas_touched_ = true;
            // Inside a transaction OFF and MEMORY are accepted as long as nothing is written, and
            // a crash would then leave a broken file.
            if ((in_our_transaction && same_name(first, "journal_mode")) ||
                is_any_of(first, kNotForScripts)) {
                return refuse(fmt::format(
                    "PRAGMA {} can't be set in a file: migrator needs its own setting. Remove it",
                    first
                ));
            }
            return SQLITE_OK;
        default:
            return SQLITE_OK;
    }
}

int Connection::refuse(std::string why) {
    refusal_ = std::move(why);
    return SQLITE_DENY;
}

}  // namespace migrator::db::sqlite

#include "db/sqlite/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <thread>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/sqlite/files.hpp"
#include "db/sqlite/hints.hpp"
#include "db/sqlite/pragmas.hpp"
#include "db/sqlite/result_code.hpp"

namespace migrator::db::sqlite {
namespace {

/// Virtual machine instructions between two looks at the clock: some 10 µs of work.
constexpr int kInstructions = 1000;

const char* text_or_empty(const char* text) { return text == nullptr ? "" : text; }

/// What an action of SQLite's is about; nothing when it is no object of a file.
std::optional<Access> access_of(
    int action, const char* first, const char* second, const char* database, const char* code
) {
    Access access{
        .schema = text_or_empty(database),
        .name = text_or_empty(first),
        .writes = true,
        .is_within_code = code != nullptr};
    switch (action) {
        case SQLITE_READ:
            access.writes = false;
            return access;
        case SQLITE_ALTER_TABLE:
            access.schema = text_or_empty(first);
            access.name = text_or_empty(second);
            return access;
        case SQLITE_INSERT:
        case SQLITE_UPDATE:
        case SQLITE_DELETE:
        case SQLITE_CREATE_TABLE:
        case SQLITE_CREATE_VIEW:
        case SQLITE_CREATE_VTABLE:
        case SQLITE_CREATE_INDEX:
        case SQLITE_CREATE_TRIGGER:
        case SQLITE_DROP_TABLE:
        case SQLITE_DROP_VIEW:
        case SQLITE_DROP_VTABLE:
        case SQLITE_DROP_INDEX:
        case SQLITE_DROP_TRIGGER:
        case SQLITE_REINDEX:
        case SQLITE_ANALYZE:
            return access;
        default:
            return std::nullopt;
    }
}

}  // namespace

Connection::Connection(const std::filesystem::path& file) {
    in_context("could not open " + file.string(), [&] { open(file.c_str(), SQLITE_OPEN_CREATE); });
}

// Not with SQLITE_OPEN_MEMORY: files that are attached later would be in memory, too.
Connection::Connection() { open(":memory:", 0); }

Connection::~Connection() = default;

void Connection::open(const char* file, int flags) {
    sqlite3* handle = nullptr;
    // Not read-only, not even for reads: what a killed writer left half done must be rolled back
    // before anything can be read.
    const int code = sqlite3_open_v2(
        file, &handle, flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr
    );
    handle_.reset(handle);
    if (code != SQLITE_OK) fail(code);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_set_authorizer(handle, authorize, this);
    install_callbacks();
}

bool Connection::is_read_only(const std::string& schema) const {
    return sqlite3_db_readonly(handle(), schema.c_str()) == 1;
}

void Connection::watch(const std::stop_token& stop) {
    interrupt_.reset();
    stop_ = stop;
    if (stop.stop_possible()) interrupt_.emplace(stop, Interrupt{handle()});
}

int Connection::prepare(std::string_view& sql, Statement& statement) {
    refusal_.clear();
    accesses_.clear();
    if (sql.size() > std::numeric_limits<int>::max()) return SQLITE_TOOBIG;
    sqlite3_stmt* compiled = nullptr;
    const char* tail = nullptr;
    compiles_ = true;
    const int code =
        sqlite3_prepare_v2(handle(), sql.data(), static_cast<int>(sql.size()), &compiled, &tail);
    compiles_ = false;
    statement.reset(compiled);
    // SQLite compiles a copy when the text has no NUL at its end, but the tail is told in ours.
    if (code == SQLITE_OK && tail != nullptr) {
        sql.remove_prefix(static_cast<std::size_t>(tail - sql.data()));
    }
    return code;
}

int Connection::run(sqlite3_stmt* statement) {
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int Connection::try_execute(std::string_view sql) {
    while (!sql.empty()) {
        Statement statement;
        int code = prepare(sql, statement);
        if (code == SQLITE_OK && !statement) return SQLITE_OK;
        if (code == SQLITE_OK) code = run(statement.get());
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

void Connection::execute(std::string_view sql) {
    if (const int code = try_execute(sql); code != SQLITE_OK) fail(code);
}

int Connection::read_value(std::string_view sql, std::string& text) {
    Statement statement;
    int code = prepare(sql, statement);
    if (code != SQLITE_OK || !statement) return code;
    while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
        const auto* value = sqlite3_column_text(statement.get(), 0);
        const bool is_null = sqlite3_column_type(statement.get(), 0) == SQLITE_NULL;
        if (value == nullptr && !is_null) return SQLITE_NOMEM;
        if (value != nullptr) text = reinterpret_cast<const char*>(value);
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

std::string Connection::message(int code) const {
    if (!refusal_.empty()) return refusal_;
    if (code == SQLITE_INTERRUPT) {
        if (timed_out_) {
            return fmt::format(
                "canceled: the statement took longer than the limit of {} ms", limit_->count()
            );
        }
        return "canceled";
    }
    if (code == SQLITE_NOMEM || code == SQLITE_TOOBIG || !handle_) return sqlite3_errstr(code);
    std::string text = sqlite3_errmsg(handle());
    const int primary = code & 0xff;
    const int system = sqlite3_system_errno(handle());
    if ((primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR) && system != 0) {
        text += fmt::format(" ({})", std::strerror(system));
    }
    return text;
}

void Connection::fail(int code) const {
    Error failed(kind_of(code), message(code));
    failed.advise(file_hint_for(code));
    throw failed;
}

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
    const char* database,
    const char* code
) noexcept try {
    auto& connection = *static_cast<Connection*>(self);
    if (connection.author_ == Author::Us) return SQLITE_OK;
    // One call for each column.
    if (action == SQLITE_READ && connection.is_last_read(first, database, code)) return SQLITE_OK;
    if (auto access = access_of(action, first, second, database, code)) {
        return connection.judge_access(std::move(*access));
    }
    return connection.judge(action, text_or_empty(first), second, database);
} catch (...) {
    return SQLITE_DENY;  // out of memory
}

bool Connection::is_last_read(const char* name, const char* schema, const char* code) const {
    if (accesses_.empty()) return false;
    const Access& last = accesses_.back();
    return !last.writes && last.name == text_or_empty(name) &&
           last.schema == text_or_empty(schema) && last.is_within_code == (code != nullptr);
}

int Connection::judge_access(Access access) {
    if (access.writes && is_own_table(access.name) && same_name(access.schema, "main")) {
        return refuse(own_table_refusal(access.name).why);
    }
    // Names are those of the script only in what it has written.
    if (!compiles_ || (access.writes && access.schema.empty())) return SQLITE_OK;
    if (std::ranges::find(accesses_, access) == accesses_.end()) {
        accesses_.push_back(std::move(access));
    }
    return SQLITE_OK;
}

int Connection::judge(
    int action, std::string_view first, const char* second, const char* database
) {
    switch (action) {
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            if (author_ == Author::ScriptThatVacuums) return SQLITE_OK;
            return refuse("only migrator can attach and detach databases; remove ATTACH and DETACH"
            );
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
            if (author_ != Author::Script) return SQLITE_OK;
            return refuse(fmt::format(
                "{} would end or nest the transaction of the run; remove it, or run the file "
                "outside a transaction",
                first
            ));
        case SQLITE_PRAGMA:
            return judge_setting(first, second, database);
        default:
            return SQLITE_OK;
    }
}

int Connection::judge_setting(std::string_view name, const char* value, const char* database) {
    // One that is asked for in a query, as a function.
    if (!compiles_ && database == nullptr && is_about_a_file(name)) {
        return refuse(fmt::format(
            "pragma_{0}() without a schema looks into the metadata file and whichever attached "
            "file has the name; give it the schema as its last argument: pragma_{0}(…, '{1}')",
            lower_case(name),
            written_schema_
        ));
    }
    Pragma pragma{.schema = text_or_empty(database), .name = name};
    if (value != nullptr) {
        pragma.value = value;
        pragmas_touched_ = true;
    }
    const Refusal refusal = judge_pragma(pragma, in_transaction(), written_schema_);
    if (!refusal) return SQLITE_OK;
    return refuse(fmt::format(
        "PRAGMA {} {}{}",
        name,
        refusal.why,
        refusal.wants_no_transaction
            ? (author_ == Author::Script
                   ? "; begin the file with the comment \"-- migrator:no-transaction\""
                   : "; put it in front of BEGIN")
            : ""
    ));
}

int Connection::refuse(std::string why) {
    refusal_ = std::move(why);
    return SQLITE_DENY;
}

}  // namespace migrator::db::sqlite

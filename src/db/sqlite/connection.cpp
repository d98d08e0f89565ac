#include "db/sqlite/connection.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "db/sqlite/result_code.hpp"

namespace migrator::db::sqlite {
Connection::Connection(const std::filesystem::path& file) : patience_(kPatience) {
    in_context("can't open " + file.string(), [&] { open(file.c_str(), SQLITE_OPEN_CREATE); });
}

// Not with SQLITE_OPEN_MEMORY: files that are attached later would be in memory, too.
Connection::Connection() : patience_(kPatience) { open(":memory:", 0); }

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
    if (sql.size() > std::numeric_limits<int>::max()) return SQLITE_TOOBIG;
    sqlite3_stmt* compiled = nullptr;
    const char* tail = nullptr;
    const int code =
        sqlite3_prepare_v2(handle(), sql.data(), static_cast<int>(sql.size()), &compiled, &tail);
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
        if (value != nullptr) text = reinterpret_cast<const char*>(value);
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

std::string Connection::message(int code) const {
    if (!refusal_.empty()) return refusal_;
    if (code == SQLITE_INTERRUPT) {
        if (timed_out_) {
            return fmt::format(
                "cancelled: it took longer than the limit of {} ms", limit_->count()
            );
        }
        return "cancelled";
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

void Connection::fail(int code) const { throw Error(kind_of(code), message(code)); }

}  // namespace migrator::db::sqlite

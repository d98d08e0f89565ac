// How a session opens its files, and reads.

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/error.hpp"
#include "db/sqlite/session.hpp"

namespace migrator::db::sqlite {

SqliteSession::SqliteSession(Files files, std::vector<std::string> single_schemas)
    : files_(std::move(files)), single_schemas_(std::move(single_schemas)), attachments_(files_) {}

SqliteSession::~SqliteSession() {
    rollback();
    close();
}

std::optional<SqliteSession::FileId> SqliteSession::id_of(const std::filesystem::path& file) {
    struct stat found {};
    if (stat(file.c_str(), &found) != 0) return std::nullopt;
    return FileId{found.st_dev, found.st_ino};
}

void SqliteSession::open(std::unique_ptr<Connection> connection, std::optional<FileId> id) {
    close();
    connection->watch(stop_);
    connection_ = std::move(connection);
    opened_ = id;
}

void SqliteSession::close() noexcept {
    if (connection_) {
        connection_->ignore_stop(true);
        attachments_.give_back_wal(*connection_);
    }
    connection_.reset();
    opened_.reset();
    attachments_.forget();
}

void SqliteSession::watch(std::stop_token stop) {
    stop_ = std::move(stop);
    if (connection_) connection_->watch(stop_);
}

Connection& SqliteSession::for_reading() {
    if (works_ && connection_) return *connection_;
    const auto now = id_of(files_.metadata());
    if (connection_ && now == opened_) return *connection_;
    files_.check_folder();
    // Between the two `stat`s and the opening somebody may delete the file; then an empty one
    // comes into being, which reads as no file does.
    open(
        now ? std::make_unique<Connection>(files_.metadata()) : std::make_unique<Connection>(), now
    );
    return *connection_;
}

Connection& SqliteSession::for_work() {
    if (works_ && connection_) return *connection_;
    files_.check_folder();
    if (!connection_ || !opened_ || id_of(files_.metadata()) != opened_) {
        auto connection = std::make_unique<Connection>(files_.metadata());
        open(std::move(connection), id_of(files_.metadata()));
    }
    works_ = true;
    return *connection_;
}

void SqliteSession::query(
    std::string_view sql, std::span<const sql::Value> parameters, const sql::RowSink& row
) try {
    for_reading();
    if (!opened_ && is_write(sql)) for_work();
    read(sql, parameters, row);
    // A connection to a file in WAL mode keeps a lock on it for as long as it lives, and a run
    // could not leave WAL.
    if (!works_ && holds_wal()) close();
} catch (const Error& error) {
    if (error.kind() != ErrorKind::Unavailable) throw;
    throw Error(
        error.kind(), fmt::format("{} (reading or writing {})", error.what(), attachments_.paths())
    );
}

void SqliteSession::read(
    std::string_view sql, std::span<const sql::Value> parameters, const sql::RowSink& row
) try {
    connection_->query(sql, parameters, row);
} catch (const Error& error) {
    if (works_ || error.kind() != ErrorKind::Internal || !attach_singles_for(error.what())) throw;
    connection_->query(sql, parameters, row);
}

/// Asked of the stand-in for a missing file, which must not swallow anything.
bool SqliteSession::is_write(std::string_view sql) {
    Statement statement;
    return connection_->prepare(sql, statement) == SQLITE_OK && statement &&
           sqlite3_stmt_readonly(statement.get()) == 0;
}

bool SqliteSession::holds_wal() const {
    // Whoever has a file open in WAL mode has this one beside it; a PRAGMA would have to wait for
    // locks. Attached files may be in WAL mode as well, but only few reads attach any.
    return id_of(files_.metadata().string() + "-wal") || !attachments_.names().empty();
}

/// True when files were attached that make another try worth while.
bool SqliteSession::attach_singles_for(std::string_view message) {
    // "no such table: SCHEMA.TABLE"; SQLite finds it before anything has run.
    if (!message.starts_with("no such table:") || !attachments_.names().empty()) return false;
    std::vector<std::string> there;
    for (const std::string& name : single_schemas_) {
        if (id_of(files_.of(name))) there.push_back(name);
    }
    if (there.empty()) return false;
    attachments_.attach(*connection_, there);
    return true;
}

}  // namespace migrator::db::sqlite

// How a session opens its files, and reads.

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/error.hpp"
#include "db/sqlite/cursor.hpp"
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
    if (patience_) connection->set_patience(*patience_);
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

/// A read or write of ours that is being stepped through.
class SqliteSession::Rows final : public sql::RowSource {
public:
    Rows(SqliteSession& session, std::unique_ptr<Cursor> cursor)
        : session_(session), cursor_(std::move(cursor)) {}
    ~Rows() override { end(); }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    bool next(sql::Row& row) override try {
        if (cursor_ && cursor_->next(row)) return true;
        end();
        return false;
    } catch (const Error& error) {
        const Error told = session_.explained(error);
        end();
        throw told;
    }

private:
    void end() noexcept {
        if (!cursor_) return;
        cursor_.reset();
        session_.end_reading();
    }

    SqliteSession& session_;
    std::unique_ptr<Cursor> cursor_;
};

std::unique_ptr<sql::RowSource> SqliteSession::open(
    std::string_view sql, std::span<const sql::Value> parameters
) try {
    for_reading();
    if (!opened_ && is_write(sql)) for_work();
    return std::make_unique<Rows>(*this, cursor(sql, parameters));
} catch (const Error& error) {
    const Error told = explained(error);
    end_reading();
    throw told;
}

std::unique_ptr<Cursor> SqliteSession::cursor(
    std::string_view sql, std::span<const sql::Value> parameters
) {
    const auto make = [&] {
        return std::make_unique<Cursor>(
            *connection_,
            std::string(sql),
            std::vector<sql::Value>(parameters.begin(), parameters.end())
        );
    };
    try {
        return make();
    } catch (const Error& error) {
        if (works_ || error.kind() != ErrorKind::Internal || !attach_singles_for(error.what())) {
            throw;
        }
    }
    return make();
}

Error SqliteSession::explained(const Error& error) const {
    std::string_view why;
    if (error.kind() == ErrorKind::Unavailable) why = "{} (reading or writing {})";
    if (error.kind() == ErrorKind::Busy) {
        why =
            "{}: a run or another program is writing to it or keeps it from being written ({}), "
            "try again";
    }
    if (why.empty()) return error;
    return {error.kind(), fmt::format(fmt::runtime(why), error.what(), attachments_.paths())};
}

void SqliteSession::end_reading() noexcept try {
    // A connection to a file in WAL mode keeps a lock on it for as long as it lives, and a run
    // could not leave WAL.
    if (!works_ && holds_wal()) close();
} catch (const std::exception&) {
    close();  // no memory for a path
}

void SqliteSession::set_patience(std::optional<std::chrono::milliseconds> patience) {
    patience_ = patience;
    if (connection_) connection_->set_patience(patience.value_or(kPatience));
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

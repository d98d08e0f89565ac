#include "db/sqlite/session.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/sqlite/clean_up.hpp"
#include "db/sqlite/cursor.hpp"
#include "db/sqlite/hints.hpp"
#include "db/sqlite/result_code.hpp"

namespace migrator::db::sqlite {
namespace {

constexpr std::string_view kInsertRow =
    "insert into main.migrator_migrations (name, source_dir, filename, type, db_schema, created,"
    " contents, checksum, version_id) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

int bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
    return sqlite3_bind_text64(
        statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8
    );
}

int insert_row(
    sqlite3_stmt* statement,
    std::int64_t version_id,
    const std::string& created,
    const sql::MetadataRow& row
) {
    const Migration& migration = *row.migration;
    const std::string contents = to_valid_utf8(migration.contents);
    const std::string type = std::to_string(static_cast<int>(migration.type));
    int index = 0;
    int code = SQLITE_OK;
    const auto bind = [&](std::string_view text) {
        if (code == SQLITE_OK) code = bind_text(statement, ++index, text);
    };
    bind(migration.name);
    bind(migration.source_dir);
    bind(migration.file);
    bind(type);
    bind(*row.schema);
    bind(created);
    bind(contents);
    bind(migration.check_sum);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(statement, ++index, version_id);
    if (code == SQLITE_OK) {
        const int stepped = sqlite3_step(statement);
        if (stepped != SQLITE_DONE) code = stepped;
    }
    sqlite3_reset(statement);
    return code;
}

}  // namespace

SqliteSession::SqliteSession(
    Files files, std::vector<std::string> single_schemas, std::string placeholder
)
    : files_(std::move(files)),
      single_schemas_(std::move(single_schemas)),
      placeholder_(placeholder.empty() ? "SCHEMA" : std::move(placeholder)),
      attachments_(files_) {}

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
    connection->write_schemas_as(placeholder_);
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
    temporary_.clear();
}

std::vector<std::string> SqliteSession::missing_schemas(std::span<const std::string> names) {
    std::vector<std::string> missing;
    for (const std::string& name : names) {
        if (!id_of(files_.of(name))) missing.push_back(name);
    }
    return missing;
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
        // Inside a transaction nothing can be attached.
        if ((works_ && connection_->in_transaction()) || error.kind() != ErrorKind::Internal ||
            !attach_singles_for(error.what())) {
            throw;
        }
    }
    return make();
}

Error SqliteSession::explained(const Error& error) const {
    std::string_view why;
    if (error.kind() == ErrorKind::Unavailable) why = "{} (reading or writing {})";
    if (error.kind() == ErrorKind::Busy) {
        why = "{}: a run or another program has locked the file ({}); try again";
    }
    if (why.empty()) return error;
    return error.as(
        error.kind(), fmt::format(fmt::runtime(why), error.what(), attachments_.paths())
    );
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
    if (connection_) connection_->set_patience(patience.value_or(sql::kLockPatience));
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

void SqliteSession::use_schemas(std::span<const std::string> schemas) {
    if (connection_ && connection_->in_transaction()) {
        throw Error(ErrorKind::Internal, "cannot change schemas inside a transaction");
    }
    files_.check_folder();
    check_names(schemas);
    std::vector<std::string> wanted;
    const auto add = [&](const std::string& name) {
        if (std::ranges::find(wanted, name) == wanted.end()) wanted.push_back(name);
    };
    std::ranges::for_each(schemas, add);
    if (wanted.size() > kMaxSchemas) {
        throw Error(
            ErrorKind::Internal,
            fmt::format(
                "SQLite supports at most {} schemas at a time, not {}", kMaxSchemas, wanted.size()
            )
        );
    }
    // Not for our own bookkeeping: every attached file is locked while a transaction is open.
    for (const std::string& name : single_schemas_) {
        const bool has_room = !schemas.empty() && wanted.size() < kMaxSchemas;
        if (has_room && id_of(files_.of(name))) add(name);
    }
    Connection& connection = for_work();
    attachments_.attach(connection, wanted);
}

void SqliteSession::check_names(std::span<const std::string> schemas) const {
    for (const std::string& name : schemas) {
        if (const auto problem = files_.problem_with(name); !problem.empty()) {
            throw Error(ErrorKind::MigrationFailed, problem);
        }
    }
    std::vector<std::string> all(schemas.begin(), schemas.end());
    all.insert(all.end(), single_schemas_.begin(), single_schemas_.end());
    if (const auto clash = names_that_clash(all); !clash.empty()) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format("schemas {} differ only in case, which SQLite ignores", clash)
        );
    }
    files_.check_spelling(schemas);
}

void SqliteSession::begin(const sql::WorkSettings& settings, std::string_view /*run_id*/) {
    Connection& connection = for_work();
    if (connection.in_transaction()) {
        throw Error(ErrorKind::Internal, "a transaction is already open");
    }
    failed_ = false;
    apply(settings);
    attachments_.make_ready(connection);
    const int code = connection.try_execute("begin immediate");
    if (code == SQLITE_OK) return;
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "{} ({}{})",
            connection.message(code),
            (code & 0xff) == SQLITE_BUSY ? "another program is writing to one of " : "",
            attachments_.paths()
        )
    );
}

void SqliteSession::apply(const sql::WorkSettings& settings) {
    const auto unless_zero = [](std::optional<std::chrono::milliseconds> time) {
        return time && time->count() > 0 ? time : std::nullopt;
    };
    settings_ = settings;
    settings_.statement_timeout = unless_zero(settings.statement_timeout);
    settings_.lock_timeout = unless_zero(settings.lock_timeout);
    connection_->set_patience(settings_.lock_timeout.value_or(sql::kLockPatience));
}

bool SqliteSession::is_schema(std::string_view name) const {
    return attachments_.contains(name) ||
           std::ranges::any_of(single_schemas_, [&](const auto& single) {
               return same_name(single, name);
           });
}

std::optional<sql::Failure> SqliteSession::run_scripts(std::span<const sql::ScriptRun> scripts) {
    Connection& connection = for_work();
    ScriptRunner runs = runner();
    for (const sql::ScriptRun& script : scripts) {
        if (script.undone != script::kNoTraits) clean_up();
        if ((script.undone & script::kReadsKeys) != 0) forget_keys(connection);
        if (auto failure = runs.run(script)) {
            failed_ = true;
            return failure;
        }
    }
    return std::nullopt;
}

std::optional<sql::Failure> SqliteSession::run_without_transaction(
    const sql::ScriptRun& script,
    const sql::WorkSettings& settings,
    const std::function<void(std::size_t statements)>& done
) {
    Connection& connection = for_work();
    if (connection.in_transaction()) {
        throw Error(
            ErrorKind::Internal, "cannot run a file outside a transaction while one is open"
        );
    }
    apply(settings);
    attachments_.make_ready(connection);
    auto failure = runner().run_on_its_own(script, done);
    if (connection.in_transaction()) connection.execute("rollback");
    return failure;
}

ScriptRunner SqliteSession::runner() {
    return ScriptRunner(
        {.connection = *connection_,
         .settings = settings_,
         .is_schema = [this](auto name) { return is_schema(name); },
         .written_schema = placeholder_,
         .temporary = temporary_,
         .observer = observer_}
    );
}

void SqliteSession::clean_up() {
    sqlite::clean_up(*connection_, attachments_);
    temporary_.clear();
}

void SqliteSession::reset() {
    for_work();
    clean_up();
}

void SqliteSession::insert_rows(
    std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
) {
    Connection& connection = for_work();
    Statement statement;
    std::string_view sql = kInsertRow;
    int code = connection.prepare(sql, statement);
    for (const sql::MetadataRow& row : rows) {
        if (code != SQLITE_OK) break;
        code = insert_row(statement.get(), version_id, created, row);
    }
    if (code != SQLITE_OK) connection.fail(code);
}

std::optional<sql::Failure> SqliteSession::commit() {
    Connection& connection = for_work();
    if (failed_ || !connection.in_transaction()) {
        return sql::Failure{.message = "the transaction has failed; nothing was committed"};
    }
    const int code = connection.try_execute("commit");
    if (code == SQLITE_OK) return std::nullopt;
    failed_ = true;
    return commit_failure(code);
}

sql::Failure SqliteSession::commit_failure(int code) {
    sql::Failure failure{.message = connection_->message(code), .context = code_name(code)};
    failure.hint = hint_for(code, failure.message);
    if ((code & 0xff) == SQLITE_BUSY) {
        failure.hint = "another program kept reading one of these files: " + attachments_.paths();
    } else if (code == SQLITE_CONSTRAINT_FOREIGNKEY) {
        failure.detail = "a deferred foreign key, checked at COMMIT, is violated";
        failure.hint = "PRAGMA foreign_key_check lists the rows";
        if (const auto row = violating_row(); !row.empty()) failure.detail += ": " + row;
    } else if (kind_of(code) == ErrorKind::Unavailable) {
        failure.detail = "while writing " + attachments_.paths();
    }
    return failure;
}

/// In the open transaction, where the first one can still be seen. Empty when none is found.
std::string SqliteSession::violating_row() {
    std::vector<std::string> schemas = attachments_.names();
    schemas.insert(schemas.begin(), "main");
    for (const std::string& schema : schemas) {
        const std::string text = fmt::format("pragma \"{}\".foreign_key_check", schema);
        std::string_view sql = text;
        Statement check;
        if (connection_->prepare(sql, check) != SQLITE_OK) continue;
        if (sqlite3_step(check.get()) != SQLITE_ROW) continue;
        const auto column = [&](int index) {
            const auto* value = sqlite3_column_text(check.get(), index);
            return value == nullptr ? "?" : reinterpret_cast<const char*>(value);
        };
        return fmt::format(
            "row {} of {}.{} refers to a row that {} does not have",
            column(1),
            schema,
            column(0),
            column(2)
        );
    }
    return {};
}

void SqliteSession::rollback() noexcept try {
    failed_ = false;
    if (!connection_) return;
    connection_->speak_for(Author::Us);
    connection_->ignore_stop(true);
    int code = SQLITE_OK;
    // A second time, as a stop request of a moment ago may have interrupted the first.
    for (int i = 0; i < 2 && connection_->in_transaction(); ++i) {
        code = connection_->try_execute("rollback");
    }
    if (connection_->in_transaction()) {
        log::error("Could not roll back: " + connection_->message(code));
        close();  // which rolls back; the next user gets a new connection
        return;
    }
    if (works_) clean_up();
    connection_->ignore_stop(false);
} catch (const std::exception& error) {
    try {
        log::error(std::string("Could not clean up after a rollback: ") + error.what());
    } catch (...) {
        close();
        return;
    }
    close();
}

}  // namespace migrator::db::sqlite

#include "db/postgresql/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/postgresql/copy_text.hpp"
#include "db/postgresql/dialect.hpp"
#include "db/postgresql/dialect_texts.hpp"
#include "db/postgresql/hints.hpp"
#include "db/postgresql/rows.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/time_limits.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr std::string_view kCheckFailed = "22P02";  // invalid_text_representation: the cast
constexpr std::string_view kLockNotAvailable = "55P03";
constexpr std::size_t kCopyPiece = 65'536;
// Up to here rows are written with COMMIT; COPY needs an answer before its data, and is faster.
constexpr std::size_t kInsertedRows = 200;
constexpr std::size_t kInsertedBytes = 65'536;
constexpr std::string_view kRowColumns =
    "{}migrator_migrations (name, source_dir, filename, type, db_schema, created, contents, "
    "checksum, version_id)";

/// Whether COMMIT has failed in a deferred constraint or constraint trigger, and not for want of
/// disk space or the like.
bool is_deferred(const ServerError& error) {
    return error.sqlstate.starts_with("23") || !error.context.empty();
}

using sql::Failure;
using sql::ScriptRun;

/// Byte of character `position` (from 1) of `text`, as the server counts characters.
std::size_t byte_of(std::string_view text, std::size_t position, bool bytes_are_characters) {
    return bytes_are_characters ? std::min(position - 1, text.size())
                                : utf8_offset(text, position - 1);
}

void append_valid_copy_text(std::string& out, std::string_view text) {
    if (is_valid_utf8(text)) return append_copy_text(out, text);
    append_copy_text(out, to_valid_utf8(text));
}

std::string role_statement(const std::string& role) {
    return "set local role " + quote_identifier(role);
}

/// What the results of one message told, up to its end or its error.
struct Results {
    std::size_t count = 0;                          ///< statements that have run
    std::optional<std::size_t> end_of_transaction;  ///< the one that ended the transaction
    std::string last_tag;

    void add(const PGresult& result) {
        switch (PQresultStatus(&result)) {
            case PGRES_SINGLE_TUPLE:  // a row of a result that is not complete yet
            case PGRES_EMPTY_QUERY:
                return;
            default:
                break;
        }
        const std::string_view tag = command_tag(result);
        // The rows of a query that a rule has added come before the statement's own completion,
        // and without a tag.
        if (tag.empty()) return;
        const bool ends = tag == "COMMIT" || tag == "ROLLBACK" || tag == "PREPARE TRANSACTION";
        if (ends && !end_of_transaction) end_of_transaction = count;
        last_tag = tag;
        ++count;
    }
};

}  // namespace

Session::Session(
    std::unique_ptr<Connection> connection,
    KeyValues settings,
    const ServerFacts& facts,
    std::string begin,
    Metadata metadata
)
    : connection_(std::move(connection)),
      settings_(std::move(settings)),
      facts_(facts),
      begin_(std::move(begin)),
      metadata_(std::move(metadata)),
      row_columns_(fmt::format(kRowColumns, metadata_.dialect->prefix)),
      id_(fmt::to_string(connection_->backend_pid())) {
    // Times are read as ISO. Go's driver insists on it, so scripts that rely on it exist too.
    const bool is_set = std::ranges::any_of(settings_, [](const auto& setting) {
        return equal_ignoring_case(setting.first, "datestyle");
    });
    if (is_set || !connection_->parameter("DateStyle").starts_with("ISO")) {
        settings_.emplace_back("datestyle", "ISO");
    }
}

Session::~Session() {
    if (dirty_) rollback();
}

void Session::watch(std::stop_token stop) {
    stop_ = stop;
    connection_->watch(std::move(stop));
}

std::unique_ptr<sql::RowSource> Session::open(
    std::string_view sql, std::span<const sql::Value> parameters
) {
    send_waiting();
    // A transaction of its own: `set` outside of one would reach other clients of a pooler, and
    // might not reach the query.
    const bool alone = !settings_.empty() && connection_->transaction_status() == PQTRANS_IDLE;
    if (alone) {
        wait({begin_});
        wait_settings(Scope::Transaction);
        send_waiting();
    }
    auto rows = std::make_unique<Rows>(*connection_, alone);
    rows->send(std::string(sql), parameters);
    return rows;
}

void Session::execute_later(std::string_view sql, std::span<const sql::Value> parameters) {
    wait({bound(sql, parameters, [this](auto value) { return connection_->literal(value); })});
}

void Session::wait(std::vector<std::string> texts) {
    for (std::string& text : texts) waiting_.push_back({std::move(text)});
}

void Session::wait_settings(Scope scope) {
    for (const auto& [name, value] : settings_) {
        // Reads lists (`search_path=app,public`) as the server does when connecting; `set` would
        // take the value for one name.
        waiting_.push_back({setting_statement(name, value, scope), Kind::Setting, name});
    }
}

std::string Session::setting_statement(
    const std::string& name, const std::string& value, Scope scope
) const {
    return fmt::format(
        "select pg_catalog.set_config({}, {}, {})",
        connection_->literal(name),
        connection_->literal(value),
        scope == Scope::Transaction
    );
}

void Session::send_waiting() {
    if (waiting_.empty()) return;
    begin_waits_ = false;
    const auto sent = std::exchange(waiting_, {});
    Results done;
    const auto error =
        connection_->run(join(sent), [&](const PGresult& result) { done.add(result); });
    if (error) refuse(sent[std::min(done.count, sent.size() - 1)], *error);
}

void Session::refuse(const OwnStatement& statement, const ServerError& error) {
    const bool is_check = statement.kind == Kind::Fence || statement.kind == Kind::ReadOnly ||
                          statement.kind == Kind::OwnTables;
    if (!is_check || error.sqlstate != kCheckFailed) throw refused(statement, error);
    rollback();
    if (statement.kind == Kind::OwnTables) {
        throw Error(ErrorKind::MigrationFailed, own_tables_changed_);
    }
    if (statement.kind == Kind::ReadOnly) {
        throw Error(
            ErrorKind::Configuration,
            "transactions of this login are read-only (transaction_read_only is on); set "
            "default_transaction_read_only=off in dataSource, change the default of the role or "
            "database, or connect to a server that is not a standby"
        );
    }
    throw sql::lost_lock_error(*this, *metadata_.dialect);
}

/// The server reads a whole message under the settings that it finds, and the scanner has to know
/// them.
bool Session::sets_reading() const {
    return !settings_.empty() || connection_->parameter("client_encoding") != "UTF8";
}

void Session::begin(const sql::WorkSettings& settings, std::string_view run_id) try {
    work_ = settings;
    role_is_due_ = !settings.role.empty();
    left_ = script::kNoTraits;
    dirty_ = true;
    wait({begin_});
    begin_waits_ = true;
    wait_settings(Scope::Transaction);
    wait(limit_statements(work_, facts_, Scope::Transaction));
    wait_check(
        "pg_catalog.current_setting('transaction_read_only') = 'off'",
        "the transaction is read-only",
        Kind::ReadOnly
    );
    if (!run_id.empty()) wait_fence(run_id);
    if (sets_reading()) send_waiting();
    reads_plain_strings_ = standard_conforming_strings();
} catch (...) {
    rollback();
    throw;
}

/// Who owns the lock is looked up under a snapshot that is newer than the fence.
void Session::wait_fence(std::string_view run_id) {
    const std::string conditions[] = {
        fmt::format("pg_catalog.pg_try_advisory_xact_lock_shared({})", metadata_.locks.fence),
        fmt::format(
            "exists (select from {}migrator_lock where id = 1 and run_id = {})",
            metadata_.dialect->prefix,
            connection_->literal(run_id)
        )};
    for (const std::string& condition : conditions) {
        wait_check(condition, "the migration lock is lost", Kind::Fence);
    }
}

/// The rest of the message is not run when a cast fails. The server does not work it out before, as
/// a process number is no constant.
void Session::wait_check(const std::string& condition, std::string_view otherwise, Kind kind) {
    waiting_.push_back(
        {fmt::format(
             "select case when {} then 0 else pg_catalog.concat('{} for ', "
             "pg_catalog.pg_backend_pid())::integer end",
             condition,
             otherwise
         ),
         kind}
    );
}

bool Session::reads_otherwise() const {
    return connection_->parameter("client_encoding") != "UTF8" ||
           standard_conforming_strings() != reads_plain_strings_;
}

MessageQueue::Own Session::reset_for(std::uint32_t traits) const {
    auto statements = cleaning_statements(
        {.temporary_checks = (traits & script::kMakesTemporary) != 0,
         .sequences = (traits & script::kReadsKeys) != 0}
    );
    for (const auto& [name, value] : settings_) {
        statements.push_back(setting_statement(name, value, Scope::Transaction));
    }
    std::ranges::move(
        limit_statements(work_, facts_, Scope::Transaction), std::back_inserter(statements)
    );
    if (!work_.role.empty()) statements.push_back(role_statement(work_.role));
    return {.text = join(statements), .statements = statements.size()};
}

void Session::reset() {
    wait(cleaning_statements({.temporary_checks = (left_ & script::kMakesTemporary) != 0}));
    left_ = script::kNoTraits;
    wait_settings(Scope::Transaction);
    wait(limit_statements(work_, facts_, Scope::Transaction));
    role_is_due_ = !work_.role.empty();
    // A script has changed how what we write is read.
    if (sets_reading()) send_waiting();
}

void Session::forbid_own_tables(bool makes_tenant, const std::string& otherwise) {
    own_tables_changed_ = otherwise;
    const auto here = [&](std::string_view text) {
        return sql::in_metadata_schema(text, metadata_.schema, *metadata_.dialect);
    };
    const bool adds_row = makes_tenant && metadata_.lists_tenants;
    std::string check = fmt::format(
        fmt::runtime(here(kOwnTablesUntouched)), makes_tenant ? "migrator_tenants" : ""
    );
    if (metadata_.lists_tenants) check += here(kOwnTenantsThere);
    if (adds_row) check += here(kOneTenantMade);
    wait_check(check, "migrator tables are changed", Kind::OwnTables);
}

void Session::insert_rows(
    std::int64_t version_id, const std::string& /*created*/, std::span<const sql::MetadataRow> rows
) {
    std::size_t bytes = 0;
    bool has_nul = false;  // the end of a literal; COPY has the server refuse it
    for (const sql::MetadataRow& row : rows) {
        bytes += row.migration->contents.size();
        has_nul = has_nul || row.migration->contents.find('\0') != std::string::npos;
    }
    if (rows.size() > kInsertedRows || bytes > kInsertedBytes || has_nul) {
        return copy_rows(version_id, rows);
    }
    std::string text;
    for (const sql::MetadataRow& row : rows) {
        const Migration& migration = *row.migration;
        text += fmt::format(
            "{}({}, {}, {}, {}, {}, {}, {}, {}, {})",
            text.empty() ? fmt::format("insert into {} values ", row_columns_) : ", ",
            connection_->literal(migration.name),
            connection_->literal(migration.source_dir),
            connection_->literal(migration.file),
            static_cast<int>(migration.type),
            connection_->literal(*row.schema),
            kNowCreated,
            connection_->literal(to_valid_utf8(migration.contents)),
            connection_->literal(migration.check_sum),
            version_id
        );
    }
    waiting_.push_back({std::move(text), Kind::Rows});
}

void Session::copy_rows(std::int64_t version_id, std::span<const sql::MetadataRow> rows) {
    const std::string created =
        sql::query_row(*this, fmt::format("select {}", metadata_.dialect->now_utc))
            .value()
            .front()
            .value();
    const std::string tail = fmt::format("\t{}\n", version_id);
    const auto error = connection_->copy(
        fmt::format("copy {} from stdin", row_columns_),
        [&](const Connection::CopyWriter& write) {
            std::string buffer;
            const auto add = [&](std::string_view value) {
                while (value.size() > kCopyPiece) {
                    const std::string_view piece = utf8_prefix(value, kCopyPiece);
                    append_valid_copy_text(buffer, piece);
                    write(buffer);
                    buffer.clear();
                    value.remove_prefix(piece.size());
                }
                append_valid_copy_text(buffer, value);
                buffer += '\t';
            };
            for (const sql::MetadataRow& row : rows) {
                const Migration& migration = *row.migration;
                add(migration.name);
                add(migration.source_dir);
                add(migration.file);
                add(std::to_string(static_cast<int>(migration.type)));
                add(*row.schema);
                add(created);
                add(migration.contents);
                append_copy_text(buffer, migration.check_sum);
                buffer += tail;
                if (buffer.size() < kCopyPiece) continue;
                write(buffer);
                buffer.clear();
            }
            write(buffer);
        }
    );
    if (error) throw refused({.text = {}, .kind = Kind::Rows}, *error);
}

std::optional<sql::Failure> Session::commit() {
    if (begin_waits_) send_waiting();
    sql::Failure failure;
    if (connection_->transaction_status() == PQTRANS_IDLE) {
        failure.message = "the transaction was no longer open: a statement in it ended it";
        return failure;
    }
    wait({"commit"});
    const auto sent = std::exchange(waiting_, {});
    Results done;
    const auto error =
        connection_->run(join(sent), [&](const PGresult& result) { done.add(result); });
    if (!error && done.last_tag == "COMMIT") return std::nullopt;
    if (!error) {
        failure.message = "the transaction had already failed; the server rolled it back";
        return failure;
    }
    if (!error->connection_lost && done.count + 1 < sent.size()) refuse(sent[done.count], *error);
    failure.message = error->message;
    if (is_deferred(*error)) failure.message += " (a deferred constraint, checked at COMMIT)";
    failure.detail = error->detail;
    failure.hint = hint_for(*error);
    failure.context = error->context;
    failure.sqlstate = error->sqlstate;
    failure.connection_lost = error->connection_lost;
    return failure;
}

std::optional<ServerError> Session::run_undisturbed(const std::vector<std::string>& statements) {
    connection_->set_deadline(Connection::Clock::now() + sql::kCleaningPatience);
    std::stop_source now;
    now.request_stop();
    connection_->watch(now.get_token());
    connection_->settle();
    connection_->watch({});
    std::optional<ServerError> error;
    for (int i = 0; i < sql::kCleaningTries; ++i) {
        error = connection_->run(join(statements));
        // A cancel that was on its way may hit this message instead of the one it was meant for.
        if (!error || error->sqlstate != kQueryCanceled) break;
    }
    connection_->set_deadline(std::nullopt);
    connection_->watch(stop_);
    return error;
}

void Session::rollback() noexcept try {
    waiting_.clear();
    begin_waits_ = false;
    if (connection_->is_lost()) {
        log::debug("Nothing to roll back: the connection to the database was lost");
        return;
    }
    // All in one message: a pooler may give the server's session to somebody else behind it.
    std::vector<std::string> statements = cleaning_statements({});
    statements.insert(statements.begin(), "rollback");
    const auto error = run_undisturbed(statements);
    if (error) log::warn("Could not roll back: " + describe(*error));
    dirty_ = error.has_value() && !error->connection_lost;
} catch (const std::exception& error) {
    log::warn(std::string("Could not roll back: ") + error.what());
}

bool Session::is_lost() const noexcept { return connection_->is_lost(); }

bool Session::standard_conforming_strings() const {
    return connection_->parameter("standard_conforming_strings") != "off";
}

bool Session::through_pooler() {
    if (!through_pooler_) {
        std::string pid;
        query("select pg_catalog.pg_backend_pid()", {}, [&](const sql::Row& row) {
            pid = row.front().value_or("");
        });
        through_pooler_ = pid != std::to_string(connection_->backend_pid());
    }
    return *through_pooler_;
}

std::optional<Failure> Session::run_scripts(std::span<const ScriptRun> scripts) {
    dirty_ = true;
    if (role_is_due_) {
        waiting_.push_back({role_statement(work_.role), Kind::Role});
    }
    role_is_due_ = false;
    for (const ScriptRun& run : scripts) left_ |= run.script->traits;
    MessageQueue::Rules rules{
        .reset = [this](std::uint32_t traits) { return reset_for(traits); },
        .one_statement = sends_single_statements()};
    if (work_.keeps_state) {
        const auto limits = limit_statements(work_, facts_, Scope::Transaction);
        rules.limits = {.text = join(limits), .statements = limits.size()};
    }
    MessageQueue queue(scripts, rules);
    while (auto message = queue.next(
               {.scripts = !one_script_each_, .resets = !rules.one_statement && !reads_otherwise()}
           )) {
        const auto leading = join_waiting(*message);
        if (auto failure = run_message(*message, scripts, true, leading)) return failure;
    }
    return std::nullopt;
}

bool Session::sends_single_statements() const {
    if (facts_.single_statements) return true;
    // Before 13 the time limit is for the whole message.
    return facts_.version < 130'000 && work_.statement_timeout &&
           work_.statement_timeout->count() > 0;
}

std::vector<OwnStatement> Session::join_waiting(Message& message) {
    if (waiting_.empty()) return {};
    if (sets_reading() || sends_single_statements() || !message.counted || message.copy_data) {
        send_waiting();
        return {};
    }
    begin_waits_ = false;
    auto leading = std::exchange(waiting_, {});
    prepend(message, join(leading), leading.size());
    return leading;
}

std::optional<Failure> Session::run_message(
    const Message& message,
    std::span<const ScriptRun> scripts,
    bool in_transaction,
    std::span<const OwnStatement> leading
) {
    if (message.text.find('\0') != std::string::npos) {
        // libpq takes C strings: what is behind the NUL, other files included, would not be sent.
        Failure failure;
        failure.step = scripts[message.pieces.front().run].step;
        failure.message = "the script contains a NUL byte";
        return failure;
    }
    Results results;
    Connection::CopySource copy_data;
    if (message.copy_data) {
        copy_data = [&data = *message.copy_data](const Connection::CopyWriter& write) {
            data.text->give(data.begin, data.end, write);
        };
    }
    std::vector<sql::SentPart> parts;
    for (const Piece& piece : message.pieces) {
        parts.push_back({&scripts[piece.run], piece.first_statement, piece.statements, piece.ours});
    }
    std::optional<ServerError> error;
    {
        const sql::Observed observed(
            observer_, {.session = id_, .text = message.text, .parts = parts}
        );
        if (observer_ != nullptr) {
            connection_->tell_notices([&](const ServerError& said) {
                tell_notice(said, message, scripts, results.count);
            });
        }
        const auto take = [&](const PGresult& result) {
            const std::size_t before = results.count;
            results.add(result);
            if (results.count > before) observed.ran();
        };
        error = connection_->run(message.text, take, std::move(copy_data));
        connection_->tell_notices(nullptr);
    }
    // Without any result the server has not got past reading the whole text.
    const bool was_read = error && (error->connection_lost || results.count > 0);
    if (was_read && results.count < leading.size()) refuse(leading[results.count], *error);
    if (error) return failure_of(*error, message, scripts, results.count);
    if (in_transaction && connection_->transaction_status() != PQTRANS_INTRANS) {
        const std::size_t before = results.end_of_transaction.value_or(results.count);
        ServerError ended;
        ended.message =
            "the script ended the transaction of the run; the statements before it are committed "
            "or rolled back, as the script requested";
        return failure_of(ended, message, scripts, before);
    }
    if (message.counted && results.count != message.expected() && !one_script_each_) {
        one_script_each_ = true;
        log::warn(fmt::format(
            "The server executed {} statements, but {} were expected; from now on, scripts are "
            "sent one at a time; please report this with the script",
            results.count,
            message.expected()
        ));
    }
    return std::nullopt;
}

void Session::tell_notice(
    const ServerError& said,
    const Message& message,
    std::span<const ScriptRun> scripts,
    std::size_t results
) const {
    const bool is_warning = said.severity == "WARNING";
    if (!is_warning && said.severity != "NOTICE" && said.severity != "INFO") return;
    const Place place = locate(message, scripts, results, std::nullopt);
    if (place.ours) return;
    std::string text = said.message.substr(said.message.find(": ") + 2);
    if (!said.detail.empty()) text += " DETAIL: " + one_line(said.detail);
    observer_->said(
        scripts[place.run],
        {.file = {},
         .schema = {},
         .line = place.line,
         .level = said.severity,
         .sqlstate = said.sqlstate,
         .message = std::move(text),
         .is_warning = is_warning}
    );
}

Failure Session::failure_of(
    const ServerError& error,
    const Message& message,
    std::span<const ScriptRun> scripts,
    std::size_t results
) const {
    std::optional<std::size_t> position;
    if (error.position > 0) {
        const bool bytes = connection_->parameter("server_encoding") == "SQL_ASCII";
        position = byte_of(message.text, error.position, bytes);
    }
    const Place place = locate(message, scripts, results, position);
    Failure failure;
    failure.step = scripts[place.run].step;
    failure.statement = place.statement;
    failure.line = place.line;
    failure.message = error.message;
    if (place.ours) {
        failure.message = "the session could not be reset after this file: " + failure.message;
    }
    failure.detail = error.detail;
    failure.hint = hint_for(error);
    failure.context = error.context;
    failure.sqlstate = error.sqlstate;
    failure.connection_lost = error.connection_lost;
    failure.lock_timed_out = error.sqlstate == kLockNotAvailable;
    return failure;
}

void Session::prepare_without_transaction(const sql::WorkSettings& settings) {
    wait_settings(Scope::Session);
    sql::WorkSettings limits = settings;
    // A concurrent index build that times out on a lock leaves an invalid index behind.
    limits.lock_timeout = std::chrono::milliseconds(0);
    wait(limit_statements(limits, facts_, Scope::Session));
    if (!settings.role.empty()) wait({"set role " + quote_identifier(settings.role)});
    send_waiting();
}

std::optional<Failure> Session::run_without_transaction(
    const ScriptRun& script,
    const sql::WorkSettings& settings,
    const std::function<void(std::size_t statements)>& done
) {
    dirty_ = true;
    prepare_without_transaction(settings);
    const std::span<const ScriptRun> scripts(&script, 1);
    const auto& statements = script.script->statements;
    std::optional<Failure> failure;
    for (std::size_t i = 0; i < statements.size() && !failure; ++i) {
        failure = run_message(message_of(script, 0, i, i + 1, true), scripts, false);
        if (!failure && done) done(i + 1);
    }
    auto left_open = clean_up_without_transaction(script);
    return failure ? failure : left_open;
}

std::optional<Failure> Session::clean_up_without_transaction(const ScriptRun& script) {
    if (connection_->is_lost()) return std::nullopt;
    // Not the session's advisory locks: the fence is one of them.
    std::vector<std::string> statements = cleaning_statements({.session_locks = false});
    const bool open = connection_->transaction_status() != PQTRANS_IDLE;
    if (open) statements.insert(statements.begin(), "rollback");
    if (const auto error = run_undisturbed(statements)) {
        log::warn("Could not clean up the session: " + describe(*error));
    }
    if (!open) return std::nullopt;
    Failure failure;
    failure.step = script.step;
    failure.statement = script.script->statements.size();
    failure.message =
        "the script left a transaction open, which was rolled back; end it with COMMIT";
    return failure;
}

}  // namespace migrator::db::postgresql

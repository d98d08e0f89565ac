#include "db/postgresql/session.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/postgresql/copy_text.hpp"
#include "db/postgresql/rows.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr std::size_t kCopyPiece = 65'536;
constexpr std::chrono::seconds kCleaningPatience{30};
constexpr int kCleaningTries = 3;

/// Whether COMMIT has failed in a deferred constraint or constraint trigger, and not for want of
/// disk space or the like.
bool is_deferred(const ServerError& error) {
    return error.sqlstate.starts_with("23") || !error.context.empty();
}

}  // namespace

Session::Session(
    std::unique_ptr<Connection> connection, KeyValues settings, const ServerFacts& facts
)
    : connection_(std::move(connection)), settings_(std::move(settings)), facts_(facts) {
    // Times are read as ISO. Go's driver insists on it, so scripts that rely on it exist too.
    const bool is_set = std::ranges::any_of(settings_, [](const auto& setting) {
        return strcasecmp(setting.first.c_str(), "datestyle") == 0;
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
    // A transaction of its own: `set` outside of one would reach other clients of a pooler, and
    // might not reach the query.
    const bool alone = !settings_.empty() && connection_->transaction_status() == PQTRANS_IDLE;
    if (alone) {
        std::vector<std::string> opening = setting_statements(Scope::Transaction);
        opening.insert(opening.begin(), "begin");
        execute_with_settings(opening, 1);
    }
    auto rows = std::make_unique<Rows>(*connection_, alone);
    rows->send(std::string(sql), parameters);
    return rows;
}

void Session::execute(const std::vector<std::string>& statements) {
    if (const auto error = connection_->run(join(statements))) throw own_sql_error(*error);
}

std::vector<std::string> Session::setting_statements(Scope scope) const {
    std::vector<std::string> statements;
    for (const auto& [name, value] : settings_) {
        // Reads lists (`search_path=app,public`) as the server does when connecting; `set` would
        // take the value for one name.
        statements.push_back(fmt::format(
            "select pg_catalog.set_config({}, {}, {})",
            connection_->literal(name),
            connection_->literal(value),
            scope == Scope::Transaction
        ));
    }
    return statements;
}

void Session::execute_with_settings(
    const std::vector<std::string>& statements, std::size_t offset
) {
    std::size_t done = 0;
    const auto error = connection_->run(join(statements), [&](const PGresult& result) {
        if (PQresultStatus(&result) != PGRES_SINGLE_TUPLE) ++done;
    });
    if (!error) return;
    if (!error->connection_lost && done >= offset && done < offset + settings_.size()) {
        // The server quotes the value, which is nobody's business.
        throw Error(
            ErrorKind::Configuration,
            fmt::format(
                "data source: the server refuses the run-time parameter {} or its value "
                "(SQLSTATE {})",
                settings_[done - offset].first,
                error->sqlstate
            )
        );
    }
    throw own_sql_error(*error);
}

void Session::begin(const sql::WorkSettings& settings) {
    work_ = settings;
    role_is_due_ = !settings.role.empty();
    dirty_ = true;
    std::vector<std::string> statements = {"begin"};
    for (auto& text : setting_statements(Scope::Transaction)) statements.push_back(std::move(text));
    for (auto& text : limit_statements(work_, facts_, Scope::Transaction)) {
        statements.push_back(std::move(text));
    }
    execute_with_settings(statements, 1);
}

void Session::reset() {
    std::vector<std::string> statements = cleaning_statements(true);
    const std::size_t offset = statements.size();
    for (auto& text : setting_statements(Scope::Transaction)) statements.push_back(std::move(text));
    for (auto& text : limit_statements(work_, facts_, Scope::Transaction)) {
        statements.push_back(std::move(text));
    }
    execute_with_settings(statements, offset);
    role_is_due_ = !work_.role.empty();
}

void Session::insert_rows(
    std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
) {
    const std::string tail = fmt::format("\t{}\n", version_id);
    const auto error = connection_->copy(
        "copy migrator.migrator_migrations (name, source_dir, filename, type, db_schema, created, "
        "contents, checksum, version_id) from stdin",
        [&](const Connection::CopyWriter& write) {
            std::string buffer;
            const auto add = [&](std::string_view value) {
                append_copy_text(buffer, value);
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
                if (is_valid_utf8(migration.contents)) {
                    add(migration.contents);
                } else {
                    add(to_valid_utf8(migration.contents));
                }
                append_copy_text(buffer, migration.check_sum);
                buffer += tail;
                if (buffer.size() < kCopyPiece) continue;
                write(buffer);
                buffer.clear();
            }
            write(buffer);
        }
    );
    if (!error) return;
    ServerError shown = *error;
    shown.context.clear();  // COPY's shows the row, file contents and all
    const Error failed = own_sql_error(shown);
    throw Error(failed.kind(), std::string("Failed to add migration entry: ") + failed.what());
}

std::optional<sql::Failure> Session::commit() {
    std::string tag;
    const bool open = connection_->transaction_status() != PQTRANS_IDLE;
    const auto error =
        connection_->run("commit", [&](const PGresult& result) { tag = command_tag(result); });
    sql::Failure failure;
    if (error) {
        failure.message = error->message;
        if (is_deferred(*error)) failure.message += " (a deferred check, which is made at COMMIT)";
        failure.detail = error->detail;
        failure.hint = error->hint;
        failure.context = error->context;
        failure.sqlstate = error->sqlstate;
        failure.connection_lost = error->connection_lost;
        return failure;
    }
    if (!open) {
        failure.message = "no transaction was open any more: something in it has ended it";
        return failure;
    }
    if (tag == "COMMIT") return std::nullopt;
    failure.message = "the transaction had failed before: the server rolled it back";
    return failure;
}

std::optional<ServerError> Session::run_undisturbed(const std::vector<std::string>& statements) {
    connection_->set_deadline(Connection::Clock::now() + kCleaningPatience);
    std::stop_source now;
    now.request_stop();
    connection_->watch(now.get_token());
    connection_->settle();
    connection_->watch({});
    std::optional<ServerError> error;
    for (int i = 0; i < kCleaningTries; ++i) {
        error = connection_->run(join(statements));
        // A cancel that was on its way may hit this message instead of the one it was meant for.
        if (!error || error->sqlstate != kQueryCanceled) break;
    }
    connection_->set_deadline(std::nullopt);
    connection_->watch(stop_);
    return error;
}

void Session::rollback() noexcept try {
    if (connection_->is_lost()) {
        log::debug("Nothing to roll back: the connection to the database is gone");
        return;
    }
    // All in one message: a pooler may give the server's session to somebody else behind it.
    std::vector<std::string> statements = cleaning_statements(true);
    statements.insert(statements.begin(), "rollback");
    const auto error = run_undisturbed(statements);
    if (error) log::warn("Rolling back: " + describe(*error));
    dirty_ = error.has_value() && !error->connection_lost;
} catch (const std::exception& error) {
    log::warn(std::string("Rolling back: ") + error.what());
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

}  // namespace migrator::db::postgresql

#include "db/mysql/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/mysql/literal.hpp"
#include "db/mysql/rows.hpp"
#include "db/mysql/run_lock.hpp"

namespace migrator::db::mysql {
namespace {

constexpr std::size_t kRowsPiece = 1 << 20;    // bytes of contents at once
constexpr std::size_t kRoomForNames = 16'384;  // beside contents in a message

}  // namespace

Session::Session(
    std::shared_ptr<Connection> connection, std::string lock, std::unique_ptr<HeldLock> held
)
    : connection_(std::move(connection)),
      lock_(std::move(lock)),
      held_(std::move(held)),
      plain_(connection_->reads_quoted_literals()),
      one_statement_each_(connection_->is_tidb()) {}

Session::~Session() {
    if (!connection_->is_lost() && connection_->in_transaction()) rollback();
}

RecordedAs Session::recorded_as(bool with_version) const {
    return {
        .with_version = with_version,
        .plain = is_plain(),
        .longest = connection_->max_allowed_packet() - kRoomForNames};
}

bool Session::is_lost() const noexcept { return !connection_->ping_if_idle(std::chrono::hours(1)); }

void Session::watch(std::stop_token stop) { connection_->watch(std::move(stop)); }

std::unique_ptr<sql::RowSource> Session::open(
    std::string_view sql, std::span<const sql::Value> parameters
) {
    const std::string text = bind(sql, parameters, is_plain());
    if (text.size() >= connection_->max_allowed_packet()) {
        throw Error(
            ErrorKind::Internal,
            fmt::format(
                "a message of {} bytes is longer than the server takes (max_allowed_packet)",
                text.size()
            )
        );
    }
    return std::make_unique<Rows>(*connection_, text);
}

void Session::execute(const std::string& text) {
    if (const auto error = connection_->run(text).error) throw own_sql_error(*error);
}

void Session::begin(const sql::WorkSettings& settings, std::string_view /*run_id*/) {
    set_limits(settings);
    execute("start transaction");
}

void Session::set_limits(const sql::WorkSettings& settings) {
    if (has_limits_ || (!settings.statement_timeout && !settings.lock_timeout)) return;
    std::string text;
    if (settings.lock_timeout && settings.lock_timeout->count() > 0) {
        const auto seconds =
            std::max<std::int64_t>(1, (settings.lock_timeout->count() + 999) / 1000);
        text = fmt::format(
            "set session lock_wait_timeout = {0}; set session innodb_lock_wait_timeout = {0}",
            seconds
        );
    }
    if (settings.statement_timeout && settings.statement_timeout->count() > 0) {
        if (connection_->is_mariadb()) {
            text += fmt::format(
                "{}set session max_statement_time = {}.{:03}",
                text.empty() ? "" : "; ",
                settings.statement_timeout->count() / 1000,
                settings.statement_timeout->count() % 1000
            );
        } else {
            // MySQL limits nothing but SELECT: each statement is watched from here.
            one_statement_each_ = true;
            connection_->set_limit(settings.statement_timeout);
        }
    }
    if (!text.empty()) execute(text);
    has_limits_ = true;
}

std::optional<sql::Failure> Session::run_statement(
    const sql::ScriptRun& script, std::size_t index
) {
    const script::Statement& statement = script.script->statements[index];
    const auto text = script.text.substr(statement.begin, statement.end - statement.begin);
    const auto error = connection_->run(text).error;
    if (!error) return std::nullopt;
    sql::Failure failure = failure_of(*error, index + 1, statement.line);
    failure.step = script.step;
    return failure;
}

std::optional<sql::Failure> Session::run_scripts(std::span<const sql::ScriptRun> scripts) {
    for (const sql::ScriptRun& script : scripts) {
        if (manners_of(script).changes_session) plain_ = false;
        for (std::size_t i = 0; i < script.script->statements.size(); ++i) {
            if (auto failure = run_statement(script, i)) return failure;
        }
    }
    return std::nullopt;
}

std::optional<sql::Failure> Session::run_without_transaction(
    const sql::ScriptRun& script,
    const sql::WorkSettings& settings,
    const std::function<void(std::size_t statements)>& done
) {
    set_limits(settings);
    plain_ = false;
    execute("set autocommit = 1");
    std::optional<sql::Failure> failure;
    const std::size_t count = script.script->statements.size();
    bool locks = false;
    for (std::size_t i = 0; i < count && !failure; ++i) {
        locks = locks || (script.script->statements[i].traits & script::kLocksTables) != 0;
        failure = run_statement(script, i);
        if (!failure && !connection_->in_transaction() && !locks && done) done(i + 1);
    }
    if (connection_->is_lost()) return failure;
    const bool left_open = connection_->in_transaction();
    if (left_open) rollback();
    if (locks) execute("unlock tables");
    check_lock();
    if (!failure && left_open) {
        failure = sql::Failure{.step = script.step, .statement = count};
        failure->message =
            "the script left a transaction open, which was rolled back: end it with COMMIT";
    }
    return failure;
}

void Session::insert_rows(
    std::int64_t version_id, const std::string& /*created*/, std::span<const sql::MetadataRow> rows
) try {
    // Pieces, as a message of all rows would be in memory as a whole.
    while (!rows.empty()) {
        std::size_t count = 0;
        std::size_t bytes = 0;
        while (count < rows.size() && bytes < kRowsPiece) {
            bytes += rows[count++].migration->contents.size();
        }
        for (const std::string& text :
             insert_rows_statements(version_id, rows.first(count), recorded_as(false))) {
            execute(text);
        }
        rows = rows.subspan(count);
    }
} catch (const Error& error) {
    throw Error(error.kind(), std::string("Failed to add migration entry: ") + error.what());
}

std::optional<sql::Failure> Session::commit() {
    const auto error = connection_->run("commit").error;
    if (!error) return std::nullopt;
    return failure_of(*error, 0, 0);
}

void Session::rollback() noexcept try {
    if (connection_->is_lost()) return;
    connection_->set_undisturbed(true);
    if (const auto error = connection_->run("rollback").error) {
        log::warn("Rolling back: " + describe(*error));
    }
    connection_->set_undisturbed(false);
} catch (const std::exception& error) {
    log::warn(std::string("Rolling back: ") + error.what());
}

std::size_t Session::most_workers() const {
    return connection_->is_tidb() ? 1 : kMostFurtherWorkers + 1;
}

void Session::check_lock() {
    if (lock_.empty()) return;
    bool holds = false;
    const auto answer = connection_->run(
        fmt::format("select is_used_lock('{}') = connection_id()", lock_),
        [&](const sql::Row& row) { holds = sql::Row(row).at(0) == "1"; }
    );
    if (answer.error || holds) return;  // a server that has no such function
    throw Error(ErrorKind::Locked, "lost the migration lock: the script has released it");
}

}  // namespace migrator::db::mysql

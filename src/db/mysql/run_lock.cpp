#include "db/mysql/run_lock.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/mysql/own_settings.hpp"

namespace migrator::db::mysql {
namespace {

// The server ends the session of a client that vanished after 20 s of silence (net_write_timeout is
// for one that vanished while it should have read): sooner than the next run gives up waiting, by
// default after 30 s.
constexpr std::string_view kSessionLimits =
    "set session wait_timeout = 20; set session net_write_timeout = 20";
/// For the end of the session that a worker had before.
constexpr int kWorkerPatienceSeconds = 30;

/// The server's ways to say that others try as well: of TiDB (1105, "pessimistic lock retry limit
/// reached"), a lock wait that took too long, deadlocks.
bool is_contention(const ServerError& error) {
    return is_lock_failure(error) || error.number == 1105 || error.number == 3058;
}

std::string worker_lock(const std::string& lock, std::size_t number) {
    return fmt::format("{}-{}", lock, number == 0 ? kMostWorkers : number);
}

Error lock_error(const ServerError& error) {
    return {ErrorKind::Unavailable, "migration lock: " + describe(error)};
}

/// Whether the server works for no worker of an earlier run. Who asks holds the lock of a run, so
/// there are no new ones.
bool workers_have_ended(Connection& connection, const std::string& lock) {
    if (connection.is_tidb()) return true;  // there are none
    std::string sql = "select 0";
    for (std::size_t number = 0; number < kMostWorkers; ++number) {
        sql += fmt::format(" + is_free_lock('{}')", worker_lock(lock, number));
    }
    sql::Value free;
    const auto answer = connection.run(sql, [&](const sql::Row& row) { free = row.at(0); });
    if (answer.error) throw lock_error(*answer.error);
    return free == std::to_string(kMostWorkers);
}

}  // namespace

WorkConnection prepare_for_run(std::shared_ptr<Connection> connection) {
    if (const auto error = connection->run(kSessionLimits).error) throw own_sql_error(*error);
    std::string theirs = take_settings(*connection);
    return {.connection = std::move(connection), .gives_back = std::move(theirs)};
}

std::optional<std::string> try_to_lock(Connection& connection, const std::string& lock) {
    sql::Row got;
    const auto answer = connection.run(
        fmt::format("select get_lock('{}', 0), connection_id()", lock),
        [&](const sql::Row& row) { got = row; }
    );
    if (answer.error && is_contention(*answer.error)) return std::nullopt;
    if (answer.error) throw lock_error(*answer.error);
    if (got.at(0) != "1") return std::nullopt;
    if (workers_have_ended(connection, lock)) return got.at(1).value_or("");
    log::debug("The server is still executing statements of a run that has ended");
    const auto released = connection.run(fmt::format("do release_lock('{}')", lock));
    if (released.error) throw lock_error(*released.error);
    return std::nullopt;
}

RunLock::RunLock(
    std::shared_ptr<Connection> connection,
    std::string session,
    Open open,
    std::string lock,
    std::string prefix
)
    : connection_(std::move(connection)),
      session_(std::move(session)),
      open_(std::move(open)),
      lock_(std::move(lock)),
      prefix_(std::move(prefix)),
      held_(connection_, lock_) {}

std::unique_ptr<sql::Session> RunLock::take_session() {
    if (!connection_->is_tidb()) return connect_worker(0, {});
    return std::make_unique<Session>(
        WorkConnection{.connection = connection_, .lock = lock_}, nullptr, prefix_
    );
}

std::unique_ptr<sql::Session> RunLock::connect_worker(
    std::size_t number, const std::stop_token& stop
) {
    if (connection_->is_tidb()) return nullptr;
    return std::make_unique<Session>(
        open_worker(number, stop),
        [this, number](const std::stop_token& token) { return open_worker(number, token); },
        prefix_
    );
}

WorkConnection RunLock::open_worker(std::size_t number, const std::stop_token& stop) const {
    WorkConnection work = open_();
    work.lock = worker_lock(lock_, number);
    Connection& connection = *work.connection;
    connection.watch(stop);
    sql::Row got;
    const auto answer = connection.run(
        fmt::format(
            "select get_lock('{0}', {1}), is_used_lock('{0}')", work.lock, kWorkerPatienceSeconds
        ),
        [&](const sql::Row& row) { got = row; }
    );
    if (answer.error) throw lock_error(*answer.error);
    if (got.at(0) != "1") {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "could not get the lock {}: session {} holds it and is still executing statements "
                "of an earlier connection",
                work.lock,
                got.at(1).value_or("?")
            )
        );
    }
    work.held = std::make_unique<HeldLock>(work.connection, work.lock);
    check_from(connection);
    return work;
}

/// Another run may have begun before the worker got its lock. And a data source may lead to several
/// servers, each with locks of its own.
void RunLock::check_from(Connection& further) const {
    bool holds = false;
    const auto answer = further.run(
        fmt::format("select is_used_lock('{}') = {}", lock_, session_),
        [&](const sql::Row& row) { holds = row.at(0) == "1"; }
    );
    if (answer.error) throw lock_error(*answer.error);
    if (holds) return;
    throw Error(
        ErrorKind::Locked,
        fmt::format(
            "lost the migration lock: another connection does not see it held by session {}; "
            "connect to a single server in dataSource, or set parallelism to 1",
            session_
        )
    );
}

}  // namespace migrator::db::mysql

#include "db/mysql/run_lock.hpp"

#include <chrono>

#include "core/log.hpp"
#include "db/mysql/session.hpp"

namespace migrator::db::mysql {
namespace {

// The server ends the session of a client that vanished after 20 s of silence (net_write_timeout is
// for one that vanished while it should have read): sooner than the next run gives up waiting, by
// default after 30 s.
constexpr std::string_view kSessionLimits =
    "set session wait_timeout = 20; set session net_write_timeout = 20";
constexpr std::chrono::seconds kBeat{5};

/// The server's ways to say that others try as well: of TiDB (1105, "pessimistic lock retry limit
/// reached"), a lock wait that took too long, deadlocks.
bool is_contention(unsigned number) {
    return number == 1105 || number == 1205 || number == 1213 || number == 3058;
}

}  // namespace

void prepare_for_run(Connection& connection) {
    if (const auto error = connection.run(kSessionLimits).error) throw own_sql_error(*error);
}

bool try_to_lock(Connection& connection) {
    sql::Value got;
    const auto answer = connection.run("select get_lock('migrator', 0)", [&](const sql::Row& row) {
        got = row.at(0);
    });
    if (answer.error && is_contention(answer.error->number)) return false;
    if (answer.error) {
        throw Error(ErrorKind::Unavailable, "migration lock: " + describe(*answer.error));
    }
    return got == "1";
}

RunLock::RunLock(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {
    heartbeat_ = std::jthread([this](const std::stop_token& stop) { keep_alive(stop); });
}

RunLock::~RunLock() {
    heartbeat_.request_stop();
    heartbeat_.join();
    try {
        if (connection_->is_lost()) return;
        connection_->watch({});
        // Closing would do, but the server sees that a bit later.
        connection_->run("do release_lock('migrator')");
    } catch (const std::exception& error) {
        log::debug(std::string("Releasing the migration lock: ") + error.what());
    }
}

void RunLock::notify(std::function<void()> on_lost) {
    const std::lock_guard guard(mutex_);
    on_lost_ = std::move(on_lost);
}

std::unique_ptr<sql::Session> RunLock::take_session() {
    return std::make_unique<Session>(connection_);
}

void RunLock::keep_alive(const std::stop_token& stop) {
    while (true) {
        {
            std::unique_lock guard(mutex_);
            if (wake_.wait_for(guard, stop, kBeat, [] { return false; }); stop.stop_requested()) {
                return;
            }
        }
        if (connection_->ping_if_idle(kBeat)) continue;
        log::warn("The migration lock is lost: the connection to the database is gone");
        std::function<void()> on_lost;
        {
            const std::lock_guard guard(mutex_);
            on_lost = on_lost_;
        }
        if (on_lost) on_lost();
        return;
    }
}

}  // namespace migrator::db::mysql

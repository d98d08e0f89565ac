#include "db/postgresql/run_lock.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::db::postgresql {
namespace {

// A pooler may close a transaction that says nothing for a few seconds (PgBouncer's
// idle_transaction_timeout, often 5 s): the heartbeat has to be quicker than that.
constexpr std::chrono::seconds kBeat{2};
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kFarewell{2};

}  // namespace

bool try_to_lock(Connection& connection, const ServerFacts& facts) {
    sql::WorkSettings no_limits;
    no_limits.statement_timeout = std::chrono::milliseconds(0);
    no_limits.lock_timeout = std::chrono::milliseconds(0);
    std::vector<std::string> statements = limit_statements(no_limits, facts, Scope::Transaction);
    statements.insert(statements.begin(), "begin");
    // Never the waiting form: a session that waits holds a snapshot, and the holder's
    // `create index concurrently` would wait for it for ever.
    statements.push_back(fmt::format("select pg_catalog.pg_try_advisory_xact_lock({})", kRunLockKey)
    );
    bool locked = false;
    connection.set_deadline(Connection::Clock::now() + kPatience);
    auto error = connection.run(join(statements), [&](const PGresult& result) {
        if (PQntuples(&result) == 1) locked = *PQgetvalue(&result, 0, 0) == 't';
    });
    // The transaction of a lock that was not got is closed between two tries: through a pooler it
    // would keep a server's session busy.
    if (!error && !locked) error = connection.run("rollback");
    connection.set_deadline(std::nullopt);
    if (error) throw Error(ErrorKind::Unavailable, "migration lock: " + describe(*error));
    return locked;
}

RunLock::RunLock(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {
    heartbeat_ = std::jthread([this](const std::stop_token& stop) { keep_alive(stop); });
}

RunLock::~RunLock() {
    heartbeat_.request_stop();
    heartbeat_.join();
    try {
        if (connection_->is_lost()) return;
        connection_->abandon_on({});
        connection_->set_deadline(Connection::Clock::now() + kFarewell);
        connection_->run("rollback");  // closing would do, but the server sees that a bit later
    } catch (const std::exception& error) {
        log::debug(std::string("Releasing the migration lock: ") + error.what());
    }
}

void RunLock::notify(std::function<void()> on_lost) {
    {
        const std::lock_guard guard(mutex_);
        if (!lost_) {
            on_lost_ = std::move(on_lost);
            return;
        }
    }
    if (on_lost) on_lost();
}

bool RunLock::lost() const noexcept {
    const std::lock_guard guard(mutex_);
    return lost_;
}

void RunLock::keep_alive(const std::stop_token& stop) {
    connection_->abandon_on(stop);
    while (true) {
        {
            std::unique_lock guard(mutex_);
            if (wake_.wait_for(guard, stop, kBeat, [] { return false; }); stop.stop_requested()) {
                return;
            }
        }
        const auto why = beat();
        if (stop.stop_requested()) return;
        if (!why) continue;
        report_loss(*why);
        return;
    }
}

std::optional<std::string> RunLock::beat() try {
    connection_->set_deadline(Connection::Clock::now() + kPatience);
    // Empty: a statement would take a snapshot, and the run's own `create index concurrently`
    // would wait for this transaction for ever.
    if (const auto error = connection_->run("")) return describe(*error);
    if (connection_->transaction_status() != PQTRANS_INTRANS) return "its transaction has ended";
    return std::nullopt;
} catch (const std::exception& error) {
    return error.what();
}

void RunLock::report_loss(const std::string& why) {
    log::warn("The migration lock is lost: " + why);
    std::function<void()> on_lost;
    {
        const std::lock_guard guard(mutex_);
        lost_ = true;
        on_lost = std::exchange(on_lost_, nullptr);
    }
    if (on_lost) on_lost();
}

}  // namespace migrator::db::postgresql

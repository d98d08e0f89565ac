#include "db/postgresql/run_lock.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/time_limits.hpp"

namespace migrator::db::postgresql {
namespace {

// A pooler may close a transaction that says nothing for a few seconds (PgBouncer's
// idle_transaction_timeout, often 5 s): the heartbeat has to be quicker than that.
constexpr std::chrono::seconds kBeat{2};
constexpr std::chrono::seconds kFarewell{2};

}  // namespace

bool try_to_lock(Connection& connection, const ServerFacts& facts, const LockKeys& keys) {
    sql::WorkSettings no_limits;
    no_limits.statement_timeout = std::chrono::milliseconds(0);
    no_limits.lock_timeout = std::chrono::milliseconds(0);
    std::vector<std::string> statements = limit_statements(no_limits, facts, Scope::Transaction);
    statements.insert(statements.begin(), "begin");
    // Never the waiting form: a session that waits holds a snapshot, and the holder's
    // `create index concurrently` would wait for it for ever.
    statements.push_back(fmt::format("select pg_catalog.pg_try_advisory_xact_lock({})", keys.run));
    bool locked = false;
    connection.set_deadline(Connection::Clock::now() + sql::kLockPatience);
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

RunLock::RunLock(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      heartbeat_("migration lock", kBeat, [this](const auto& over) { return beat(over); }) {}

RunLock::~RunLock() {
    heartbeat_.end();
    try {
        if (connection_->is_lost()) return;
        connection_->abandon_on({});
        connection_->set_deadline(Connection::Clock::now() + kFarewell);
        connection_->run("rollback");  // closing would do, but the server sees that a bit later
    } catch (const std::exception& error) {
        log::debug(std::string("Could not release the migration lock: ") + error.what());
    }
}

std::optional<std::string> RunLock::beat(const std::stop_token& over) {
    connection_->abandon_on(over);
    connection_->set_deadline(Connection::Clock::now() + sql::kLockPatience);
    // Empty: a statement would take a snapshot, and the run's own `create index concurrently`
    // would wait for this transaction for ever.
    if (const auto error = connection_->run("")) return describe(*error);
    if (connection_->transaction_status() != PQTRANS_INTRANS) return "its transaction has ended";
    return std::nullopt;
}

}  // namespace migrator::db::postgresql

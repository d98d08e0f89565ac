#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/postgresql/connection.hpp"
#include "db/postgresql/data_source.hpp"
#include "db/postgresql/dialect.hpp"
#include "db/postgresql/password.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/postgresql/run_lock.hpp"
#include "db/postgresql/session.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr int kChecksClientsFrom = 140'000;

class PostgresServer final : public sql::Server {
public:
    PostgresServer(DataSource source, const Options& options)
        : settings_(source.settings), options_(options), source_(std::move(source)) {}

    const sql::Dialect& dialect() const override { return postgresql::dialect(); }

    std::unique_ptr<sql::Session> connect() override {
        auto connection = open();
        const ServerFacts facts = facts_of(*connection);
        return std::make_unique<Session>(std::move(connection), settings_, facts);
    }

    std::unique_ptr<sql::RunLock> try_lock() override {
        auto connection = take_waiting();
        const bool is_new = connection == nullptr;
        if (is_new) connection = open();
        bool locked = false;
        try {
            locked = try_to_lock(*connection, facts_of(*connection));
        } catch (const Error& error) {
            // One that has waited since the last try may have been closed meanwhile.
            if (is_new) throw;
            log::debug(fmt::format("Trying the migration lock again: {}", error.what()));
            connection = open();
            locked = try_to_lock(*connection, facts_of(*connection));
        }
        if (locked) return std::make_unique<RunLock>(std::move(connection));
        const std::lock_guard guard(mutex_);
        waiting_ = std::move(connection);
        return nullptr;
    }

private:
    enum class Answer : std::uint8_t { Unknown, Yes, No };

    std::unique_ptr<Connection> open() {
        const DataSource source = current();
        try {
            return std::make_unique<Connection>(with_password(source, options_));
        } catch (const Error& error) {
            if (!options_.renewed_data_source || !is_refused_password(error)) throw;
            DataSource renewed = parse_data_source(options_.renewed_data_source());
            if (renewed.connection == source.connection) throw;
            log::info("The database has refused the password; trying the renewed one");
            auto connection = std::make_unique<Connection>(with_password(renewed, options_));
            const std::lock_guard guard(mutex_);
            source_ = std::move(renewed);
            return connection;
        }
    }

    DataSource current() {
        const std::lock_guard guard(mutex_);
        return source_;
    }

    std::unique_ptr<Connection> take_waiting() {
        const std::lock_guard guard(mutex_);
        return std::move(waiting_);
    }

    /// Whether the server can look after its client is tried once: its system decides.
    ServerFacts facts_of(Connection& connection) {
        ServerFacts facts{.version = connection.server_version()};
        if (facts.version < kChecksClientsFrom) return facts;
        if (checks_clients_ == Answer::Unknown) {
            const auto error = connection.run(
                "select pg_catalog.set_config('client_connection_check_interval', '1s', true)"
            );
            if (error && error->connection_lost) return facts;
            checks_clients_ = error ? Answer::No : Answer::Yes;
        }
        facts.checks_clients = checks_clients_ == Answer::Yes;
        return facts;
    }

    const KeyValues settings_;
    const Options options_;
    std::atomic<Answer> checks_clients_ = Answer::Unknown;
    std::mutex mutex_;
    DataSource source_;
    /// Of a try that did not get the lock, for the next: a poll need not connect each time.
    std::unique_ptr<Connection> waiting_;
};

}  // namespace

std::unique_ptr<sql::Server> make_server(const Options& options) {
    DataSource source = parse_data_source(options.data_source);
    for (const std::string& key : source.ignored) {
        log::warn(fmt::format("dataSource: {} has no meaning here and is ignored", key));
    }
    return std::make_unique<PostgresServer>(std::move(source), options);
}

}  // namespace migrator::db::postgresql

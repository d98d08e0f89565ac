#include <fmt/format.h>

#include <atomic>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/postgresql/catalog.hpp"
#include "db/postgresql/connection.hpp"
#include "db/postgresql/data_source.hpp"
#include "db/postgresql/dialect.hpp"
#include "db/postgresql/password.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/postgresql/product.hpp"
#include "db/postgresql/run_lock.hpp"
#include "db/postgresql/session.hpp"
#include "db/postgresql/transaction_modes.hpp"
#include "db/sql/lock_attempts.hpp"
#include "db/sql/renewable_source.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr int kChecksClientsFrom = 140'000;

class PostgresServer final : public sql::Server {
public:
    PostgresServer(DataSource source, const Options& options)
        : settings_(source.settings),
          begin_(transaction_modes(source).begin()),
          options_(options),
          dialect_(postgresql::dialect(), options),
          keys_(lock_keys(options.metadata_schema)),
          source_(std::move(source), options.renewed_data_source, parse_data_source) {
        set_fence(dialect_, keys_);
    }

    const sql::Dialect& dialect() const override { return dialect_.get(); }

    std::unique_ptr<sql::Session> connect() override { return session_on(open()); }

    std::unique_ptr<Catalog> catalog(const CatalogWanted& wanted) override {
        auto connection = open();
        const int version = connection->server_version();
        return make_catalog(session_on(std::move(connection)), version, wanted);
    }

    std::unique_ptr<sql::RunLock> try_lock() override {
        return lock_attempts_.next(
            [this] { return open(); },
            [this](auto& connection) -> std::unique_ptr<sql::RunLock> {
                is_citus_ = Answer::Unknown;  // an extension comes at any time, so each run looks
                if (!try_to_lock(*connection, facts_of(*connection), keys_)) return nullptr;
                return std::make_unique<RunLock>(std::move(connection));
            }
        );
    }

private:
    enum class Answer : std::uint8_t { Unknown, Yes, No };

    std::unique_ptr<Connection> open() {
        return source_.connect([this](const DataSource& source) {
            auto connection = std::make_unique<Connection>(with_password(source, options_));
            if (options_.unsupported_server == UnsupportedServer::Refuse)
                refuse_others(*connection);
            return connection;
        });
    }

    static void refuse_others(const Connection& connection) {
        const std::string_view product = unsupported_product(
            {.server_version = connection.parameter("server_version"),
             .crdb_version = connection.parameter("crdb_version")}
        );
        if (product.empty()) return;
        throw Error(ErrorKind::Configuration, why_unsupported(product));
    }

    std::unique_ptr<sql::Session> session_on(std::unique_ptr<Connection> connection) {
        const ServerFacts facts = facts_of(*connection);
        return std::make_unique<Session>(
            std::move(connection),
            settings_,
            facts,
            begin_,
            Metadata{
                .schema = options_.metadata_schema,
                .dialect = &dialect_.get(),
                .locks = keys_,
                .lists_tenants = options_.tenant_select.empty()}
        );
    }

    ServerFacts facts_of(Connection& connection) {
        ServerFacts facts{.version = connection.server_version()};
        facts.single_statements = is_citus(connection);
        facts.checks_clients = facts.version >= kChecksClientsFrom && can_check_clients(connection);
        return facts;
    }

    bool is_citus(Connection& connection) {
        if (is_citus_ == Answer::Unknown) {
            bool found = false;
            const auto error = connection.run(
                "select from pg_catalog.pg_extension where extname = 'citus'",
                [&found](const PGresult& result) { found = found || PQntuples(&result) > 0; }
            );
            if (error) return false;  // the connection is lost, and whoever uses it will see
            is_citus_ = found ? Answer::Yes : Answer::No;
        }
        return is_citus_ == Answer::Yes;
    }

    /// Whether the server can look after its client is tried once: its system decides.
    bool can_check_clients(Connection& connection) {
        if (checks_clients_ == Answer::Unknown) {
            const auto error = connection.run(
                "select pg_catalog.set_config('client_connection_check_interval', '1s', true)"
            );
            if (error && error->connection_lost) return false;
            checks_clients_ = error ? Answer::No : Answer::Yes;
        }
        return checks_clients_ == Answer::Yes;
    }

    const KeyValues settings_;
    const std::string begin_;
    const Options options_;
    sql::MetadataDialect dialect_;
    const LockKeys keys_;
    std::atomic<Answer> checks_clients_ = Answer::Unknown;
    std::atomic<Answer> is_citus_ = Answer::Unknown;
    sql::RenewableSource<DataSource> source_;
    sql::LockAttempts<std::unique_ptr<Connection>> lock_attempts_;
};

}  // namespace

std::unique_ptr<sql::Server> make_server(const Options& options) {
    DataSource source = parse_data_source(options.data_source);
    for (const std::string& key : source.ignored) {
        log::warn(fmt::format("dataSource: {} has no effect and is ignored", key));
    }
    const TransactionModes modes = transaction_modes(source);
    if (modes.isolation != TransactionModes().isolation &&
        options.atomicity.value_or(Atomicity::Version) != Atomicity::Version) {
        log::warn(fmt::format(
            "dataSource sets default_transaction_isolation: with atomicity: tenant or file, "
            "transactions "
            "of several tenants can conflict in migrator's own tables under {}",
            modes.isolation
        ));
    }
    return std::make_unique<PostgresServer>(std::move(source), options);
}

}  // namespace migrator::db::postgresql

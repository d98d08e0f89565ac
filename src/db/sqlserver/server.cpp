#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sqlserver/connection_string.hpp"
#include "db/sqlserver/dialect.hpp"
#include "db/sqlserver/run_lock.hpp"
#include "db/sqlserver/session.hpp"
#include "db/sqlserver/sqlserver.hpp"

namespace migrator::db::sqlserver {
namespace {

class SqlServer final : public sql::Server {
public:
    /// `place`: the server's address, for people.
    SqlServer(std::string place, DriverSettings settings, Driver driver, const Options& options)
        : place_(std::move(place)),
          verifies_(!settings.freetds_conf.empty()),
          driver_(std::move(driver)),
          options_(options),
          settings_(std::move(settings)) {}

    const sql::Dialect& dialect() const override { return sqlserver::dialect(); }

    std::unique_ptr<sql::Session> connect() override {
        return in_context("failed to connect to database", [&] {
            auto connection = in_context(place_, [&] { return open(); });
            ServerFacts facts = facts_of(*connection);
            return std::make_unique<Session>(std::move(connection), std::move(facts));
        });
    }

    std::unique_ptr<sql::RunLock> try_lock() override {
        auto session = take_waiting();
        const bool is_new = session == nullptr;
        if (is_new) session = connect();
        bool locked = false;
        try {
            locked = lock(*session);
        } catch (const Error& error) {
            // One that has waited since the last try may have been closed meanwhile.
            if (is_new) throw;
            log::debug(fmt::format("Trying the migration lock again: {}", error.what()));
            session = connect();
            locked = lock(*session);
        }
        if (locked) return std::make_unique<RunLock>(std::move(session));
        const std::lock_guard guard(mutex_);
        waiting_ = std::move(session);
        return nullptr;
    }

private:
    static bool lock(sql::Session& session) {
        return in_context("migration lock", [&] {
            return sql::query_bool(
                session, try_lock_query(kRunLock, {.mode = "Exclusive", .owner = "Session"})
            );
        });
    }

    static ServerFacts facts_of(Connection& connection) {
        ServerFacts facts;
        const auto error = connection.run(kFactsQuery, [&](const sql::Row& row) {
            facts.database = row.at(0).value_or("");
            facts.language = row.at(1).value_or("");
            facts.login = row.at(2).value_or("");
        });
        if (error) throw own_sql_error(*error);
        return facts;
    }

    std::unique_ptr<Connection> open() {
        const ConnectSettings settings = current();
        try {
            return std::make_unique<Connection>(settings);
        } catch (const Connection::Refused& refused) {
            const bool is_password =
                refused.error().number == kLoginFailed || refused.error().sqlstate == "28000";
            if (verifies_ && refused.error().number == 0) {
                throw Error(
                    refused.kind(),
                    std::string(refused.what()) +
                        ": FreeTDS's driver does not say more; it may be the server's certificate "
                        "(certificate, TrustServerCertificate)"
                );
            }
            if (!options_.renewed_data_source || !is_password) throw;
            const auto renewed =
                settings_for(parse_data_source(options_.renewed_data_source()), driver_).connect;
            if (renewed.connection_string == settings.connection_string) throw;
            log::info("The database has refused the password; trying the renewed one");
            auto connection = std::make_unique<Connection>(renewed);
            const std::lock_guard guard(mutex_);
            settings_.connect = renewed;
            return connection;
        }
    }

    ConnectSettings current() {
        const std::lock_guard guard(mutex_);
        return settings_.connect;
    }

    std::unique_ptr<sql::Session> take_waiting() {
        const std::lock_guard guard(mutex_);
        return std::move(waiting_);
    }

    const std::string place_;
    const bool verifies_;  ///< FreeTDS looks at the server's certificate
    const Driver driver_;
    const Options options_;
    std::mutex mutex_;
    DriverSettings settings_;
    std::unique_ptr<sql::Session> waiting_;  ///< a connection that did not get the lock
};

}  // namespace

std::unique_ptr<sql::Server> make_server(const Options& options) {
    if (!options.set_role.empty()) {
        throw Error(
            ErrorKind::Configuration, "setRole: SQL Server has no roles to change to, remove it"
        );
    }
    const DataSource source = parse_data_source(options.data_source);
    Driver driver = find_driver();
    DriverSettings settings = settings_for(source, driver);
    const auto warn = [](const std::string& text) {
        // "name", or "name: why"
        const auto colon = std::min(text.find(':'), text.size());
        const std::string why = colon == text.size() ? "" : " (" + text.substr(colon + 2) + ")";
        log::warn(fmt::format(
            "dataSource: {} has no effect here and is ignored{}", text.substr(0, colon), why
        ));
    };
    std::ranges::for_each(source.ignored, warn);
    std::ranges::for_each(settings.warnings, warn);
    if (!settings.freetds_conf.empty()) give_to_freetds(settings.freetds_conf);
    log::info(fmt::format("SQL Server is reached with the ODBC driver {}", driver.name));
    std::string place = source.host;
    if (source.port != 0) place += fmt::format(":{}", source.port);
    if (!source.instance.empty()) place += "\\" + source.instance;
    return std::make_unique<SqlServer>(
        std::move(place), std::move(settings), std::move(driver), options
    );
}

}  // namespace migrator::db::sqlserver

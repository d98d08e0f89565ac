#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/lock_attempts.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/renewable_source.hpp"
#include "db/sqlserver/connection_string.hpp"
#include "db/sqlserver/dialect.hpp"
#include "db/sqlserver/session.hpp"
#include "db/sqlserver/sqlserver.hpp"

namespace migrator::db::sqlserver {
namespace {

/// The lock of a run, on the session that works. It can't be lost without the session, whose next
/// call says so; and what changes the database takes the fence beside it. So `lost` is never true.
class RunLock final : public sql::RunLock {
public:
    /// `session` holds the lock.
    explicit RunLock(std::unique_ptr<sql::Session> session) : session_(std::move(session)) {}

    void notify(std::function<void()> /*on_lost*/) override {}
    bool lost() const noexcept override { return false; }
    std::unique_ptr<sql::Session> take_session() override { return std::move(session_); }

private:
    std::unique_ptr<sql::Session> session_;  ///< null once it is taken; the lock ends with it
};

class SqlServer final : public sql::Server {
public:
    /// `place`: the server's address, for people.
    SqlServer(std::string place, DriverSettings settings, OdbcDriver driver, const Options& options)
        : place_(std::move(place)),
          verifies_(!settings.freetds_conf.empty()),
          dialect_(sqlserver::dialect(), options),
          lock_(sql::metadata_lock(kRunLock, options.metadata_schema)),
          fence_(sql::metadata_lock(kFence, options.metadata_schema)),
          source_(
              std::move(settings.connect),
              options.renewed_data_source,
              [driver = std::move(driver)](const std::string& text) {
                  return settings_for(parse_data_source(text), driver).connect;
              }
          ) {
        set_fence(dialect_, fence_);
    }

    const sql::Dialect& dialect() const override { return dialect_.get(); }

    std::unique_ptr<sql::Session> connect() override {
        return in_context("failed to connect to database", [&] {
            auto connection = in_context(place_, [&] {
                return source_.connect([this](const auto& settings) { return open(settings); });
            });
            ServerFacts facts = facts_of(*connection);
            return std::make_unique<Session>(
                std::move(connection), std::move(facts), Metadata{&dialect_.get(), fence_}
            );
        });
    }

    std::unique_ptr<sql::RunLock> try_lock() override {
        return lock_attempts_.next(
            [this] { return connect(); },
            [this](auto& session) -> std::unique_ptr<sql::RunLock> {
                if (!lock(*session)) return nullptr;
                return std::make_unique<RunLock>(std::move(session));
            }
        );
    }

private:
    bool lock(sql::Session& session) const {
        return in_context("migration lock", [&] {
            return sql::query_bool(
                session, try_lock_query(lock_, {.mode = "Exclusive", .owner = "Session"})
            );
        });
    }

    static ServerFacts facts_of(Connection& connection) {
        ServerFacts facts;
        const auto error = connection.run(kFactsQuery, [&](const sql::Row& row) {
            facts.database = row.at(0).value_or("");
            facts.language = row.at(1).value_or("");
            facts.login = row.at(2).value_or("");
            facts.session = row.at(3).value_or("");
        });
        if (error) throw own_sql_error(*error);
        return facts;
    }

    std::unique_ptr<Connection> open(const ConnectSettings& settings) const try {
        return std::make_unique<Connection>(settings);
    } catch (const Connection::Refused& refused) {
        const ServerError& error = refused.error();
        if (verifies_ && error.number == 0) {
            throw Error(
                refused.kind(),
                std::string(refused.what()) +
                    "; the FreeTDS driver gives no details; check the certificate of the server "
                    "(certificate, TrustServerCertificate)"
            );
        }
        const bool is_password = error.number == kLoginFailed || error.sqlstate == "28000";
        if (is_password) throw sql::RefusedPassword(refused.kind(), refused.what());
        throw;
    }

    const std::string place_;
    const bool verifies_;  ///< FreeTDS looks at the server's certificate
    sql::MetadataDialect dialect_;
    const std::string lock_;
    const std::string fence_;
    sql::RenewableSource<ConnectSettings> source_;
    sql::LockAttempts<std::unique_ptr<sql::Session>> lock_attempts_;
};

}  // namespace

std::unique_ptr<sql::Server> make_server(const Options& options) {
    if (!options.set_role.empty()) {
        throw Error(ErrorKind::Configuration, "setRole is not supported on SQL Server; remove it");
    }
    const DataSource source = parse_data_source(options.data_source);
    OdbcDriver driver = find_odbc_driver();
    DriverSettings settings = settings_for(source, driver);
    const auto warn = [](const std::string& text) {
        // "name", or "name: why"
        const auto colon = std::min(text.find(':'), text.size());
        const std::string why = colon == text.size() ? "" : " (" + text.substr(colon + 2) + ")";
        log::warn(
            fmt::format("dataSource: {} has no effect and is ignored{}", text.substr(0, colon), why)
        );
    };
    std::ranges::for_each(source.ignored, warn);
    std::ranges::for_each(settings.warnings, warn);
    if (!settings.freetds_conf.empty()) give_to_freetds(settings.freetds_conf);
    log::info(fmt::format("Connecting to SQL Server with the ODBC driver {}", driver.name));
    std::string place = source.host;
    if (source.port != 0) place += fmt::format(":{}", source.port);
    if (!source.instance.empty()) place += "\\" + source.instance;
    return std::make_unique<SqlServer>(
        std::move(place), std::move(settings), std::move(driver), options
    );
}

}  // namespace migrator::db::sqlserver

#include <fmt/format.h>

#include <atomic>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/mysql/catalog.hpp"
#include "db/mysql/connection.hpp"
#include "db/mysql/data_source.hpp"
#include "db/mysql/dialect.hpp"
#include "db/mysql/mysql.hpp"
#include "db/mysql/own_settings.hpp"
#include "db/mysql/password.hpp"
#include "db/mysql/run_lock.hpp"
#include "db/mysql/session.hpp"
#include "db/sql/lock_attempts.hpp"
#include "db/sql/metadata_schema.hpp"
#include "db/sql/renewable_source.hpp"

namespace migrator::db::mysql {
namespace {

/// What a run has not committed is not read as if it had.
constexpr std::string_view kReadingSession =
    "set session time_zone = '+00:00'; set session transaction isolation level repeatable read";

class MysqlServer final : public sql::Server {
public:
    MysqlServer(DataSource source, const Options& options)
        : options_(options),
          dialect_(dialect_for(source), options),
          lock_(sql::metadata_lock(kRunLock, options.metadata_schema)),
          source_(std::move(source), options.renewed_data_source, parse_data_source) {}

    const sql::Dialect& dialect() const override { return dialect_.get(); }

    /// A session for reading: times come in UTC, whatever zone the server is in.
    std::unique_ptr<sql::Session> connect() override {
        auto connection = open();
        take_settings(*connection);
        if (const auto error = connection->run(kReadingSession).error) throw own_sql_error(*error);
        return std::make_unique<Session>(std::move(connection), prefix());
    }

    std::unique_ptr<Catalog> catalog(const CatalogWanted& wanted) override {
        return make_catalog(connect(), wanted);
    }

    std::unique_ptr<sql::RunLock> try_lock() override {
        return lock_attempts_.next(
            [this] { return open_for_run().connection; },
            [this](auto& connection) -> std::unique_ptr<sql::RunLock> {
                auto session = try_to_lock(*connection, lock_);
                if (!session) return nullptr;
                return std::make_unique<RunLock>(
                    std::move(connection),
                    std::move(*session),
                    [this] { return open_for_run(); },
                    lock_,
                    prefix()
                );
            }
        );
    }

private:
    std::string prefix() const { return std::string(dialect_.get().prefix); }

    /// Files are looked at before a server says how it reads them.
    static sql::Dialect dialect_for(const DataSource& source) {
        sql::Dialect dialect = mysql::dialect();
        if (!source.charsets.empty()) {
            dialect.lexis.encoding = script::encoding_called(source.charsets.front());
        }
        return dialect;
    }

    std::shared_ptr<Connection> open() {
        return source_.connect([this](const DataSource& source) {
            return std::make_shared<Connection>(with_password(source, options_), [this] {
                return with_password(source_.current(), options_);
            });
        });
    }

    WorkConnection open_for_run() {
        WorkConnection work = prepare_for_run(open());
        if (!looked_for_cluster_.exchange(true)) warn_of_cluster(*work.connection);
        return work;
    }

    /// GET_LOCK holds on one node of a Galera cluster, and nothing tells the others.
    static void warn_of_cluster(Connection& connection) {
        bool in_cluster = false;
        connection.run("show global status like 'wsrep_cluster_size'", [&](const sql::Row& row) {
            in_cluster = row.at(1).value_or("0") != "0" && row.at(1) != "1";
        });
        if (!in_cluster) return;
        log::warn(
            "The database is a Galera cluster, where the migration lock protects one node only; "
            "connect every migrator to the same node in dataSource"
        );
    }

    const Options options_;
    const sql::MetadataDialect dialect_;
    const std::string lock_;
    std::atomic<bool> looked_for_cluster_ = false;
    sql::RenewableSource<DataSource> source_;
    sql::LockAttempts<std::shared_ptr<Connection>> lock_attempts_;
};

}  // namespace

std::unique_ptr<sql::Server> make_server(const Options& options) {
    DataSource source = parse_data_source(options.data_source);
    for (const std::string& name : source.ignored) {
        log::warn(fmt::format("dataSource: {} has no effect and is ignored", name));
    }
    check_security(source);
    if (!options.set_role.empty()) {
        throw Error(ErrorKind::Configuration, "setRole is not supported on MySQL; remove it");
    }
    return std::make_unique<MysqlServer>(std::move(source), options);
}

}  // namespace migrator::db::mysql

#include "db/sql/sql_connector.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "db/sql/metadata.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/precheck.hpp"
#include "db/sql/session_pool.hpp"
#include "db/sql/sql_run.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql {
namespace {

class SqlConnector : public Connector {
    /// Runs `work(session)` on a pooled connection, which is closed when that throws.
    template <typename Work>
    auto reading(Work&& work) {
        const auto lease = pool_.lease();
        try {
            return work(**lease);
        } catch (...) {
            lease->discard();
            throw;
        }
    }

    /// Runs `work(metadata, shape)` on a pooled connection.
    template <typename Work>
    auto read(Work&& work) {
        return reading([&](Session& session) {
            const MetadataShape shape = read_shape(session, server_->dialect());
            Metadata metadata(session, server_->dialect(), options_);
            return work(metadata, shape);
        });
    }

public:
    SqlConnector(std::unique_ptr<Server> server, const Options& options)
        : server_(std::move(server)), options_(options), pool_(*server_, options_.max_connections) {
        if (atomicity() == Atomicity::Version && !server_->dialect().allows_version_atomicity) {
            throw Error(
                ErrorKind::Configuration,
                fmt::format(
                    "atomicity: version is not possible on {}, use atomicity: tenant",
                    server_->dialect().name
                )
            );
        }
    }

    Atomicity atomicity() const override {
        return options_.atomicity.value_or(server_->dialect().default_atomicity);
    }

    void ping() override {
        reading([](Session& session) { execute(session, "select 1"); });
    }

    Applied read_applied(const std::vector<Migration>& sources) override {
        return read([&](Metadata& metadata, const MetadataShape& shape) {
            return metadata.applied(shape, sources);
        });
    }

    std::vector<std::string> tenants() override {
        return read([](Metadata& metadata, const MetadataShape& shape) {
            return metadata.tenants(shape);
        });
    }

    void read_applied_migrations(const std::function<void(const AppliedMigration&)>& row) override {
        read([&](Metadata& metadata, const MetadataShape& shape) {
            metadata.migrations(shape, row);
        });
    }

    std::vector<Version> versions() override {
        return read([](Metadata& metadata, const MetadataShape& shape) {
            return metadata.versions(shape);
        });
    }

    std::vector<AppliedMigration> migrations_of_version(std::int64_t version_id) override {
        return read([&](Metadata& metadata, const MetadataShape& shape) {
            return metadata.migrations_of_version(shape, version_id);
        });
    }

    std::vector<std::string> broken_objects() override {
        std::vector<std::string> objects;
        if (server_->dialect().broken_objects.empty()) return objects;
        reading([&](Session& session) {
            session.query(server_->dialect().broken_objects, {}, [&](const Row& row) {
                objects.push_back(row[0].value_or("?") + ": " + row.at(1).value_or(""));
            });
        });
        return objects;
    }

    std::optional<RunOwner> lock_owner() override {
        // The row outlives the run that wrote it: only the lock itself says that somebody works.
        try {
            const auto lock = server_->try_lock();
            if (lock != nullptr && older_runs_have_ended()) return std::nullopt;
        } catch (const Error&) {
            return std::nullopt;  // who may only read can't try; status goes on without
        }
        auto owner = read([](Metadata& metadata, const MetadataShape& shape) {
            return metadata.lock_owner(shape);
        });
        if (!owner) owner = RunOwner{.owner = "another run"};
        return owner;
    }

    std::unique_ptr<Run> try_begin_run(const RunOwner& owner) override {
        auto lock = server_->try_lock();
        if (!lock) return nullptr;
        const Dialect& dialect = server_->dialect();
        auto session = server_->connect();
        session->use_schemas({});
        {
            Transaction transaction(*session, dialect, {}, {});
            // A transaction of the run before us may still be open: its connection for the lock
            // can die alone. Nobody plans before it has ended.
            if (!dialect.fence_is_free.empty() && !query_bool(*session, dialect.fence_is_free)) {
                return nullptr;
            }
            create_or_upgrade(*session, dialect, options_);
            write_lock_owner(*session, owner);
            transaction.commit_or_throw();
        }
        return std::make_unique<SqlRun>(
            *server_, options_, std::move(lock), std::move(session), owner
        );
    }

    std::vector<ScriptProblem> check(const Plan& plan) override {
        std::vector<bool> outside;
        return Preparation(server_->dialect(), options_).check(plan, true, outside);
    }

    std::string preview(const Migration& migration, const std::string& schema) override {
        Preparation preparation(server_->dialect(), options_);
        PreparedScript prepared = preparation.prepare(migration, schema, true);
        const bool outside = preparation.runs_outside_transaction(migration, *prepared.script);
        return (outside ? "-- runs outside a transaction, statement by statement\n" : "") +
               std::move(prepared.text);
    }

private:
    /// The first thing that a run writes: here a role shows that may only read.
    void write_lock_owner(Session& session, const RunOwner& owner) try {
        Metadata(session, server_->dialect(), options_).write_lock_owner(owner);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Internal) throw;
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Could not start the run: {}: the role of the data source has to be able to write "
                "to migrator's own tables",
                error.what()
            )
        );
    }

    /// Whether no transaction of a run is open. For who holds the lock: the look is exclusive for
    /// a moment, and a run that works would take that for the loss of its own.
    bool older_runs_have_ended() {
        const Dialect& dialect = server_->dialect();
        if (dialect.fence_is_free.empty()) return true;
        return reading([&](Session& session) {
            Transaction look(session, dialect, {}, {});
            return query_bool(session, dialect.fence_is_free);
        });
    }

    const std::unique_ptr<Server> server_;
    const Options options_;
    SessionPool pool_;
};

}  // namespace

std::unique_ptr<Connector> make_sql_connector(
    std::unique_ptr<Server> server, const Options& options
) {
    return std::make_unique<SqlConnector>(std::move(server), options);
}

}  // namespace migrator::db::sql

#include "db/sql/connector/sql_connector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "analysis/analyze.hpp"
#include "analysis/measure.hpp"
#include "analysis/scratch.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/sql/apply/check_survey.hpp"
#include "db/sql/apply/long_statements.hpp"
#include "db/sql/apply/new_tenant.hpp"
#include "db/sql/apply/notices.hpp"
#include "db/sql/apply/precheck.hpp"
#include "db/sql/apply/scripts.hpp"
#include "db/sql/apply/shared_progress.hpp"
#include "db/sql/apply/sql_run.hpp"
#include "db/sql/apply/tenant_removal.hpp"
#include "db/sql/connector/reader.hpp"
#include "db/sql/connector/sql_audit_log.hpp"
#include "db/sql/connector/sql_run_records.hpp"
#include "db/sql/metadata_schema.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/schema_names.hpp"
#include "db/sql/store/applied_reader.hpp"
#include "db/sql/store/fingerprints.hpp"
#include "db/sql/store/lock_owner.hpp"
#include "db/sql/store/migration_rows.hpp"
#include "db/sql/store/tenant_list.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/versions.hpp"
#include "db/sql/transaction.hpp"
#include "script/checks.hpp"

namespace migrator::db::sql::connector {
namespace {

class PooledAppliedRows : public AppliedRows {
public:
    PooledAppliedRows(LeasedRows rows, const Columns& columns)
        : rows_(std::move(rows)), columns_(columns) {}

    bool next(AppliedMigration& row) override {
        if (!rows_.next(values_)) return false;
        store::MigrationRows::take(values_, columns_, row);
        return true;
    }

private:
    LeasedRows rows_;
    const Columns columns_;
    Row values_;
};

class SqlConnector : public Connector {
public:
    SqlConnector(std::unique_ptr<Server> server, const Options& options, MakeServer make_server)
        : server_(std::move(server)),
          make_server_(make_server),
          options_(options),
          reader_(*server_, options_),
          run_records_(reader_, server_->dialect()),
          audit_log_(*server_, reader_, options_) {
        if (SqlConnector::atomicity() == Atomicity::Version &&
            !server_->dialect().allows_version_atomicity) {
            throw Error(
                ErrorKind::Configuration,
                fmt::format(
                    "{} does not support atomicity: version; use atomicity: tenant",
                    server_->dialect().name
                )
            );
        }
    }

    Atomicity atomicity() const override {
        return options_.atomicity.value_or(server_->dialect().default_atomicity);
    }

    bool has_fleets() const override { return server_->dialect().has_fleets; }

    void ping() override {
        reader_.on_session([](Session& session) { execute(session, "select 1"); });
    }

    Applied read_applied(const std::vector<Migration>& sources) override {
        return reader_.read([&](const store::Tables& tables, const store::MetadataShape& shape) {
            return store::AppliedReader(tables).read(shape, sources);
        });
    }

    TenantList tenant_list() override {
        return reader_.read([](const store::Tables& tables, const store::MetadataShape& shape) {
            return store::TenantListReader(tables, shape).read_names();
        });
    }

    TenantTraces find_tenant(const SchemaName& tenant, const std::vector<Migration>& sources)
        override {
        return reader_.read([&](const store::Tables& tables, const store::MetadataShape& shape) {
            return apply::TenantRemoval(tables, shape, tenant, sources).look();
        });
    }

    bool contains_failures(
        std::size_t failed, std::size_t tenants, const std::optional<Share>& max_failures
    ) const override {
        return has_fleets() && atomicity() != Atomicity::Version &&
               failed <= max_failures.value_or(options_.max_failures).rounded_down(tenants);
    }

    std::unique_ptr<AppliedRows> applied_migrations(const RowsWanted& wanted) override {
        LeasedRows rows = reader_.open(
            "Could not query DB migrations",
            [&](Session&, const store::Tables& tables, const store::MetadataShape& shape) {
                return store::MigrationRows(tables).open(shape, wanted);
            }
        );
        return std::make_unique<PooledAppliedRows>(std::move(rows), wanted.columns);
    }

    std::vector<Version> versions(const VersionsWanted& wanted) override {
        return reader_.read([&](const store::Tables& tables, const store::MetadataShape& shape) {
            return store::Versions(tables).list(shape, wanted);
        });
    }

    std::vector<std::string> broken_objects() override {
        if (server_->dialect().broken_objects.empty()) return {};
        return reader_.on_session([&](Session& session) {
            return sql::broken_objects(session, server_->dialect());
        });
    }

    std::optional<RunOwner> lock_owner() override {
        // The row outlives the run that wrote it: only the lock itself says that somebody works.
        try {
            const auto lock = server_->try_lock();
            if (lock != nullptr && older_runs_have_ended()) return std::nullopt;
        } catch (const Error&) {
            return std::nullopt;  // who may only read can't try; status goes on without
        }
        auto owner = reader_.read([](const store::Tables& tables, const store::MetadataShape& shape
                                  ) { return store::LockOwner(tables).read(shape); });
        if (!owner) owner = RunOwner{.owner = "another run"};
        return owner;
    }

    std::unique_ptr<Run> try_begin_run(const RunOwner& owner) override {
        auto lock = server_->try_lock();
        if (!lock) return nullptr;
        const Dialect& dialect = server_->dialect();
        auto session = lock->take_session();
        if (!session) session = server_->connect();
        session->use_schemas({});
        {
            apply::SharedProgress nobody_looks({}, nullptr, true);
            apply::Notices notices(nobody_looks);
            apply::LongStatements long_statements(
                *server_,
                nobody_looks,
                notices,
                {.first = options_.slow_statement, .request_id = owner.request_id}
            );
            const Observed observed(
                &long_statements.observer(0),
                {.session = session->id(), .about = "preparing migrator's own tables"}
            );
            Transaction transaction(*session, {}, {});
            // A transaction of the run before us may still be open: its connection for the lock
            // can die alone. Nobody plans before it has ended.
            if (!dialect.fence_is_free.empty() && !query_bool(*session, dialect.fence_is_free)) {
                return nullptr;
            }
            store::create_or_upgrade(*session, dialect, options_);
            write_lock_owner(*session, owner);
            transaction.commit_or_throw();
        }
        return std::make_unique<apply::SqlRun>(
            *server_, options_, std::move(lock), std::move(session), owner
        );
    }

    RunRecords& run_records() override { return run_records_; }

    AuditLog& audit_log() override { return audit_log_; }

    std::string dry_run_note() const override {
        const Dialect& dialect = server_->dialect();
        if (dialect.transactional_ddl) return {};
        return fmt::format(
            "{} cannot roll back DDL, so the dry run executed nothing and wrote nothing",
            dialect.name
        );
    }

    PoolUse connections() const override { return reader_.use(); }

    std::vector<ScriptProblem> check(const Plan& plan) override {
        apply::Scripts scripts(server_->dialect(), options_);
        auto problems = apply::look_at_files(plan, scripts, true, atomicity()).problems;
        apply::add_open_quotes(plan, scripts, problems);
        return problems;
    }

    Analysis analyze(const Plan& plan, const TraceRequest& request) override {
        return analysis::analyze(
            *server_, options_, plan, std::string(analysis::kThisProgram), request
        );
    }

    TraceReport trace(
        const Plan& plan, const std::vector<Migration>& sources, const TraceRequest& request
    ) override {
        return analysis::measure(*server_, make_server_, options_, plan, sources, request);
    }

    CheckReport run_checks(const Plan& plan) override {
        return apply::survey_checks(*server_, options_, plan);
    }

    std::vector<std::vector<std::optional<std::string>>> ask(const std::string& sql) override {
        std::vector<std::vector<std::optional<std::string>>> rows;
        reader_.on_session([&](Session& session) {
            rows.clear();  // a connection that was lost is asked again
            session.query(sql, {}, [&](const Row& row) { rows.push_back(row); });
        });
        return rows;
    }

    TenantRecords tenant_records(const SchemaName& tenant) override {
        return reader_.read([&](const store::Tables& tables, const store::MetadataShape& shape) {
            TenantRecords records;
            records.rows = store::MigrationRows(tables).of_tenant(shape, tenant.str());
            std::unordered_set<std::int64_t> ids;
            for (const AppliedMigration& row : records.rows) ids.insert(row.version_id);
            for (Version& version : store::Versions(tables).list(shape, {})) {
                if (ids.contains(version.id)) records.versions.push_back(std::move(version));
            }
            std::ranges::reverse(records.versions);
            for (TenantState& state : store::TenantStates(tables).read(shape)) {
                if (state.tenant == tenant.str()) records.state = std::move(state);
            }
            const TenantList list = store::TenantListReader(tables, shape).read_names();
            records.is_listed = std::ranges::find(list.names, tenant.str()) != list.names.end();
            return records;
        });
    }

    std::vector<std::string> existing_schemas(const std::vector<std::string>& names) override {
        const Dialect& dialect = server_->dialect();
        std::vector<std::string> found = names;
        reader_.on_session([&](Session& session) {
            std::unordered_set<std::string> known;
            if (dialect.schemas.empty()) {
                for (std::string& name : session.missing_schemas(names)) {
                    known.insert(std::move(name));
                }
                found = names;
                std::erase_if(found, [&](const auto& name) { return known.contains(name); });
                return;
            }
            session.query(dialect.schemas, {}, [&](const Row& row) {
                known.insert(lower_case(text_of(row[0])));
            });
            found = names;
            std::erase_if(found, [&](const auto& name) {
                return !known.contains(lower_case(name));
            });
        });
        return found;
    }

    std::unique_ptr<Catalog> catalog(const CatalogWanted& wanted) override {
        auto catalog = server_->catalog(wanted);
        if (!catalog) {
            throw Error(
                ErrorKind::InvalidRequest,
                fmt::format("Schemas can't be compared on {} yet", server_->dialect().name)
            );
        }
        return catalog;
    }

    std::vector<StoredFingerprint> fingerprints() override {
        return reader_.on_session([&](Session& session) {
            return store::Fingerprints({session, server_->dialect(), options_}).read();
        });
    }

    std::vector<TenantSchema> tenant_schemas(
        const std::vector<std::string>& tenants, const std::vector<Migration>& sources
    ) override {
        return reader_.on_session([&](Session& session) {
            const SchemaNames names(session, server_->dialect(), options_, tenant_files(sources));
            std::vector<TenantSchema> schemas;
            for (const std::string& tenant : tenants) {
                schemas.push_back({tenant, names.schema_of(tenant)});
            }
            return schemas;
        });
    }

    SchemaContents built_schema(
        const std::vector<const Migration*>& files,
        const CatalogWanted& wanted,
        const std::string& maker
    ) override {
        const Dialect& dialect = server_->dialect();
        if (!dialect.can_be_traced) {
            throw Error(
                ErrorKind::InvalidRequest,
                fmt::format(
                    "--scratch is not supported on {}; tenants are compared with each other there",
                    dialect.name
                )
            );
        }
        analysis::Scratch scratch(*server_, options_, {.maker = maker, .stop = wanted.stop});
        for (const Migration* file : files) scratch.build(*file);
        SchemaContents built{.name = {scratch.schema(), scratch.schema()}, .objects = {}};
        built.objects = catalog(wanted)->objects(built.name);
        scratch.drop();
        return built;
    }

    std::vector<std::string> check_new_tenant(const Plan& plan, const ApplyRequest& request)
        override {
        return reader_.read([&](const store::Tables& tables, const store::MetadataShape& shape) {
            const apply::NewTenant tenant(tables, shape, plan, request);
            const std::string note = tenant.check_adoption(tables.session);
            return note.empty() ? std::vector<std::string>() : std::vector<std::string>{note};
        });
    }

    std::string preview(const Migration& migration, const std::string& schema) override {
        apply::Scripts scripts(server_->dialect(), options_);
        const apply::PreparedScript prepared = scripts.prepare(migration, schema, true);
        return (prepared.outside_transaction
                    ? "-- runs outside a transaction, statement by statement\n"
                    : "") +
               std::string(prepared.text.whole());
    }

    FileText file_text(const Migration& migration, const std::string& schema) override {
        apply::Scripts scripts(server_->dialect(), options_);
        const apply::PreparedScript prepared = scripts.prepare(migration, schema, true);
        FileText file{
            .text = std::string(prepared.text.whole()),
            .outside_transaction = prepared.outside_transaction};
        for (const script::Statement& statement : prepared.script->statements) {
            file.statements.push_back(
                {.line = statement.line, .text = apply::statement_text(prepared, statement)}
            );
        }
        for (const script::Check& check : prepared.script->checks) {
            const auto comments =
                std::string_view(file.text).substr(check.begin, check.end - check.begin);
            file.checks.push_back({.line = check.line, .text = script::check_statement(comments)});
        }
        return file;
    }

private:
    /// The first thing that a run writes: here a role shows that may only read.
    void write_lock_owner(Session& session, const RunOwner& owner) try {
        store::LockOwner({session, server_->dialect(), options_}).write(owner);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Internal) throw;
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Could not start the run: {}; grant the role in dataSource write access to the "
                "tables of migrator",
                error.what()
            )
        );
    }

    /// Whether no transaction of a run is open. For who holds the lock: the look is exclusive for
    /// a moment, and a run that works would take that for the loss of its own.
    bool older_runs_have_ended() {
        const Dialect& dialect = server_->dialect();
        if (dialect.fence_is_free.empty()) return true;
        return reader_.on_session([&](Session& session) {
            Transaction look(session, {}, {});
            return query_bool(session, dialect.fence_is_free);
        });
    }

    const std::unique_ptr<Server> server_;
    const MakeServer make_server_;
    const Options options_;
    Reader reader_;
    SqlRunRecords run_records_;
    SqlAuditLog audit_log_;
};

}  // namespace

std::unique_ptr<Connector> make_sql_connector(
    std::unique_ptr<Server> server, const Options& options, MakeServer make_server
) {
    check_metadata_schema(options, server->dialect());
    return std::make_unique<SqlConnector>(std::move(server), options, make_server);
}

}  // namespace migrator::db::sql::connector

#include "db/sql/apply/sql_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.hpp"
#include "db/sql/apply/application.hpp"
#include "db/sql/apply/tenant_removal.hpp"
#include "db/sql/store/fingerprints.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/migration_rows.hpp"
#include "db/sql/store/placements.hpp"
#include "db/sql/store/places.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/tenants.hpp"
#include "db/sql/store/versions.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {
namespace {

Value store_value(const SchemaName& tenant) { return tenant.str(); }

}  // namespace

SqlRun::SqlRun(
    Server& server,
    const Options& options,
    std::unique_ptr<RunLock> lock,
    std::unique_ptr<Session> session,
    RunOwner owner
)
    : server_(server),
      options_(options),
      owner_(std::move(owner)),
      lock_(std::move(lock)),
      session_(std::move(session)) {
    session_->watch(stop_.get_token());
    lock_->notify([this] {
        lost_.request_stop();
        stop_.request_stop();
    });
}

ApplyResult SqlRun::apply(const Plan& plan, const ApplyRequest& request) {
    const std::stop_callback forward(request.stop, [this] { stop_.request_stop(); });
    try {
        const Job job{
            .server = server_,
            .dialect = server_.dialect(),
            .options = options_,
            .run_id = owner_.run_id,
            .lock = *lock_,
            .stop = stop_.get_token(),
            .lost = lost_.get_token(),
            .plan = plan,
            .request = request};
        return Application(job, session_).run();
    } catch (const Error& error) {
        // What the database says of a statement that we had cancelled ourselves tells nobody why.
        if (lock_->lost() && error.kind() != ErrorKind::Locked) {
            throw Error(
                ErrorKind::Locked,
                std::string("the connection that holds the migration lock was lost and the run was "
                            "stopped: "
                ) + error.what()
            );
        }
        if (request.stop.stop_requested()) {
            throw Error(ErrorKind::Cancelled, std::string("the run was canceled: ") + error.what());
        }
        throw;
    }
}

template <typename Write>
void SqlRun::in_transaction(Write&& write) {
    session_->use_schemas({});
    Transaction transaction(*session_, {}, owner_.run_id);
    write(store::Tables{*session_, server_.dialect(), options_});
    transaction.commit_or_throw();
}

void SqlRun::accept(const Migration& migration, const std::vector<std::string>& names) {
    in_transaction([&](const store::Tables& tables) {
        for (const std::string& name : names) {
            store::MigrationRows(tables).accept(migration, name);
        }
    });
}

void SqlRun::forget(
    const SchemaName& tenant,
    const std::vector<const Migration*>& files,
    const std::vector<std::string>& other_names
) {
    std::vector<std::string> names;
    for (const Migration* file : files) names.push_back(file->file);
    names.insert(names.end(), other_names.begin(), other_names.end());
    in_transaction([&](const store::Tables& tables) {
        store::MigrationRows(tables).remove(tenant.str(), names);
        store::TenantStates(tables).plan_again(tenant.str(), names);
    });
}

TenantTraces SqlRun::remove_tenant(
    const SchemaName& tenant, const std::vector<Migration>& sources, bool drop_schema
) {
    const Dialect& dialect = server_.dialect();
    const store::Tables tables{*session_, dialect, options_};
    // Of files beside the metadata a `tenantDelete` may change one.
    session_->use_schemas(
        options_.tenant_delete.empty() ? std::vector<std::string>() : options_.single_schemas
    );
    const store::MetadataShape shape = store::read_shape(*session_, dialect);
    TenantRemoval removal(tables, shape, tenant, sources);
    TenantTraces traces = removal.look();
    if (!traces.any()) return traces;
    if (drop_schema) removal.check_schema(traces);
    const bool drops = drop_schema && !traces.schema.empty();
    const WorkSettings settings{
        .statement_timeout = options_.statement_timeout,
        .lock_timeout = options_.ddl_lock_timeout,
        .role = options_.set_role};
    if (drops && !dialect.transactional_ddl) {
        {  // What can go wrong with the records shows before the schema has gone.
            Transaction rehearsal(*session_, {}, owner_.run_id);
            removal.delete_records(traces);
        }
        Transaction drop(*session_, settings, owner_.run_id);
        removal.drop_schema();
        drop.commit_or_throw();
    }
    Transaction transaction(*session_, settings, owner_.run_id);
    if (drops && dialect.transactional_ddl) removal.drop_schema();
    removal.delete_records(traces);
    transaction.commit_or_throw();
    return traces;
}

void SqlRun::settle(const std::vector<std::string>& tenants) {
    in_transaction([&](const store::Tables& tables) { store::TenantStates(tables).remove(tenants); }
    );
}

void SqlRun::add_places(const std::vector<SamePlace>& places) {
    in_transaction([&](const store::Tables& tables) {
        for (const SamePlace& each : places) store::Places(tables).add(each);
    });
}

void SqlRun::store_fingerprints(const std::vector<StoredFingerprint>& fingerprints) {
    in_transaction([&](const store::Tables& tables) {
        store::Fingerprints stored(tables);
        stored.make_table();
        stored.write(fingerprints);
    });
}

void SqlRun::rename(const std::vector<Rename>& renames) {
    in_transaction([&](const store::Tables& tables) {
        for (const auto& [from, to] : renames) {
            store::MigrationRows(tables).rename(from, to);
            store::TenantStates(tables).rename(from, to);
        }
    });
}

std::string SqlRun::place(const SchemaName& tenant, const std::string& server) {
    std::string placed;
    in_transaction([&](const store::Tables& tables) {
        placed = store::Placements(tables).place(tenant, server);
    });
    return placed;
}

void SqlRun::take_over(const SchemaName& tenant, const TenantRecords& records) {
    in_transaction([&](const store::Tables& tables) {
        store::MigrationRows rows(tables);
        if (rows.count(tenant.str()) > 0) {
            throw Error(
                ErrorKind::MigrationFailed,
                fmt::format("tenant {} has recorded files here already", tenant.str())
            );
        }
        // Ids are this server's own: the versions are made again with their names.
        std::unordered_map<std::int64_t, std::int64_t> ids;
        store::Versions versions(tables);
        for (const Version& version : records.versions) {
            const std::int64_t id = versions.next_id();
            versions.insert(id, version.name);
            ids.emplace(version.id, id);
        }
        for (const AppliedMigration& row : records.rows) rows.add(row, ids.at(row.version_id));
        if (records.state) {
            TenantState state = *records.state;
            const auto known = ids.find(state.version_id);
            state.version_id = known == ids.end() ? 0 : known->second;
            store::TenantStates(tables).write(state);
        }
        const store::MetadataShape shape = store::read_shape(*session_, server_.dialect());
        const auto listed = store::Tenants(tables).list(shape);
        const bool is_listed = std::ranges::find(listed, store_value(tenant)) != listed.end();
        if (!is_listed && options_.tenant_select.empty()) {
            store::Tenants(tables).insert(tenant, shape);
        }
    });
}

void SqlRun::displace(const SchemaName& tenant) {
    in_transaction([&](const store::Tables& tables) { store::Placements(tables).remove(tenant); });
}

}  // namespace migrator::db::sql::apply

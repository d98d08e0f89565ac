#include "db/sql/apply/sql_run.hpp"

#include "core/error.hpp"
#include "db/sql/apply/application.hpp"
#include "db/sql/store/migration_rows.hpp"
#include "db/sql/store/places.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {

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

void SqlRun::add_places(const std::vector<SamePlace>& places) {
    in_transaction([&](const store::Tables& tables) {
        for (const SamePlace& each : places) store::Places(tables).add(each);
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

}  // namespace migrator::db::sql::apply

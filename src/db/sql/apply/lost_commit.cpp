#include "db/sql/apply/lost_commit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/lock_owner.hpp"
#include "db/sql/store/migration_rows.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/tenants.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {

bool LostCommit::has_ended(Session& session) const {
    const Context& context = worker_.context;
    if (context.dialect.fence_is_free.empty()) return true;
    const store::Tables tables = context.tables(session);
    // Once another run is the owner ours has ended: it had to have the fence alone. And to look
    // for the fence alone would then stop that run.
    if (!store::LockOwner(tables).is(context.run_id)) return true;
    if (worker_.alone) {
        Transaction look(session, {}, {});
        return query_bool(session, context.dialect.fence_is_free);
    }
    // Other workers hold the fence. But each transaction that works for a tenant has locked the
    // tenant's state before it is committed.
    Transaction look(session, {.lock_timeout = context.patience.limit}, {});
    store::TenantStates(tables).lock_row(unit_.tenant);
    session.send_waiting();
    return true;
}

std::unique_ptr<Session> LostCommit::reconnect() const {
    const auto give_up = std::chrono::steady_clock::now() + worker_.context.patience.limit;
    while (true) {
        try {
            auto fresh = worker_.context.connect(worker_.number, worker_.stop);
            if (has_ended(*fresh)) return fresh;
            if (std::chrono::steady_clock::now() > give_up) {
                throw Error(ErrorKind::Unavailable, "its transaction is still open");
            }
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Locked || worker_.stop.stop_requested()) throw;
            if (std::chrono::steady_clock::now() > give_up) throw;
        }
        std::this_thread::sleep_for(worker_.context.patience.pause);
    }
}

bool LostCommit::took_place(const std::string& lost) const {
    const Context& context = worker_.context;
    try {
        worker_.session = reconnect();
        bool is_there = false;
        if (unit_.files.empty()) {
            const auto shape = store::read_shape(*worker_.session, context.dialect);
            const auto tenants = store::Tenants(worker_.tables()).list(shape);
            is_there = std::ranges::find(tenants, context.request.new_tenant.value().str()) !=
                       tenants.end();
        } else {
            // Any row of the unit will do: they came and went together.
            const PlannedFile& file = *std::ranges::find_if(unit_.files, [](const auto& planned) {
                return !planned.schemas->empty();
            });
            is_there = store::MigrationRows(worker_.tables())
                           .has(context.version_id, file.migration->file, file.schemas->front());
        }
        if (is_there) log::warn(lost + "; the transaction was committed, and the run continues");
        return is_there;
    } catch (const Error& error) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "Could not commit transaction: {}; outcome unknown, version id {}: the database "
                "cannot be queried ({}); check with \"migrator versions {}\" before applying again",
                lost,
                context.version_id,
                error.what(),
                context.version_id
            )
        );
    }
}

}  // namespace migrator::db::sql::apply

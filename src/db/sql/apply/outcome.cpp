// What became of a transaction whose COMMIT was not answered.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/group_worker.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::chrono::seconds kReconnectFor{30};
constexpr std::chrono::milliseconds kReconnectPause{250};

}  // namespace

/// Whether the transaction of `group`, whose connection was lost, is open no more: the server may
/// still be busy with it.
bool GroupWorker::has_ended(Session& session, const Group& group) const {
    if (dialect_.fence_is_free.empty()) return true;
    store::Metadata records(session, dialect_, facts_.work.options);
    // Once another run is the owner ours has ended: it had to have the fence alone. And to look
    // for the fence alone would then stop that run.
    if (!records.is_owner(facts_.work.run_id)) return true;
    if (place_.alone) {
        Transaction look(session, {}, {});
        return query_bool(session, dialect_.fence_is_free);
    }
    // Other workers hold the fence. But each transaction that works for a tenant has locked the
    // tenant's state before it is committed.
    Transaction look(session, {.lock_timeout = kReconnectFor}, {});
    records.lock_tenant_state(group.tenant);
    session.send_waiting();
    return true;
}

/// A new session, once the transaction of `group` has ended.
std::unique_ptr<Session> GroupWorker::reconnect(const Group& group) {
    const auto give_up = std::chrono::steady_clock::now() + kReconnectFor;
    while (true) {
        try {
            auto fresh = facts_.further_session(place_.number, place_.stop);
            if (has_ended(*fresh, group)) return fresh;
            if (std::chrono::steady_clock::now() > give_up) {
                throw Error(ErrorKind::Unavailable, "its transaction is still open");
            }
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Locked || place_.stop.stop_requested()) throw;
            if (std::chrono::steady_clock::now() > give_up) throw;
        }
        std::this_thread::sleep_for(kReconnectPause);
    }
}

bool GroupWorker::took_place(const Group& group, const std::string& lost) {
    try {
        session_ = reconnect(group);
        bool is_there = false;
        if (group.files.empty()) {
            const auto tenants = metadata().tenants(store::read_shape(session(), dialect_));
            is_there =
                std::ranges::find(tenants, request_.new_tenant.value().str()) != tenants.end();
        } else {
            // Any row of the group will do: they came and went together.
            const PlannedFile& file = *std::ranges::find_if(group.files, [](const auto& planned) {
                return !planned.schemas->empty();
            });
            is_there =
                metadata().has_row(facts_.version_id, file.migration->file, file.schemas->front());
        }
        if (is_there) log::warn(lost + ": the transaction did take place, the run goes on");
        return is_there;
    } catch (const Error& error) {
        has_lost_track_ = true;
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "Could not commit transaction: {}, and the database can't be asked what became of "
                "it ({}): outcome unknown, version id {}: check with \"migrator versions {}\" "
                "before you repeat",
                lost,
                error.what(),
                facts_.version_id,
                facts_.version_id
            )
        );
    }
}

}  // namespace migrator::db::sql::apply

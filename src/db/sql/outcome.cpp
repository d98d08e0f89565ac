// What became of a transaction, and how it is told.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/application.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql {
namespace {

constexpr std::chrono::seconds kReconnectFor{30};
constexpr std::chrono::milliseconds kReconnectPause{250};

}  // namespace

/// A new session, once no transaction of this run is open in the database any more: the server
/// may still be busy with the COMMIT whose answer was lost.
std::unique_ptr<Session> Application::reconnect() {
    const auto give_up = std::chrono::steady_clock::now() + kReconnectFor;
    while (true) {
        try {
            auto fresh = work_.server.connect();
            fresh->watch(work_.stop);
            if (dialect_.fence_is_free.empty()) return fresh;
            // Once another run is the owner ours has ended: it had to have the fence alone. And
            // to look for the fence alone would then stop that run.
            if (!Metadata(*fresh, dialect_, work_.options).is_owner(work_.run_id)) return fresh;
            Transaction look(*fresh, dialect_, {}, {});
            const bool free = query_bool(*fresh, dialect_.fence_is_free);
            look.roll_back();
            if (free) return fresh;
            if (std::chrono::steady_clock::now() > give_up) {
                throw Error(ErrorKind::Unavailable, "its transaction is still open");
            }
        } catch (const Error&) {
            if (std::chrono::steady_clock::now() > give_up) throw;
        }
        std::this_thread::sleep_for(kReconnectPause);
    }
}

void Application::find_out(const Group& group, const Failure& failure) {
    const std::string lost = "the connection was lost while committing (" + failure.message + ")";
    try {
        work_.session = reconnect();
        bool took_place = false;
        if (group.files.empty()) {
            const auto tenants = metadata().tenants(read_shape(session(), dialect_));
            took_place =
                std::ranges::find(tenants, request_.new_tenant.value().str()) != tenants.end();
        } else {
            // Any row of the group will do: they came and went together.
            const PlannedFile& file = *std::ranges::find_if(group.files, [](const auto& planned) {
                return !planned.schemas->empty();
            });
            took_place =
                metadata().has_row(version_id_, file.migration->file, file.schemas->front());
        }
        if (took_place) {
            log::warn(lost + ": the transaction did take place, the run goes on");
            return;
        }
    } catch (const Error& error) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "Could not commit transaction: {}, and the database can't be asked what became of "
                "it ({}): outcome unknown, version id {}: check with \"migrator versions {}\" "
                "before you repeat",
                lost,
                error.what(),
                version_id_,
                version_id_
            )
        );
    }
    throw Error(
        ErrorKind::Unavailable,
        fmt::format(
            "Could not commit transaction: {}. The database was asked: it was rolled back", lost
        )
    );
}

void Application::fail(
    const Migration& migration, const std::string& schema, const Failure& failure
) {
    if (intent_written_) write_failed(migration, schema, failure);
    throw script_error(migration, schema, failure);
}

std::string Application::what_stays() const {
    std::string text;
    if (tenant_made_) {
        text += fmt::format("\nTenant {} was made before and stays", request_.new_tenant->str());
    }
    if (committed_ > 0) {
        text += fmt::format(
            "\n{} of {} executions were committed before and stay (version id {})",
            committed_,
            progress_.executions,
            version_id_
        );
    }
    return text.empty() ? text : text + "; the next apply goes on from there";
}

}  // namespace migrator::db::sql

#include "db/sql/apply/worker.hpp"

#include <fmt/format.h>

#include "core/log.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql::apply {

Error error_of(const UnitFailure& failed) {
    if (failed.error) return *failed.error;
    if (failed.migration == nullptr) return commit_error(failed.failure);
    return script_error(*failed.migration, failed.schema, failed.failure);
}

void Worker::stop_if_asked() const {
    if (context.lock.lost()) {
        throw Error(
            ErrorKind::Locked, "the migration lock was lost with the connection that held it"
        );
    }
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped before the end");
}

void Worker::connect_again() const {
    if (session && !session->is_lost()) return;
    stop_if_asked();
    session.reset();  // and with it the lock that the other one needs
    session = context.connect(number, stop);
}

void log_execution(const Migration& migration, const std::string& schema) {
    log::debug(fmt::format(
        "Applying migration type: {}, schema: {}, file: {}",
        static_cast<int>(migration.type),
        schema,
        migration.file
    ));
}

}  // namespace migrator::db::sql::apply

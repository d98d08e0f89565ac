#include "db/sql/transaction.hpp"

#include <fmt/format.h>

#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql {

Transaction::Transaction(Session& session, const WorkSettings& settings, const std::string& run_id)
    : session_(session) {
    session_.begin(settings, run_id);
}

std::optional<Failure> Transaction::commit() {
    auto failure = session_.commit();
    open_ = false;
    if (failure) session_.rollback();
    return failure;
}

void Transaction::commit_or_throw() {
    if (const auto failure = commit()) throw commit_error(*failure);
}

Error lost_lock_error(Session& session, const Dialect& dialect) {
    std::string text = "lost the migration lock";
    try {
        const std::string sql =
            fmt::format("select owner, since from {}migrator_lock where id = 1", dialect.prefix);
        if (const auto row = query_row(session, sql)) {
            text +=
                fmt::format(" to {} since {}", (*row)[0].value_or("?"), (*row)[1].value_or("?"));
        }
    } catch (const Error&) {
        // The name is an extra: the error itself is what counts.
        text += " to another run";
    }
    return {ErrorKind::Locked, text + ": the open transaction was rolled back"};
}

}  // namespace migrator::db::sql

#include "db/sql/apply/lock_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kLocksOfAScript = 8;  // a guess, until one has been seen

}  // namespace

LockTable::LockTable(
    Session& session, const Dialect& dialect, bool watches, std::string_view way_out
)
    : session_(session), dialect_(dialect), way_out_(way_out), next_look_(kTenants) {
    if (!watches || dialect.lock_room.empty()) return;
    const auto row = query_row(session, dialect.lock_room);
    if (!row) return;
    room_ = static_cast<std::size_t>(to_integer(row->at(0)));
    settings_ = row->at(1).value_or("");
}

void LockTable::look(std::size_t executions, const std::string& where) {
    const auto locks =
        static_cast<std::size_t>(to_integer(query_row(session_, dialect_.own_locks).value().front())
        );
    const std::size_t done = std::max<std::size_t>(executions - looked_at_, 1);
    const std::size_t more = locks > locks_ ? locks - locks_ : 0;
    const std::size_t each = std::max<std::size_t>((more + done - 1) / done, 1);
    locks_ = locks;
    looked_at_ = executions;
    // A look reads all locks of the server. At four times the pace it comes before the end.
    const std::size_t end = 2 * room_;
    const std::size_t far = locks < end ? (end - locks) / (4 * each) : 0;
    next_look_ =
        executions + std::clamp(far, kTenants, std::max(kTenants, room_ / kLocksOfAScript));
    if (locks > end) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format("stopped after {} and rolled back: {}", where, advice())
        );
    }
    if (locks <= room_ || warned_) return;
    warned_ = true;
    log::warn(advice() + "; the run stops at twice as many locks");
}

std::string LockTable::advice() const {
    return fmt::format(
        "the transaction holds {} locks, but the lock table of the server has room for about {} "
        "({}); one transaction for all tenants holds the locks of all of them; {}",
        locks_,
        room_,
        settings_,
        way_out_
    );
}

}  // namespace migrator::db::sql::apply

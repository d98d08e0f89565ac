#include "api/version_rows.hpp"

#include "api/operation_reads.hpp"

namespace migrator::api {
namespace {

constexpr std::size_t kFew = 8;  // statements that cost no more than what they save

}  // namespace

VersionRows::VersionRows(
    coordinator::Coordinator& coordinator, db::Columns columns, const std::vector<Version>& versions
)
    : coordinator_(coordinator), columns_(columns), all_at_once_(versions.size() > kFew) {}

std::size_t VersionRows::next_cost() const {
    if (!all_at_once_) return kCostOfStatement;
    return rows_ ? 0 : kCostOfSource;
}

bool VersionRows::next() {
    has_row_ = rows_->next(row_);
    return has_row_;
}

void VersionRows::read(
    std::int64_t version_id, const std::function<bool(const AppliedMigration&)>& row
) {
    if (!all_at_once_) {
        const auto rows =
            coordinator_.applied_migrations({.columns = columns_, .version_id = version_id});
        while (rows->next(row_) && row(row_)) {
        }
        return;
    }
    if (!rows_) {
        rows_ = coordinator_.applied_migrations({.columns = columns_});
        next();
    }
    // Versions that nobody asked for are newer ones, made since the list of versions was read.
    while (has_row_ && row_.version_id > version_id) next();
    bool wanted = true;
    while (has_row_ && row_.version_id == version_id) {
        if (wanted) wanted = row(row_);
        next();
    }
}

}  // namespace migrator::api

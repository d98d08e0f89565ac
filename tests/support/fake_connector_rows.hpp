#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "db/connector.hpp"

namespace migrator::test {

/// The wanted columns of `row`; the others stay empty.
inline AppliedMigration only(const AppliedMigration& row, const db::Columns& columns) {
    using db::Column;
    const Migration& from = row.migration;
    AppliedMigration kept;
    kept.id = row.id;
    kept.version_id = row.version_id;
    if (columns.has(Column::Name)) kept.migration.name = from.name;
    if (columns.has(Column::SourceDir)) kept.migration.source_dir = from.source_dir;
    if (columns.has(Column::File)) kept.migration.file = from.file;
    if (columns.has(Column::Type)) kept.migration.type = from.type;
    if (columns.has(Column::Schema)) kept.schema = row.schema;
    if (columns.has(Column::Created)) kept.created = row.created;
    if (columns.has(Column::CheckSum)) kept.migration.check_sum = from.check_sum;
    if (columns.has(Column::Contents)) kept.migration.contents = from.contents;
    return kept;
}

inline bool comes_before(
    const AppliedMigration& left, const AppliedMigration& right, db::RowsWanted::Order order
) {
    if (order == db::RowsWanted::Order::NameDirectoryId) {
        return std::tie(left.migration.name, left.migration.source_dir, left.id) <
               std::tie(right.migration.name, right.migration.source_dir, right.id);
    }
    return std::tie(right.version_id, left.id) < std::tie(left.version_id, right.id);
}

/// What a database answers.
inline std::vector<AppliedMigration> select(
    const std::vector<AppliedMigration>& rows, const db::RowsWanted& wanted
) {
    std::vector<const AppliedMigration*> found;
    for (const AppliedMigration& row : rows) {
        if (wanted.version_id && row.version_id != *wanted.version_id) continue;
        if (wanted.id && row.id != *wanted.id) continue;
        if (wanted.schema &&
            (!is_for_tenants(row.migration.type) || row.schema != *wanted.schema)) {
            continue;
        }
        if (!wanted.newest_of.empty()) {
            const bool is_named =
                std::ranges::find(wanted.newest_of, row.migration.file) != wanted.newest_of.end();
            if (!is_named || is_script(row.migration.type)) continue;
            found.clear();  // in the order of ids
        }
        found.push_back(&row);
    }
    std::sort(found.begin(), found.end(), [&](const auto* left, const auto* right) {
        return comes_before(*left, *right, wanted.order);
    });
    std::vector<AppliedMigration> selected;
    selected.reserve(found.size());
    for (const AppliedMigration* row : found) selected.push_back(only(*row, wanted.columns));
    return selected;
}

}  // namespace migrator::test

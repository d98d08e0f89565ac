#include "analysis/locks.hpp"

#include <algorithm>
#include <iterator>

namespace migrator::analysis {
namespace {

constexpr std::string_view kModes[] = {
    "",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE"};

Mode mode_of(std::string_view name) {
    const auto* found = std::ranges::find(kModes, name);
    return found == std::end(kModes) ? Mode::AccessExclusive
                                     : static_cast<Mode>(found - std::begin(kModes));
}

Mode mode_of(const Change& change) {
    switch (change.act) {
        case Act::AlterLight:
        case Act::Validate:
        case Act::RenameIndex:
            return Mode::ShareUpdateExclusive;
        case Act::CreateIndex:
        case Act::Reindex:
            return change.concurrently ? Mode::ShareUpdateExclusive : Mode::Share;
        case Act::DropIndex:
        case Act::DetachPartition:
            return change.concurrently ? Mode::ShareUpdateExclusive : Mode::AccessExclusive;
        case Act::AttachPartition:
            return Mode::ShareUpdateExclusive;
        case Act::RefreshView:
            return change.concurrently ? Mode::Exclusive : Mode::AccessExclusive;
        case Act::AddForeignKey:
        case Act::CreateTrigger:
        case Act::AlterMiddle:
            return Mode::ShareRowExclusive;
        case Act::Insert:
        case Act::Update:
        case Act::Delete:
            return Mode::RowExclusive;
        case Act::LockTable:
            return mode_of(change.mode);
        case Act::AddEnumValue:
        case Act::RenameEnumValue:
        case Act::ChangeSession:
        case Act::CreateTable:
        case Act::DropDatabase:
        case Act::DropFunction:
        case Act::DropSchema:
        case Act::Dynamic:
        case Act::RenameSchema:
        case Act::ReplaceFunction:
        case Act::Transaction:
            return Mode::None;
        default:
            return Mode::AccessExclusive;
    }
}

/// The table of an index, as the statement could have named it.
Name table_of_index(
    const Name& index, const Catalog& catalog, const std::vector<std::string>& schemas
) {
    for (const RelationFact* fact : catalog.find(index, schemas)) {
        if (!fact->table.empty()) return {index.schema, fact->table};
    }
    return index;
}

/// The tables that foreign keys of this one refer to: of the constraint, or of all if it is empty.
std::vector<Name> referenced(
    const Name& table,
    const std::string& constraint,
    const Catalog& catalog,
    const std::vector<std::string>& schemas
) {
    std::vector<Name> names;
    const auto found = catalog.find(table, schemas);
    for (const ConstraintFact& fact : catalog.constraints(table.name)) {
        if (fact.type != "f" || (!constraint.empty() && fact.name != constraint)) continue;
        const bool is_ours = std::ranges::any_of(found, [&](const RelationFact* relation) {
            return relation->schema == fact.schema;
        });
        if (!is_ours) continue;
        const bool beside = fact.references.schema == fact.schema;
        const Name name{beside ? table.schema : fact.references.schema, fact.references.name};
        if (name != table && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

}  // namespace

std::string_view name_of(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }

std::vector<TableLock> locks_of(
    const Change& change, const Catalog& catalog, const std::vector<std::string>& schemas
) {
    const Mode mode = mode_of(change);
    std::vector<TableLock> locks;
    const bool of_index = change.act == Act::DropIndex || change.act == Act::RenameIndex ||
                          (change.act == Act::Reindex && change.only);
    if (change.act == Act::CreateTable) {
        if (!change.other.name.empty()) locks.push_back({change.other, Mode::AccessExclusive});
        return locks;
    }
    if (mode == Mode::None) return locks;
    // ALTER INDEX … RENAME locks the index alone.
    if (change.act != Act::RenameIndex) {
        locks.push_back(
            {of_index ? table_of_index(change.table, catalog, schemas) : change.table, mode}
        );
    }
    switch (change.act) {
        case Act::AddForeignKey:
            if (change.other != change.table) locks.push_back({change.other, mode});
            break;
        case Act::AttachPartition:
        case Act::DetachPartition:
            locks.push_back({change.other, Mode::AccessExclusive});
            break;
        case Act::Validate:
            for (Name& name : referenced(change.table, change.name, catalog, schemas)) {
                locks.push_back({std::move(name), Mode::RowShare});
            }
            break;
        case Act::DropConstraint:
            for (Name& name : referenced(change.table, change.name, catalog, schemas)) {
                locks.push_back({std::move(name), Mode::AccessExclusive});
            }
            break;
        case Act::DropTable:
            for (Name& name : referenced(change.table, {}, catalog, schemas)) {
                locks.push_back({std::move(name), Mode::AccessExclusive});
            }
            break;
        default:
            break;
    }
    return locks;
}

}  // namespace migrator::analysis

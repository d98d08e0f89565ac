#include "analysis/locks.hpp"

#include <algorithm>
#include <cstdint>
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
        case Act::AddDomainCheck:
            return change.not_valid ? Mode::None : Mode::Share;
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
        case Act::RenameObject:
            return change.type.ends_with("view") ? Mode::AccessExclusive : Mode::None;
        case Act::AddEnumValue:
        case Act::RenameEnumValue:
        case Act::ChangeSession:
        case Act::CreateTable:
        case Act::DropDatabase:
        case Act::DropFunction:
        case Act::DropSchema:
        case Act::CallFunctions:
        case Act::DropObject:
        case Act::ReadTable:
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

enum class Below : std::uint8_t { Nothing, Partitions, All };

/// Which tables below the named one are locked as it is.
Below below_of(const Change& change) {
    switch (change.act) {
        case Act::AddCheck:
        case Act::AddColumn:
        case Act::ColumnType:
        case Act::Delete:
        case Act::DropColumn:
        case Act::DropConstraint:
        case Act::DropNotNull:
        case Act::LockTable:
        case Act::RenameColumn:
        case Act::SetNotNull:
        case Act::Truncate:
        case Act::Update:
        case Act::Validate:
            return Below::All;
        case Act::AlterLight:
        case Act::AlterStrong:
            return change.recurses ? Below::All : Below::Nothing;
        case Act::AddForeignKey:
        case Act::AddPrimaryKey:
        case Act::AddUnique:
        case Act::CreateTrigger:
        case Act::DropIndex:
            return Below::Partitions;
        case Act::DropTable:
            return change.cascade ? Below::All : Below::Partitions;
        case Act::CreateIndex:
            return change.only ? Below::Nothing : Below::Partitions;
        default:
            return Below::Nothing;
    }
}

class Lockings {
public:
    Lockings(const Catalog& catalog, const std::vector<std::string>& schemas)
        : catalog_(catalog), schemas_(schemas) {}

    void add(Name table, Mode mode) {
        const bool is_known = std::ranges::any_of(locks_, [&](const TableLock& each) {
            return each.table == table && each.mode >= mode;
        });
        if (!is_known) locks_.push_back({std::move(table), mode});
    }

    void add_below(const Name& table, Mode mode, Below which) {
        if (which == Below::Nothing) return;
        for (const RelationFact* fact : catalog_.find(table, schemas_)) {
            for (const std::string& name : fact->partitions) add({table.schema, name}, mode);
            if (which != Below::All) continue;
            for (const std::string& name : fact->heirs) add({table.schema, name}, mode);
        }
    }

    /// What others have put into the default partition is read.
    void add_default_partition(const Name& table) {
        for (const RelationFact* fact : catalog_.find(table, schemas_)) {
            if (fact->default_partition.empty()) continue;
            add({table.schema, fact->default_partition}, Mode::AccessExclusive);
        }
    }

    void add_users(const Name& domain, Mode mode) {
        for (const ObjectFact* fact : catalog_.objects(domain, schemas_, false)) {
            for (const std::string& name : fact->used_by) add({domain.schema, name}, mode);
        }
    }

    std::vector<TableLock> take() { return std::move(locks_); }

private:
    const Catalog& catalog_;
    const std::vector<std::string>& schemas_;
    std::vector<TableLock> locks_;
};

}  // namespace

std::string_view name_of(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }

std::vector<TableLock> locks_of(
    const Change& change, const Catalog& catalog, const std::vector<std::string>& schemas
) {
    const Mode mode = mode_of(change);
    Lockings locks(catalog, schemas);
    const bool of_index = change.act == Act::DropIndex || change.act == Act::RenameIndex ||
                          (change.act == Act::Reindex && change.only);
    if (change.act == Act::CreateTable && !change.other.name.empty()) {
        locks.add(change.other, Mode::AccessExclusive);
        locks.add_default_partition(change.other);
    }
    if (mode == Mode::None) return locks.take();
    if (change.act == Act::AddDomainCheck) {
        locks.add_users(change.table, mode);
        return locks.take();
    }
    // ALTER INDEX … RENAME locks the index alone.
    if (change.act != Act::RenameIndex) {
        const Name table = of_index ? table_of_index(change.table, catalog, schemas) : change.table;
        locks.add(table, mode);
        // The partitions' own indexes are built as CREATE INDEX builds them.
        const Mode below = change.act == Act::AddUnique ? Mode::Share : mode;
        locks.add_below(table, below, below_of(change));
    }
    const auto add_referenced = [&](const std::string& constraint, Mode other) {
        for (Name& name : referenced(change.table, constraint, catalog, schemas)) {
            locks.add(std::move(name), other);
        }
    };
    switch (change.act) {
        case Act::AddForeignKey:
            locks.add(change.other, mode);
            locks.add_below(change.other, mode, Below::Partitions);
            break;
        case Act::AttachPartition:
            locks.add(change.other, Mode::AccessExclusive);
            locks.add_default_partition(change.table);
            break;
        case Act::DetachPartition:
            locks.add(change.other, Mode::AccessExclusive);
            if (!change.concurrently) locks.add_default_partition(change.table);
            break;
        case Act::Validate:
            add_referenced(change.name, Mode::RowShare);
            break;
        case Act::DropConstraint:
            add_referenced(change.name, Mode::AccessExclusive);
            break;
        case Act::DropTable:
            add_referenced({}, Mode::AccessExclusive);
            break;
        default:
            break;
    }
    return locks.take();
}

}  // namespace migrator::analysis

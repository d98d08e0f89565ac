#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::analysis {

/// Stands in statements for the schema that a file works in.
inline constexpr std::string_view kOwnSchema = "migrator_own_schema";

struct Name {
    std::string schema;  ///< `kOwnSchema`: the one that the file works in; empty: as it is found
    std::string name;

    auto operator<=>(const Name&) const = default;
};

/// What a statement does, as far as a rule or a lock depends on it.
enum class Act : std::uint8_t {
    AddCheck,
    AddColumn,
    AddConstraintUsingIndex,  ///< `new_name`: the index
    AddDomainCheck,           ///< or NOT NULL of a domain
    AddEnumValue,
    AddExclusion,
    AddForeignKey,
    AddPrimaryKey,
    AddUnique,
    AlterLight,   ///< SHARE UPDATE EXCLUSIVE: settings of storage, statistics
    AlterMiddle,  ///< SHARE ROW EXCLUSIVE: triggers
    AlterStrong,  ///< ACCESS EXCLUSIVE for a moment
    AttachPartition,
    ChangeSession,  ///< `name`: which setting, `new_name`: its first value, `only`: no longer than
                    ///< the transaction
    Cluster,
    ColumnType,
    CreateIndex,
    CreateTable,
    CreateTrigger,
    Delete,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropDatabase,
    DropFunction,
    DropIndex,
    DropNotNull,
    DropSchema,
    DropTable,
    DropView,
    DropObject,     ///< `type`: "type", "sequence"
    Dynamic,        ///< runs text that nobody can read
    Insert,         ///< from a query
    CallFunctions,  ///< a query that calls `functions`
    EnableRowSecurity,
    LockTable,
    MoveTable,  ///< to another schema
    ReadTable,  ///< as a whole
    RefreshView,
    Reindex,
    RenameColumn,
    RenameEnumValue,
    RenameIndex,
    RenameObject,  ///< or move; `type`: "view", "function", "type", "sequence"
    RenameSchema,
    RenameTable,
    ReplaceFunction,
    ReplaceView,
    Rewrite,  ///< of the whole table, by its settings
    SetNotNull,
    Transaction,  ///< begins or ends one
    Truncate,
    Update,
    VacuumFull,
    Validate,
};

struct Change {
    Act act{};
    Name table;        ///< or view, index, type, function, schema
    Name other;        ///< the table that a foreign key names, or a partition
    std::string name;  ///< of column, constraint or index; may be empty
    std::string new_name;
    std::vector<std::string> columns;    ///< of a constraint or index, if they are all columns
    std::string clause;                  ///< as it stands in the statement
    std::string type;                    ///< "varchar(40)", for ColumnType
    std::vector<std::string> functions;  ///< that a default calls
    std::string mode;                    ///< of LockTable
    bool concurrently = false;
    bool if_exists = false;  ///< or if not
    bool not_valid = false;  ///< nothing is looked at
    bool unique = false;
    bool only = false;
    bool cascade = false;
    bool not_null = false;
    bool has_default = false;
    bool fills = false;  ///< a column whose values differ from row to row: serial, identity, stored
    bool converts = false;   ///< a type by an expression
    bool has_where = false;  ///< not one that holds for every row
    bool recurses = false;   ///< AlterLight, AlterStrong: also to partitions and heirs
};

/// What the statement with this parse tree does; `text` is the statement. Nothing when the tree is
/// not understood, which is said in `why_not`.
std::vector<Change> changes_of(
    const std::string& tree, std::string_view text, std::string& why_not
);

}  // namespace migrator::analysis

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/change.hpp"
#include "script/lexis.hpp"
#include "script/reading.hpp"

namespace migrator::analysis {

/// A server of the MySQL family, as far as it decides what a text means.
struct MysqlVersion {
    bool is_mariadb = false;
    bool is_tidb = false;
    int number = 0;  ///< 101107 is 10.11.7

    /// Of what `select version()` gives.
    static MysqlVersion parse(std::string_view text);
    bool operator==(const MysqlVersion&) const = default;
};

/// `text` as the server sees it: what stands in `/*!50003 … */` is its own, or a comment, by its
/// version. What is taken out becomes blanks.
std::string as_executed(
    std::string_view text,
    const script::Lexis& lexis,
    const script::Reading& reading,
    const MysqlVersion& version
);

/// What a statement of MySQL or MariaDB does, as far as a rule depends on it.
enum class MysqlAct : std::uint8_t {
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddIndex,
    AddPartition,
    AddPrimaryKey,
    ChangeColumn,  ///< MODIFY and CHANGE
    ChangeEngine,
    ChangePartitions,  ///< rows move from one to another
    ConvertCharset,
    CreateTable,
    CreateTrigger,
    Delete,
    DropCheck,
    DropColumn,
    DropDatabase,
    DropForeignKey,
    DropIndex,
    DropPartition,  ///< its rows are gone
    DropPrimaryKey,
    DropRoutine,
    DropTable,
    DropTrigger,
    DropView,
    Dynamic,          ///< runs text that nobody can read
    InlineReference,  ///< REFERENCES in the definition of a column
    Insert,
    Light,  ///< of a table: for a moment
    LockTables,
    Maintain,  ///< OPTIMIZE, ANALYZE, REPAIR, CHECK: `name`
    Rebuild,   ///< of the table as it is
    RenameColumn,
    RenameTable,
    ReplaceRoutine,
    ReplaceView,
    SetBinlog,            ///< of the session: `is_on`
    SetForeignKeyChecks,  ///< of the session: `is_on`
    SetGlobal,
    Truncate,
    Update,
    Use,  ///< `name`: the database
};

struct MysqlColumn {
    std::string definition;  ///< as it stands behind the name
    std::string type;        ///< as information_schema has it: "decimal(10,2)", "enum('a','b')"
    std::string charset;     ///< that it names, in lower case
    bool not_null = false;
    bool has_default = false;
    bool auto_increment = false;
    bool stored = false;      ///< generated, and stored
    bool is_virtual = false;  ///< generated when it is read
};

struct MysqlChange {
    MysqlAct act{};
    Name table;        ///< or view
    Name other;        ///< that a foreign key names, that rows are read from
    std::string name;  ///< of column, index, constraint, partition, setting
    std::string new_name;
    std::vector<std::string> columns;        ///< of a key
    std::vector<std::string> other_columns;  ///< that a foreign key names
    std::string clause;                      ///< as it stands in ALTER TABLE
    MysqlColumn column{};
    bool unique = false;
    bool special = false;    ///< FULLTEXT or SPATIAL
    bool if_exists = false;  ///< or if not
    bool replaces = false;   ///< OR REPLACE
    bool has_where = false;  ///< or a limit, or another table
    bool has_key = false;    ///< a new table: a primary key, or one that serves as such
    bool is_on = false;
};

struct MysqlStatement {
    std::vector<MysqlChange> changes;
    /// ALTER TABLE, CREATE INDEX or DROP INDEX of this table; else its name is empty.
    Name altered;
    std::string clauses;    ///< of an ALTER TABLE that does the same, behind the table's name
    std::string algorithm;  ///< that it names itself, in capitals; may be empty
    std::string lock;       ///< the same
    std::string why_not;    ///< not empty: nobody can say what it does, and this is why
};

/// Reads one statement, without its ';', as `as_executed` gives it. Linear, and of any size.
MysqlStatement read_mysql(
    std::string_view text, const script::Lexis& lexis, const script::Reading& reading
);

}  // namespace migrator::analysis

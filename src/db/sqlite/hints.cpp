#include "db/sqlite/hints.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace migrator::db::sqlite {
namespace {

/// The first one whose code and part of the message fit.
struct Hint {
    int code;               ///< extended, or the primary one for all of its kind
    std::string_view part;  ///< of the message; empty: any
    std::string_view text;
};

// What several errors share.
constexpr std::string_view kIsGone =
    "if an earlier try of this file dropped it, the statement has done its work; with IF EXISTS it "
    "can be repeated";
constexpr std::string_view kNewTable =
    "SQLite's ALTER TABLE can't do this: create a new table, copy the rows, drop the old one and "
    "rename the new one";
constexpr std::string_view kNotBuiltIn =
    "SQLite has functions, modules and collations that a program adds: use those of SQLite itself";
constexpr std::string_view kCorrupt =
    "the file is damaged: restore it from a backup; PRAGMA integrity_check says what is wrong";
constexpr std::string_view kReadOnly =
    "make the file, and the folder it is in, writable for the user that migrator runs as";
constexpr std::string_view kFull =
    "the disk is full, or max_page_count is reached: make room, then run migrator again";
constexpr std::string_view kDisk =
    "the disk could not be read or written: look into the system's log, and check that the disk is "
    "a local one";
constexpr std::string_view kOtherLock =
    "another program has locked the file: run migrator again when it has ended, or set "
    "ddlLockTimeout";

constexpr auto kHintTable = std::to_array<Hint>({
    {SQLITE_ERROR, "error in index", "drop the index first, and create it again behind the change"},
    {SQLITE_ERROR, "error in view", "drop the view first, and create it again behind the change"},
    {SQLITE_ERROR,
     "error in trigger",
     "drop the trigger first, and create it again behind the "
     "change"},
    {SQLITE_ERROR,
     "no such table",
     "files run in the order of their names: create the table in an "
     "earlier one, and write {schema}.NAME"},
    {SQLITE_ERROR, "no such index", kIsGone},
    {SQLITE_ERROR, "no such trigger", kIsGone},
    {SQLITE_ERROR, "no such view", kIsGone},
    {SQLITE_ERROR,
     "no such column",
     "SQLite reads a name in \"…\" as a column and text in '…' as a "
     "value; ALTER TABLE … DROP COLUMN takes no IF EXISTS"},
    {SQLITE_ERROR, "no such function", kNotBuiltIn},
    {SQLITE_ERROR, "no such module", kNotBuiltIn},
    {SQLITE_ERROR, "no such collation", kNotBuiltIn},
    {SQLITE_ERROR, "no such savepoint", "set and use a savepoint in one file"},
    {SQLITE_ERROR,
     "unknown database",
     "only the metadata file, single schemas and the file's own "
     "tenant can be named: write {schema}"},
    {SQLITE_ERROR,
     "already exists",
     "if an earlier try of this file left it behind, undo that "
     "first; with IF NOT EXISTS the statement can be repeated"},
    {SQLITE_ERROR, "already another", "the name is taken by an object of another kind"},
    {SQLITE_ERROR,
     "duplicate column name",
     "if an earlier try of this file added it, undo that "
     "first; ADD COLUMN takes no IF NOT EXISTS"},
    {SQLITE_ERROR,
     "NOT NULL column with default value NULL",
     "give the new column a default other "
     "than NULL, or leave NOT NULL out"},
    {SQLITE_ERROR, "Cannot add a", kNewTable},
    {SQLITE_ERROR, "cannot add a", kNewTable},
    {SQLITE_ERROR, "cannot drop", kNewTable},
    {SQLITE_ERROR,
     "foreign key mismatch",
     "the columns that the foreign key refers to need a "
     "primary key or unique index of their own"},
    {SQLITE_ERROR,
     "because it is a view",
     "change the table beneath, or create an INSTEAD OF "
     "trigger"},
    {SQLITE_ERROR, "has no column named", "add the column in an earlier file"},
    {SQLITE_ERROR,
     "values were supplied",
     "name the columns behind the table: insert into "
     "{schema}.t (a, b) values …"},
    {SQLITE_ERROR,
     "ON CONFLICT clause does not match",
     "ON CONFLICT needs a unique index on just "
     "these columns: create it first"},
    {SQLITE_ERROR,
     "AUTOINCREMENT is only allowed",
     "write the column as INTEGER PRIMARY KEY "
     "AUTOINCREMENT"},
    {SQLITE_ERROR, "generated column", "leave the generated column out of the INSERT or UPDATE"},
    {SQLITE_ERROR,
     "non-deterministic",
     "an index, CHECK or generated column takes only functions "
     "that always give the same result"},
    {SQLITE_ERROR, "reserved for internal use", "names must not begin with sqlite_"},
    {SQLITE_ERROR,
     "incomplete input",
     "the statement ends before it is complete: look for a missing "
     "END, bracket or quote, and for a ';' inside of it"},
    {SQLITE_ERROR,
     "unrecognized token",
     "look for a quote that is not closed, or a character of "
     "another program's SQL"},
    {SQLITE_ERROR, "near \"ALTER\"", kNewTable},
    {SQLITE_ERROR, "near \"alter\"", kNewTable},
    {SQLITE_ERROR, "near \"CONSTRAINT\"", kNewTable},
    {SQLITE_ERROR, "near \"constraint\"", kNewTable},
    {SQLITE_ERROR,
     "malformed JSON",
     "the text is not JSON: find the rows with json_valid(column) = "
     "0"},
    {SQLITE_ERROR,
     "integer overflow",
     "the result does not fit 64 bits: calculate with numbers like "
     "1.0"},
    {SQLITE_ERROR,
     "unknown datatype",
     "a STRICT table takes INT, INTEGER, REAL, TEXT, BLOB and "
     "ANY"},
    {SQLITE_ERROR,
     "missing datatype",
     "in a STRICT table each column has a type: INT, INTEGER, "
     "REAL, TEXT, BLOB or ANY"},
    {SQLITE_CONSTRAINT_UNIQUE,
     "",
     "rows have the same key, perhaps from an earlier try of this "
     "file: find them with GROUP BY … HAVING count(*) > 1; INSERT OR "
     "IGNORE skips such rows"},
    {SQLITE_CONSTRAINT_PRIMARYKEY,
     "",
     "a row has this key already, perhaps from an earlier try of "
     "this file; INSERT OR IGNORE skips such rows"},
    {SQLITE_CONSTRAINT_ROWID, "", "a row has this rowid already; leave it out to get the next one"},
    {SQLITE_CONSTRAINT_NOTNULL, "", "give the column a value, or a default"},
    {SQLITE_CONSTRAINT_CHECK,
     "",
     "the row does not fulfil the CHECK constraint: correct the row or "
     "the constraint"},
    {SQLITE_CONSTRAINT_FOREIGNKEY,
     "",
     "a row refers to one that is missing, or that would be: "
     "PRAGMA foreign_key_check lists such rows"},
    {SQLITE_CONSTRAINT_DATATYPE,
     "",
     "the table is STRICT: convert the value with CAST, or correct "
     "it"},
    {SQLITE_CONSTRAINT_TRIGGER, "", "a trigger of the table refuses the row: see its RAISE"},
    {SQLITE_MISMATCH, "", "a rowid, or INTEGER PRIMARY KEY, takes whole numbers only"},
    {SQLITE_TOOBIG, "", "a value or statement is longer than a billion bytes: divide it"},
    {SQLITE_LOCKED, "", "a statement that is not at its end still reads the table"},
    {SQLITE_BUSY, "", kOtherLock},
    {SQLITE_FULL, "", kFull},
    {SQLITE_READONLY, "", kReadOnly},
    {SQLITE_CANTOPEN, "", kReadOnly},
    {SQLITE_IOERR, "", kDisk},
    {SQLITE_CORRUPT_INDEX, "", "the index is damaged: REINDEX {schema}.NAME makes it anew"},
    {SQLITE_CORRUPT, "", kCorrupt},
    {SQLITE_NOTADB,
     "",
     "the file is no SQLite database, or is encrypted: check dataSource, and what "
     "lies beside the metadata file"},
    {SQLITE_NOMEM, "", "the program has no memory left: give it more, or divide the statement"},
});

constexpr int primary_code(int code) { return code & 0xff; }

std::string_view text_of(int code, std::string_view message) {
    const auto fits = [&](const Hint& hint) {
        return (hint.code == code || hint.code == primary_code(code)) &&
               message.find(hint.part) != std::string_view::npos;
    };
    const auto found = std::ranges::find_if(kHintTable, fits);
    return found == kHintTable.end() ? std::string_view() : found->text;
}

}  // namespace

std::string hint_for(int extended_code, std::string_view message) {
    return std::string(text_of(extended_code, message));
}

std::string file_hint_for(int extended_code) {
    constexpr std::array kLasting = {
        SQLITE_FULL, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_CORRUPT, SQLITE_NOTADB};
    const bool lasts = std::ranges::find(kLasting, primary_code(extended_code)) != kLasting.end();
    return std::string(lasts ? text_of(extended_code, {}) : std::string_view());
}

}  // namespace migrator::db::sqlite

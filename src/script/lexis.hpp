#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "script/reading.hpp"

namespace migrator::script {

/// What our run has to know of a statement. Bits of `Statement::traits`.
enum Trait : std::uint32_t {
    kNoTraits = 0,
    kOpensTransaction = 1U << 0,    ///< BEGIN, START TRANSACTION
    kClosesTransaction = 1U << 1,   ///< COMMIT, END, without further words but WORK/TRANSACTION
    kTransactionControl = 1U << 2,  ///< any of these, and ROLLBACK, SAVEPOINT, RELEASE, ABORT, …
    kRefusesTransaction = 1U << 3,  ///< can't run inside a transaction: VACUUM, …
    /// May leave something in the session that reaches later scripts: SET, PREPARE, PRAGMA,
    /// temporary objects, DO, a call of a function that is not known to be harmless, …
    kChangesSession = 1U << 4,
    kChangesLexing = 1U << 5,  ///< changes how text after it is read
    kCopyFromStdin = 1U << 6,
    kCopyToStdout = 1U << 7,
    kCreatesSchema = 1U << 8,  ///< CREATE SCHEMA name
    kForbidden = 1U << 9,      ///< would take the ground from under a run: ATTACH, DETACH
    kBuildsIndexConcurrently = 1U << 10,
    kKeepsTransaction = 1U << 11,  ///< commits nothing by itself; of interest where DDL does
    kUncountedResults = 1U << 12,  ///< CALL, EXECUTE, compound blocks: any number of results
    kLocksTables = 1U << 13,       ///< LOCK TABLES: only what it names can be used then

    // What is left in the session, in detail.
    kMakesTemporary = 1U << 14,      ///< may make temporary objects
    kReadsKeys = 1U << 15,           ///< reads what an earlier statement gave: currval(), changes()
    kMakesStatefulCode = 1U << 16,   ///< makes a function whose calls may change the session
    kBoundToTransaction = 1U << 17,  ///< only the end of the transaction undoes it
    kBoundToSession = 1U << 18,      ///< only the end of the session undoes it: setseed(), LOAD
    kUndoesBound = 1U << 19,         ///< undoes what a statement with kBoundToTransaction did
    kMovesPath = 1U << 20,           ///< sets where names without a schema are looked up
    kRestoresPath = 1U << 21,
    kMovesRole = 1U << 22,  ///< sets as whom later statements run
    kRestoresRole = 1U << 23,
    kUntilCommit = 1U << 24,      ///< SET LOCAL: what it sets ends with the transaction
    kReadsClientFile = 1U << 25,  ///< LOAD DATA LOCAL: the server asks the client for a file

    // How a statement has to be looked at: only in the data of a Lexis, never in what a scan finds.
    kSetsByName = 1U << 27,      ///< a function whose first argument is the name of a setting
    kCallsFunctions = 1U << 28,  ///< runs the functions that it names
    kMakesCode = 1U << 29,       ///< CREATE FUNCTION
    kIsCode = 1U << 30,          ///< DO: a body that runs at once
    kMaySelectInto = 1U << 31,   ///< SELECT … INTO TEMP t
    kHints = kSetsByName | kCallsFunctions | kMakesCode | kIsCode | kMaySelectInto,
};

/// How a database reads the text of a script, and which statements mean what. Constant data.
struct Lexis {
    bool dollar_quotes = false;    ///< $tag$ … $tag$
    bool nested_comments = false;  ///< /* /* */ */
    bool escape_strings = false;   ///< E'…' always; '…' when standard_conforming_strings is off
    bool backtick_identifiers = false;         ///< `name`
    bool bracket_identifiers = false;          ///< [name]
    bool begin_atomic_bodies = false;          ///< create function … begin atomic …; end
    bool trigger_bodies = false;               ///< create trigger … begin …; end
    bool parentheses_hold_semicolons = false;  ///< (a; b) is one statement
    bool copy_data = false;      ///< COPY … FROM STDIN is followed by its data, up to `\.`
    bool psql_commands = false;  ///< \restrict is left out, any other \command is an error

    bool hash_comments = false;  ///< # … up to the end of the line
    /// `--` begins a comment only before a blank, or where a statement could begin: there the
    /// client `mysql` leaves such a line out.
    bool dashes_need_blank = false;
    bool executable_comments = false;    ///< /*! … */ and /*M! … */ are text for some servers
    bool double_quoted_strings = false;  ///< "…" is read as '…' is
    /// Plain strings take backslashes as escapes, unless a setting says otherwise: what is called
    /// `standard_conforming_strings` in this folder is then true while they do.
    bool backslash_strings = false;
    Encoding encoding = Encoding::Plain;  ///< of a text when it begins
    bool compound_bodies = false;         ///< create procedure … begin …; if …; end if; end
    /// Of the commands of the client `mysql`, DELIMITER, USE without an end, \g and \G are read as
    /// it reads them; any other is an error.
    bool mysql_commands = false;

    bool user_variables = false;  ///< @name, which any statement can set and read

    bool carriage_return_ends_line = false;  ///< a lone CR ends a `--` comment
    bool open_comment_is_fine = false;       ///< a block comment may lack its end

    /// Traits of a statement by its words: the longest matching `words` wins. `words` are
    /// lower-case; `*` stands for any number of words, `?` for exactly one, a last `$` for the end
    /// of the statement. The first one is a word itself. In the statement strings, numbers and
    /// quoted names are words that only `*` and `?` match, and punctuation is none. Only the first
    /// 16 words of a statement are looked at.
    struct Rule {
        std::string_view words;  ///< "create index * concurrently", matched from the first word on
        std::uint32_t traits;
    };
    std::span<const Rule> rules;

    /// A lower-case name and what it says about a statement.
    struct Named {
        std::string_view name;
        std::uint32_t traits;
    };
    /// What calling these functions does to a session; by name. Keywords and types that stand
    /// before a '(' are among them.
    std::span<const Named> functions{};
    std::uint32_t unlisted_function = kNoTraits;  ///< the same of every other function
    std::string_view system_schema{};             ///< its functions are the listed ones
    std::string_view path = "search path";        ///< what `kMovesPath` moves, for people
    /// Settings that have a trait of their own, as `kMovesPath`; by name.
    std::span<const Named> settings{};
    /// Words that code has which may change the session of its callers; in order.
    std::span<const std::string_view> stateful_words{};
    /// Languages of code that can be judged by its words.
    std::span<const std::string_view> plain_languages{};
    /// Where statements name what they change: as in `Rule`, with `^` for the name.
    std::span<const std::string_view> targets{};
};

}  // namespace migrator::script

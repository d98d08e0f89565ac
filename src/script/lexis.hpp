#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace migrator::script {

/// What our run has to know of a statement. Bits of `Statement::traits`.
enum Trait : std::uint32_t {
    kNoTraits = 0,
    kOpensTransaction = 1U << 0,    ///< BEGIN, START TRANSACTION
    kClosesTransaction = 1U << 1,   ///< COMMIT, END, without further words but WORK/TRANSACTION
    kTransactionControl = 1U << 2,  ///< any of these, and ROLLBACK, SAVEPOINT, RELEASE, ABORT, …
    kRefusesTransaction = 1U << 3,  ///< can't run inside a transaction: VACUUM, …
    kChangesSession = 1U << 4,      ///< SET, RESET, DISCARD, PREPARE, set_config(), PRAGMA, …
    kChangesLexing = 1U << 5,       ///< changes how text after it is read
    kCopyFromStdin = 1U << 6,
    kCopyToStdout = 1U << 7,
    kCreatesSchema = 1U << 8,  ///< CREATE SCHEMA name
    kForbidden = 1U << 9,      ///< would take the ground from under a run: ATTACH, DETACH
    kBuildsIndexConcurrently = 1U << 10,
    kKeepsTransaction = 1U << 11,  ///< commits nothing by itself; of interest where DDL does
    kUncountedResults = 1U << 12,  ///< CALL, EXECUTE, compound blocks: any number of results
    kLocksTables = 1U << 13,       ///< LOCK TABLES: only what it names can be used then
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
    bool compound_bodies = false;    ///< create procedure … begin …; if …; end if; end
    bool delimiter_command = false;  ///< DELIMITER text: what ends statements from there on

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
};

}  // namespace migrator::script

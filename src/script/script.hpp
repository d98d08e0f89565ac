#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "script/lexis.hpp"
#include "script/reading.hpp"

namespace migrator::script {

/// One statement of a script. Offsets are bytes into the scanned text.
struct Statement {
    std::uint32_t begin = 0;   ///< its first character that is not space or comment
    std::uint32_t end = 0;     ///< one past its last character; the ';' is not part of it
    std::uint32_t behind = 0;  ///< one past its ';', or the end of the text when there is none
    std::uint32_t line = 1;    ///< of `begin`, from 1
    std::uint32_t traits = kNoTraits;
    std::uint32_t data_begin = 0;  ///< data of COPY … FROM STDIN, without the line `\.`
    std::uint32_t data_end = 0;    ///< equal to data_begin when there is none
};

/// A range of the text that must not be sent, such as a `\restrict` line.
struct Omission {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// A comment `-- migrator:check select …`: what has to be true of a schema before the script runs.
/// `check_statement` makes SQL of it.
struct Check {
    std::uint32_t begin = 0;  ///< of its first comment
    std::uint32_t end = 0;    ///< one past its last one
    std::uint32_t line = 1;   ///< of `begin`, from 1
};

/// What a scan has found. Holds no text itself.
struct Script {
    std::vector<Statement> statements;  ///< in order; empty ones and comments are not listed
    std::vector<Omission> omissions;    ///< in order
    std::vector<Check> checks;          ///< in order
    std::uint32_t traits = kNoTraits;   ///< of all statements together
    /// The first comment of the script holds the marker `migrator:no-transaction`.
    bool no_transaction_marker = false;
    /// False when the scanner can't vouch for the number of statements: an unterminated quote or
    /// comment, text that is not valid UTF-8. Such a script goes to the server alone.
    bool sure = true;
    /// The line in which a quote or comment begins that is not closed; 0 when there is none.
    std::uint32_t open_line = 0;
    /// Not empty: the script can't be sent at all ("psql command \d in line 3 …").
    std::string problem;
    /// `BEGIN` is the first statement, `COMMIT` or `END` the last, and there is no other
    /// transaction control. The two are listed in `statements`; who sends the script leaves them
    /// out.
    bool wrapped = false;
    /// The setting behind the last statement, for the next script of the run.
    bool standard_conforming_strings = true;
    /// How the text was read, from its beginning and from each change on, in order. Of the MySQL
    /// family, where a server may say otherwise; else empty.
    std::vector<ReadingFrom> readings;

    /// How what stands behind so many statements was read, where `readings` tells.
    Reading reading_behind(std::size_t count) const;
};

/// Finds the statements of `text`: the contents of a file, placeholder replaced, without byte
/// order mark. `standard_conforming_strings` is the server's setting when the text begins; a
/// `SET standard_conforming_strings` in the text takes effect behind it. Never throws but for
/// memory; linear in the size of the text. Texts of 4 GiB and more are refused as a `problem`.
Script scan(std::string_view text, const Lexis& lexis, bool standard_conforming_strings = true);

/// The same of a text whose beginning is read as `first` says. `known`: what the server has said
/// since, in order; of the rest the text tells.
Script scan_as(
    std::string_view text,
    const Lexis& lexis,
    const Reading& first,
    std::span<const ReadingFrom> known
);

/// Line of byte `offset` in `text`, from 1.
std::uint32_t line_of(std::string_view text, std::size_t offset);

/// The first words of a statement for people, on one line: `create index concurrently i on t…`.
std::string excerpt(std::string_view text, const Statement& statement, std::size_t length = 60);

/// All occurrences of `placeholder` replaced by `schema`: plain text, case-sensitive.
std::string replace_placeholder(
    std::string_view contents, std::string_view placeholder, std::string_view schema
);

}  // namespace migrator::script

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migrator {

/// How bad a finding is for an application in use; each level contains those before it.
enum class Level : std::uint8_t { Off, Info, Warning, Danger };

/// "info", "warning", "danger", "off".
std::string_view name_of(Level level);
std::optional<Level> level_of(std::string_view name);

/// A table that exists before the migration, over all schemas of the file that have it.
struct AffectedTable {
    std::string table;        ///< with its schema when the file names one
    std::size_t schemas = 0;  ///< that have it
    std::string largest;      ///< the schema where it has the most rows
    std::int64_t rows = 0;    ///< there, as the server estimates them
    std::int64_t bytes = 0;   ///< there, without indexes

    bool operator==(const AffectedTable&) const = default;
};

/// A hazard of a statement in a pending file.
struct Finding {
    std::string rule;
    Level level = Level::Warning;
    std::string file;
    std::uint32_t line = 0;     ///< in the file, from 1; 0: the whole file
    std::size_t statement = 0;  ///< number in the file, from 1; 0: the whole file
    std::string text;           ///< its first words, without literals
    std::string lock;           ///< "ACCESS EXCLUSIVE", the strongest it takes; may be empty
    bool blocks_reads = false;
    bool blocks_writes = false;
    std::vector<AffectedTable> tables;  ///< the one that matters most comes first
    std::string why;                    ///< a sentence or two
    std::string safe;                   ///< what to write in its place, as SQL; may be empty

    bool operator==(const Finding&) const = default;
};

/// A statement that the rules could not look at.
struct Unread {
    std::string file;
    std::uint32_t line = 0;
    std::string text;  ///< its first words, without literals
    std::string why;

    bool operator==(const Unread&) const = default;
};

/// What an analysis of pending files has found.
struct Analysis {
    std::vector<Finding> findings;      ///< in the order of the plan
    std::vector<Unread> unread;         ///< the same
    std::vector<std::string> problems;  ///< why the analysis itself is not valid: wrong comments
    std::vector<std::string> notes;
    std::size_t files = 0;       ///< looked at
    std::size_t statements = 0;  ///< looked at
    std::size_t allowed = 0;     ///< findings that a comment allows

    bool has(Level at_least) const {
        for (const Finding& finding : findings) {
            if (finding.level >= at_least) return true;
        }
        return false;
    }
    bool operator==(const Analysis&) const = default;
};

}  // namespace migrator

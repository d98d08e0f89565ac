#pragma once

#include <string>
#include <vector>

#include "core/plan.hpp"

namespace migrator::plan {

/// A recorded migration that has gone, and a new one that is probably the same. Two directories
/// stand for all of their files.
struct Move {
    std::string from;
    std::string to;
    bool operator==(const Move&) const = default;
};

/// A migration that nobody has, and that comes before a recorded one of its directory.
struct LateFile {
    std::string file;
    std::string before;  ///< the last recorded one
    bool operator==(const LateFile&) const = default;
};

/// Where the source does not fit what is recorded. Edited files are in `changed`.
struct Findings {
    BaseFinding base;
    std::vector<Move> moved;           ///< in source order, by `to`
    std::vector<LateFile> late;        ///< in source order
    std::vector<std::string> missing;  ///< recorded migrations that are not in the source, sorted
};

/// A file counts as moved if exactly one recorded migration of its kind that has gone has the same
/// checksum, and the content is not blank; or the same name, which no other recorded file has; or
/// if all recorded files of a directory have gone and a new one holds all of their names.
Findings findings(const std::vector<Migration>& sources, const Applied& applied);

}  // namespace migrator::plan

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "identity/names.hpp"
#include "identity/places.hpp"

namespace migrator::identity {

/// A recorded name, whichever schemas it is recorded for.
struct RecordedName {
    std::string name;
    AppliedFile file;
};

/// What is known of the source's place from what is recorded.
struct Recognition {
    Names names;
    BaseFinding base;
};

/// Empty, or why the recorded file can't be `file`: a single migration that is of another schema
/// by its directory.
std::string other_schema(std::string_view recorded, const Migration& file);

/// Finds where the source's files are recorded. A base location without records adopts by itself
/// the only other place that has any, if the files are plainly the same: those that both have are
/// recorded with their checksums, at least one of them says something, and at least half of the
/// recorded migrations are in the source. Else `BaseFinding::elsewhere` says that a person has to
/// decide. `declared`: what persons have decided, and what was adopted before.
Recognition recognize(
    const Source& source,
    const std::vector<SamePlace>& declared,
    std::span<const RecordedName> recorded,
    const std::vector<Migration>& files
);

}  // namespace migrator::identity

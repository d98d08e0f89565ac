#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace migrator::cli {

/// What a new migration is called.
struct NextName {
    std::string name;
    /// A file elsewhere that runs behind it; empty when there is none.
    std::string runs_before;
};

/// The next name in the numbering that a folder uses; of an empty folder, the numbering of
/// `elsewhere`, the names in the other folders of migrations; else `0001_TITLE.sql`. The number
/// is higher than all of that numbering, in whichever folder. Throws InvalidRequest when the
/// numbering can't be told, and when the name would not sort behind those in the folder.
NextName next_name(
    const std::vector<std::string>& in_folder,
    const std::vector<std::string>& elsewhere,
    std::string_view title,
    TimePoint now
);

}  // namespace migrator::cli

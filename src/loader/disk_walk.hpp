#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "loader/disk_directory.hpp"
#include "loader/ignored_names.hpp"
#include "loader/nested_files.hpp"
#include "loader/options.hpp"
#include "loader/places.hpp"
#include "loader/report.hpp"

namespace migrator::loader {

/// A file to read, and what reads it.
struct FileOnDisk {
    const DiskDirectory* directory;  ///< lives as long as the DiskWalk
    std::string name;
    std::string path;
};

/// Lists configured directories, and what is below them.
class DiskWalk {
public:
    /// `options` and `places`, which are all of them, live longer. `report` gets what is ignored.
    DiskWalk(const Options& options, const std::vector<Place>& places, Report& report);

    /// What is to be loaded from a place, sorted by path. Throws as `Loader::load`.
    std::vector<FileOnDisk> list(const Place& place);

private:
    /// Of one place.
    struct Branch {
        const Place& place;
        std::size_t root_size;  ///< of the place's path with a slash at its end
        NestedFiles nested;
        std::vector<FileOnDisk> files = {};
        std::vector<DirectoryIdentity> above = {};
        std::size_t looked_at = 0;  ///< entries that are listed for a warning alone
    };

    /// At one more file or folder that is not run. False: that is enough.
    static bool may_look(Branch& branch);
    void walk(Branch& branch, DiskDirectory& directory);
    void walk_below(Branch& branch, const std::string& path);

    const Options& options_;
    const IgnoredNames ignored_;
    std::set<std::string_view> configured_;  ///< their files are listed once, for themselves
    Report& report_;
    std::deque<DiskDirectory> directories_;
};

}  // namespace migrator::loader

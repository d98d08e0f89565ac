#include "loader/disk.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "core/path.hpp"
#include "loader/disk_directory.hpp"
#include "loader/disk_path.hpp"
#include "loader/disk_walk.hpp"
#include "loader/parallel_jobs.hpp"
#include "loader/places.hpp"
#include "loader/source_file.hpp"
#include "loader/source_order.hpp"

namespace migrator::loader {
namespace {

/// A file that was listed, and what reads it.
struct ListedFile {
    const DiskDirectory* directory;
    Migration* migration;
};

void read_all(const std::vector<ListedFile>& files) {
    constexpr std::size_t kWorthAThread = 256;
    constexpr std::size_t kMostThreads = 4;
    const Pace pace(std::min(
        {kMostThreads,
         files.size() / kWorthAThread,
         std::size_t{std::thread::hardware_concurrency()}}
    ));
    ParallelJobs(files.size(), pace).run([&](std::size_t, std::size_t item) {
        Migration& migration = *files[item].migration;
        set_contents(migration, files[item].directory->read(migration.name));
    });
}

}  // namespace

std::vector<Migration> DiskLoader::load() {
    const std::string base = absolute_location(options_.base_location);
    const std::vector<Place> all = places(options_, [&](const std::string& directory) {
        return cleaned(joined(base, directory));
    });
    warn_of_repeated(all);
    Report report;
    DiskWalk walk(options_, all, report);
    std::vector<std::vector<FileOnDisk>> found;
    std::size_t count = 0;
    for (const Place& place : all) {
        found.push_back(walk.list(place));
        count += found.back().size();
    }
    std::vector<Migration> sources;
    std::vector<ListedFile> files;
    sources.reserve(count);
    files.reserve(count);
    for (std::size_t d = 0; d < all.size(); ++d) {
        for (FileOnDisk& file : found[d]) {
            Migration& migration = sources.emplace_back();
            migration.source_dir = file.directory->path();
            migration.name = std::move(file.name);
            migration.file = std::move(file.path);
            migration.type = all[d].type;
            files.push_back({file.directory, &migration});
        }
    }
    read_all(files);
    sort_in_source_order(sources);
    report_ = std::move(report);
    return sources;
}

void DiskLoader::ping() {
    try {
        DiskDirectory(absolute_location(options_.base_location));
    } catch (const Error& error) {
        throw Error(ErrorKind::Unavailable, error.what());
    }
}

}  // namespace migrator::loader

#include "loader/disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"
#include "loader/disk_directory.hpp"
#include "loader/disk_path.hpp"
#include "loader/source_file.hpp"
#include "loader/source_order.hpp"

namespace migrator::loader {
namespace {

/// A configured directory, as an absolute path.
struct Place {
    MigrationType type;
    std::string path;
};

std::vector<Place> places(const Options& options) {
    const std::string base = absolute_location(options.base_location);
    std::vector<Place> result;
    const auto add = [&](MigrationType type, const std::vector<std::string>& directories) {
        for (const std::string& directory : directories) {
            result.push_back({type, cleaned(joined(base, directory))});
        }
    };
    add(MigrationType::SingleMigration, options.single_migrations);
    add(MigrationType::TenantMigration, options.tenant_migrations);
    add(MigrationType::SingleScript, options.single_scripts);
    add(MigrationType::TenantScript, options.tenant_scripts);
    return result;
}

/// Once in the life of the process: a loader is made, and loads, for every request.
void warn_of_repeated(const std::vector<Place>& places) {
    static std::mutex mutex;
    static std::set<std::string> warned;
    std::set<std::string_view> seen;
    for (const Place& place : places) {
        if (seen.insert(place.path).second) continue;
        const std::lock_guard lock(mutex);
        if (!warned.insert(place.path).second) continue;
        log::warn(fmt::format(
            "Directory {} is configured more than once: its files are loaded once for each",
            place.path
        ));
    }
}

/// A file that was listed, and what reads it.
struct Listed {
    const DiskDirectory* directory;
    Migration* migration;
};

/// Reads with as many threads as help; the error is the one of the first file in the list.
class ParallelReader {
public:
    explicit ParallelReader(const std::vector<Listed>& files) : files_(files) {}

    void run() {
        constexpr std::size_t kWorthAThread = 256;
        constexpr std::size_t kMostThreads = 4;
        const std::size_t threads = std::min(
            {kMostThreads,
             files_.size() / kWorthAThread,
             std::size_t{std::thread::hardware_concurrency()}}
        );
        {
            std::vector<std::jthread> helpers;
            for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back([this] { work(); });
            work();
        }
        if (error_) std::rethrow_exception(error_);
    }

private:
    void work() {
        constexpr std::size_t kStep = 32;
        for (std::size_t begin = next_.fetch_add(kStep); begin < files_.size();
             begin = next_.fetch_add(kStep)) {
            const std::size_t end = std::min(begin + kStep, files_.size());
            for (std::size_t i = begin; i < end && i < first_failed_; ++i) read(i);
        }
    }
    void read(std::size_t i) {
        Migration& migration = *files_[i].migration;
        try {
            set_contents(migration, files_[i].directory->read(migration.name));
        } catch (...) {  // it leaves through run(), in the caller's thread
            const std::lock_guard lock(mutex_);
            if (i >= first_failed_) return;
            first_failed_ = i;
            error_ = std::current_exception();
        }
    }

    const std::vector<Listed>& files_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> first_failed_ = files_.size();
    std::mutex mutex_;
    std::exception_ptr error_;
};

}  // namespace

std::vector<Migration> DiskLoader::load() {
    const std::vector<Place> all = places(options_);
    warn_of_repeated(all);
    std::vector<DiskDirectory> directories;
    std::vector<std::vector<std::string>> names;
    std::size_t count = 0;
    for (const Place& place : all) {
        in_context("Could not read source dir " + place.path, [&] {
            directories.emplace_back(place.path);
        });
        names.push_back(directories.back().file_names());
        count += names.back().size();
    }
    std::vector<Migration> sources;
    std::vector<Listed> files;
    sources.reserve(count);
    files.reserve(count);
    for (std::size_t d = 0; d < all.size(); ++d) {
        for (std::string& name : names[d]) {
            Migration& migration = sources.emplace_back();
            migration.file = joined(all[d].path, name);
            migration.name = std::move(name);
            migration.source_dir = all[d].path;
            migration.type = all[d].type;
            files.push_back({&directories[d], &migration});
        }
    }
    ParallelReader(files).run();
    sort_in_source_order(sources);
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

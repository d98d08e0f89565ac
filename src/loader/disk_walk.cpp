#include "loader/disk_walk.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/path.hpp"

namespace migrator::loader {
namespace {

/// A link may lead into the whole disk: what is not run is looked at so far, and no further.
constexpr std::size_t kLookedAtMost = 10'000;

}  // namespace

DiskWalk::DiskWalk(const Options& options, const std::vector<Place>& places, Report& report)
    : options_(options), ignored_(options.ignore_files), report_(report) {
    for (const Place& place : places) configured_.insert(place.path);
}

std::vector<FileOnDisk> DiskWalk::list(const Place& place) {
    const std::string location = joined(place.path, "");
    Branch branch{place, location.size(), NestedFiles(options_.nested, Nested::Ignore, place.type)};
    in_context("Could not read source dir " + place.path, [&] {
        directories_.emplace_back(place.path);
    });
    walk(branch, directories_.back());
    branch.nested.judge(location, report_);
    report_.directories.push_back({location, kind_of(place.type).key, branch.files.size()});
    // Without folders below, they are in order.
    if (!std::ranges::is_sorted(branch.files, {}, &FileOnDisk::path)) {
        std::ranges::sort(branch.files, {}, &FileOnDisk::path);
    }
    return std::move(branch.files);
}

void DiskWalk::walk(Branch& branch, DiskDirectory& directory) {
    const bool is_below = directory.path() != branch.place.path;
    const bool is_listed_only = is_below && !branch.nested.are_run();
    const auto pattern_of = [&](const std::string& path) {
        return ignored_.match(std::string_view(path).substr(branch.root_size), path);
    };
    DirectoryEntries entries = directory.entries([&](const std::string& name) {
        return is_listed_only || !pattern_of(joined(directory.path(), name)).empty();
    });
    if (!is_below) branch.files.reserve(entries.files.size());
    for (std::string& name : entries.files) {
        std::string path = joined(directory.path(), name);
        const std::string_view pattern = pattern_of(path);
        if (is_listed_only && !may_look(branch)) return;
        if (is_below && pattern.empty()) branch.nested.add(path);
        if (is_listed_only) {
            report_.ignored.push_back({std::move(path), branch.place.type, ""});
        } else if (!pattern.empty()) {
            report_.ignored.push_back({std::move(path), branch.place.type, std::string(pattern)});
        } else {
            branch.files.push_back({&directory, std::move(name), std::move(path)});
        }
    }
    branch.above.push_back(directory.identity());
    for (const std::string& name : entries.folders) {
        const std::string path = joined(directory.path(), name);
        if (!pattern_of(path).empty() || configured_.contains(path)) continue;
        if (branch.nested.are_run() || may_look(branch)) walk_below(branch, path);
    }
    branch.above.pop_back();
}

bool DiskWalk::may_look(Branch& branch) {
    if (++branch.looked_at <= kLookedAtMost) return true;
    branch.nested.cut_off();
    return false;
}

void DiskWalk::walk_below(Branch& branch, const std::string& path) {
    // A link to a folder above would never end; what is there is listed already.
    const auto is_above = [&](const DiskDirectory& directory) {
        return std::ranges::find(branch.above, directory.identity()) != branch.above.end();
    };
    if (branch.nested.are_run()) {
        in_context("Could not read source dir " + path, [&] { directories_.emplace_back(path); });
        if (!is_above(directories_.back())) walk(branch, directories_.back());
        return;
    }
    try {
        DiskDirectory directory(path);
        if (!is_above(directory)) walk(branch, directory);
    } catch (const Error& error) {
        // Nothing in it is run, so it does not stop a run; refused is what can't be looked at, too.
        if (options_.nested == Nested::Refuse) throw;
        if (options_.nested == Nested::Ignore) return;
        report_.warnings.push_back(
            {joined(path, ""),
             std::string("files in it are not run, and it could not be read: ") + error.what()}
        );
    }
}

}  // namespace migrator::loader

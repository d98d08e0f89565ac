#include "coordinator/source_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>

#include "core/count_of.hpp"
#include "core/error.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::size_t kNamedInNote = 5;  // files in one note

/// The longest location that `file` is in; null: none.
const loader::LoadedDirectory* directory_of(
    const std::vector<loader::LoadedDirectory>& directories, std::string_view file
) {
    const loader::LoadedDirectory* found = nullptr;
    for (const loader::LoadedDirectory& each : directories) {
        if (!file.starts_with(each.location)) continue;
        if (found == nullptr || each.location.size() > found->location.size()) found = &each;
    }
    return found;
}

struct Lost {
    std::size_t count = 0;
    std::string_view first = {};
};

bool is_recorded(const loader::IgnoredFile& file, const Applied& applied) {
    return applied.files.contains(file.file);
}

/// By their names, and not run before: those of folders below are told of by the loader.
std::vector<const loader::IgnoredFile*> ignored_by_name(
    const loader::Report& report, const Applied& applied
) {
    std::vector<const loader::IgnoredFile*> files;
    for (const loader::IgnoredFile& file : report.ignored) {
        if (!file.pattern.empty() && !is_recorded(file, applied)) files.push_back(&file);
    }
    return files;
}

std::string note_of_ignored(const std::vector<const loader::IgnoredFile*>& files) {
    std::set<std::string_view> patterns;
    for (const loader::IgnoredFile* file : files) patterns.insert(file->pattern);
    std::vector<std::string_view> named;
    for (std::size_t i = 0; i < std::min(files.size(), kNamedInNote); ++i) {
        named.push_back(files[i]->file);
    }
    return fmt::format(
        "{} not run because of {} (ignoreFiles: {}): {}{}",
        count_of(files.size(), "file was", "files were"),
        files.size() == 1 ? "its name" : "their names",
        fmt::join(patterns, ", "),
        fmt::join(named, ", "),
        files.size() > kNamedInNote ? fmt::format(" and {} more", files.size() - kNamedInNote) : ""
    );
}

std::string why_ignored(const loader::IgnoredFile& file) {
    return file.pattern.empty() ? "it is in a folder below the configured one"
                                : fmt::format("its name matches {} (ignoreFiles)", file.pattern);
}

}  // namespace

void refuse_emptied_directories(
    const loader::Report& report, const std::vector<Migration>& sources, const Applied& applied
) {
    const auto is_empty = [](const loader::LoadedDirectory& each) { return each.files == 0; };
    if (std::ranges::none_of(report.directories, is_empty)) return;
    std::unordered_set<std::string_view> known;
    for (const Migration& source : sources) known.insert(source.file);
    for (const loader::IgnoredFile& file : report.ignored) known.insert(file.file);
    std::map<const loader::LoadedDirectory*, Lost> lost;
    for (const auto& [file, row] : applied.files) {
        if (!row.as_migration() || known.contains(file)) continue;
        const loader::LoadedDirectory* directory = directory_of(report.directories, file);
        if (directory == nullptr || directory->files > 0) continue;
        Lost& files = lost[directory];
        if (files.count++ == 0 || file < files.first) files.first = file;
    }
    for (const loader::LoadedDirectory& directory : report.directories) {
        const auto found = lost.find(&directory);
        if (found == lost.end()) continue;
        throw Error(
            ErrorKind::Configuration,
            fmt::format(
                "{0}: {1} has no files to run, but {2} recorded from there, the first: {3}. "
                "Nothing was run. Check baseLocation, the name of the directory, and whether it is "
                "mounted; if the files were deleted on purpose, remove the directory from {0}",
                directory.key,
                directory.location,
                count_of(found->second.count, "file is", "files are"),
                found->second.first
            )
        );
    }
}

void refuse_no_files(const loader::Report& report, const Applied* applied) {
    const auto has_files = [](const loader::LoadedDirectory& each) { return each.files > 0; };
    if (report.directories.empty() || std::ranges::any_of(report.directories, has_files)) return;
    // An empty folder is a new project, an empty prefix may be a misspelled one.
    const bool are_folders = report.directories.front().location.starts_with('/');
    const auto is_migration = [](const auto& file) { return file.second.as_migration(); };
    if (are_folders && applied != nullptr && std::ranges::none_of(applied->files, is_migration)) {
        return;
    }
    std::vector<std::string> locations;
    for (const loader::LoadedDirectory& each : report.directories) {
        locations.push_back(fmt::format("{} ({})", each.location, each.key));
    }
    throw Error(
        ErrorKind::Configuration,
        fmt::format(
            "no configured directory has files to run: {}. Nothing was run. Check baseLocation and "
            "the names of the directories, or add the first migration",
            fmt::join(locations, ", ")
        )
    );
}

std::vector<std::string> notes_of(
    const loader::Report& report,
    const Applied& applied,
    const std::optional<std::string>& new_tenant
) {
    std::vector<std::string> notes;
    for (const loader::Warning& warning : report.warnings) {
        notes.push_back(fmt::format("{}: {}", warning.location, warning.text));
    }
    const auto ignored = ignored_by_name(report, applied);
    if (!ignored.empty()) notes.push_back(note_of_ignored(ignored));
    if (!new_tenant) return notes;
    for (const loader::IgnoredFile& file : report.ignored) {
        if (!is_tenant_migration(file.type) || !is_recorded(file, applied)) continue;
        notes.push_back(fmt::format(
            "{} is recorded as applied for other tenants, but {} does not get it: {}",
            file.file,
            *new_tenant,
            why_ignored(file)
        ));
    }
    return notes;
}

void set_ignored_aside(const loader::Report& report, Applied& applied) {
    for (const loader::IgnoredFile& file : report.ignored) {
        const auto known = applied.files.find(file.file);
        if (known != applied.files.end()) known->second.belonging = Belonging::Elsewhere;
    }
}

std::vector<db::ScriptProblem> warnings_of(const loader::Report& report, const Applied& applied) {
    std::vector<db::ScriptProblem> warnings;
    for (const loader::Warning& warning : report.warnings) {
        warnings.push_back({warning.location, warning.text});
    }
    for (const loader::IgnoredFile* file : ignored_by_name(report, applied)) {
        warnings.push_back({file->file, "the file is not run: " + why_ignored(*file)});
    }
    return warnings;
}

}  // namespace migrator::coordinator

#include "plan/findings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/ascii.hpp"
#include "core/path.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::plan {
namespace {

/// A recorded migration that is not in the source.
struct Gone {
    std::string_view file;
    const AppliedFile* row = nullptr;
};

bool is_declared_new(const Applied& applied, const std::string& file) {
    return std::ranges::any_of(applied.places, [&](const SamePlace& known) {
        return known.place == file && known.same_as == file;
    });
}

class Moves {
public:
    Moves(const std::vector<Migration>& sources, const Applied& applied) {
        std::unordered_set<std::string_view> present;
        for (const Migration& source : sources) {
            if (is_script(source.type)) continue;
            if (is_recorded(applied, source)) {
                present.insert(source.file);
            } else if (!is_declared_new(applied, source.file)) {
                new_.push_back(&source);
            }
        }
        for (const auto& [file, row] : applied.files) {
            if (row.belonging == Belonging::Elsewhere || !row.as_migration()) continue;
            ++recorded_by_name_[file_name_of(file)];
            if (present.contains(file)) {
                directories_with_files_.insert(directory_of(file));
            } else {
                gone_.push_back({file, &row});
            }
        }
        std::ranges::sort(gone_, {}, &Gone::file);
        for (const Gone& gone : gone_) {
            gone_by_name_.emplace(file_name_of(gone.file), &gone);
            gone_by_sum_.emplace(gone.row->check_sum, &gone);
        }
        for (const Migration* file : new_) new_by_sum_.emplace(file->check_sum, file);
    }

    std::vector<Move> find() {
        if (new_.empty() || gone_.empty()) return {};
        find_directories();
        std::vector<Move> moves;
        std::set<std::string_view> told;  // directories
        for (const Migration* file : new_) {
            const auto directory = directories_.find(directory_of(file->file));
            if (directory != directories_.end()) {
                if (!told.insert(directory->first).second) continue;
                moves.push_back({std::string(directory->second), std::string(directory->first)});
            } else if (const Gone* gone = origin_of(*file)) {
                moves.push_back({std::string(gone->file), file->file});
            }
        }
        return moves;
    }

private:
    static bool is_of_kind(const Gone& gone, const Migration& file) {
        return gone.row->is_recorded_as(file.type);
    }

    const Gone* origin_of(const Migration& file) const {
        if (const Gone* gone = same_content(file)) return gone;
        const auto known = recorded_by_name_.find(file.name);
        if (known == recorded_by_name_.end() || known->second != 1) return nullptr;
        for (auto [gone, end] = gone_by_name_.equal_range(file.name); gone != end; ++gone) {
            const bool is_here = gone->second->row->belonging == Belonging::Here;
            if (is_here && is_of_kind(*gone->second, file)) return gone->second;
        }
        return nullptr;
    }

    const Gone* same_content(const Migration& file) const {
        if (trimmed(file.contents).empty()) return nullptr;
        const Gone* found = nullptr;
        for (auto [gone, end] = gone_by_sum_.equal_range(file.check_sum); gone != end; ++gone) {
            const Gone& each = *gone->second;
            if (!is_of_kind(each, file)) continue;
            // What another project may have needs the same name, too.
            if (each.row->belonging != Belonging::Here && file_name_of(each.file) != file.name)
                continue;
            if (found != nullptr) return nullptr;
            found = &each;
        }
        std::size_t twins = 0;
        for (auto [twin, end] = new_by_sum_.equal_range(file.check_sum); twin != end; ++twin) {
            if (twin->second->type == file.type) ++twins;
        }
        return twins == 1 ? found : nullptr;
    }

    /// Directories of which nothing is left, and new ones that have all of their names.
    void find_directories() {
        std::map<std::string_view, std::vector<const Gone*>> gone;
        for (const Gone& each : gone_) {
            if (each.row->belonging != Belonging::Here) continue;
            const std::string_view directory = directory_of(each.file);
            if (!directories_with_files_.contains(directory)) gone[directory].push_back(&each);
        }
        std::map<std::string_view, std::unordered_map<std::string_view, const Migration*>> fresh;
        for (const Migration* file : new_) {
            const std::string_view directory = directory_of(file->file);
            if (!directories_with_files_.contains(directory) && !gone.contains(directory)) {
                fresh[directory].emplace(file->name, file);
            }
        }
        for (const auto& directory : fresh) {
            const auto& names = directory.second;
            const auto has = [&](const Gone* file) {
                const auto found = names.find(file_name_of(file->file));
                return found != names.end() && is_of_kind(*file, *found->second);
            };
            std::vector<std::string_view> origins;
            for (const auto& [from, files] : gone) {
                if (std::ranges::all_of(files, has)) origins.push_back(from);
            }
            if (origins.size() == 1) directories_.emplace(directory.first, origins.front());
        }
    }

    std::vector<const Migration*> new_;
    std::vector<Gone> gone_;  ///< by name
    std::unordered_multimap<std::string_view, const Gone*> gone_by_name_;
    std::unordered_multimap<std::string_view, const Gone*> gone_by_sum_;
    std::unordered_multimap<std::string_view, const Migration*> new_by_sum_;
    std::unordered_map<std::string_view, std::size_t> recorded_by_name_;
    std::unordered_set<std::string_view> directories_with_files_;
    std::map<std::string_view, std::string_view> directories_;  ///< the new one, and what it was
};

std::vector<LateFile> late_files(const std::vector<Migration>& sources, const Applied& applied) {
    std::unordered_map<std::string_view, std::string_view> last;  // by directory
    for (const auto& [file, row] : applied.files) {
        if (row.belonging != Belonging::Here || !row.as_migration()) continue;
        std::string_view& known = last[directory_of(file)];
        known = std::max(known, std::string_view(file));
    }
    std::vector<LateFile> late;
    for (const Migration& source : sources) {
        if (is_script(source.type) || is_recorded(applied, source)) continue;
        const auto found = last.find(directory_of(source.file));
        if (found == last.end() || found->second < source.file) continue;
        late.push_back({source.file, std::string(found->second)});
    }
    return late;
}

std::vector<std::string> missing_files(
    const std::vector<Migration>& sources, const Applied& applied
) {
    std::unordered_set<std::string_view> present;
    for (const Migration& source : sources) present.insert(source.file);
    std::vector<std::string> missing;
    for (const auto& [file, row] : applied.files) {
        if (row.belonging == Belonging::Here && row.as_migration() && !present.contains(file)) {
            missing.push_back(file);
        }
    }
    std::ranges::sort(missing);
    return missing;
}

/// Each migration of the source is recorded, and nothing else is: as nearly always.
bool fits(const std::vector<Migration>& sources, const Applied& applied) {
    const auto migrations = std::ranges::count_if(sources, [](const Migration& source) {
        return !is_script(source.type);
    });
    const auto rows = std::ranges::count_if(applied.files, [](const auto& file) {
        return file.second.as_migration() && file.second.belonging != Belonging::Elsewhere;
    });
    if (migrations != rows) return false;
    return std::ranges::all_of(sources, [&](const Migration& source) {
        return is_script(source.type) || is_recorded(applied, source);
    });
}

}  // namespace

Findings findings(const std::vector<Migration>& sources, const Applied& applied) {
    if (fits(sources, applied)) return {.base = applied.base};
    return {
        .base = applied.base,
        .moved = Moves(sources, applied).find(),
        .late = late_files(sources, applied),
        .missing = missing_files(sources, applied)};
}

}  // namespace migrator::plan

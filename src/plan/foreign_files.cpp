#include "plan/foreign_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "core/ascii.hpp"

namespace migrator::plan {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A rule of a tool that marks the down half with a line.
struct Marker {
    std::string_view tool;
    std::string_view mention;  ///< no line is looked at in a file without it
    bool (*is_met_by)(std::string_view line);
};

std::string_view without(std::string_view text, std::string_view beginning) {
    if (text.starts_with(beginning)) text.remove_prefix(beginning.size());
    return text;
}

/// The next word of `text`, which loses it; empty at the end.
std::string_view take_word(std::string_view& text) {
    text = trimmed(text);
    const std::string_view word = text.substr(0, text.find_first_of(kWhiteSpace));
    text.remove_prefix(word.size());
    return word;
}

/// A line that begins with `--` and, without any `--` and its `+goose`, is the word in any case.
bool is_goose_down(std::string_view line) {
    if (!line.starts_with("--")) return false;
    std::string rest(line);
    for (auto at = rest.find("--"); at != std::string::npos; at = rest.find("--", at)) {
        rest.erase(at, 2);
    }
    constexpr std::string_view kGoose = "+goose";
    const auto goose = rest.find(kGoose);
    if (goose == std::string::npos) return false;
    rest.erase(goose, kGoose.size());
    return equal_ignoring_case(trimmed(rest), "down");
}

/// Behind it stand options, `key:value`. dbmate takes any words for those; one of prose alone still
/// counts, a sentence does not.
bool is_dbmate_down(std::string_view line) {
    if (!line.starts_with("--")) return false;
    line = trimmed(line.substr(2));
    if (take_word(line) != "migrate:down") return false;
    const std::string_view first = take_word(line);
    if (trimmed(line).empty()) return true;
    for (std::string_view word = first; !word.empty(); word = take_word(line)) {
        if (word.find(':') == std::string_view::npos) return false;
    }
    return true;
}

bool is_sql_migrate_down(std::string_view line) {
    constexpr std::string_view kCommand = "-- +migrate ";
    if (!line.starts_with(kCommand)) return false;
    line.remove_prefix(kCommand.size());
    return take_word(line) == "Down";
}

/// `--rollback …`, or the first line of `/* liquibase rollback`.
bool is_liquibase_rollback(std::string_view line) {
    line = trimmed(line);
    if (line.starts_with("/*")) {
        line.remove_prefix(2);
        return equal_ignoring_case(take_word(line), "liquibase") &&
               equal_ignoring_case(trimmed(line), "rollback");
    }
    if (!line.starts_with("--")) return false;
    line.remove_prefix(2);
    return equal_ignoring_case(take_word(line), "rollback") && !line.empty();
}

constexpr Marker kMarkers[] = {
    {"goose", "+goose", is_goose_down},
    {"dbmate", "migrate:down", is_dbmate_down},
    {"sql-migrate", "-- +migrate ", is_sql_migrate_down},
};

/// The first line that is not blank is `--liquibase formatted sql`.
bool is_liquibase_file(std::string_view contents) {
    std::string_view line = trimmed(without(contents, kByteOrderMark));
    line = line.substr(0, line.find('\n'));
    if (!line.starts_with("--")) return false;
    line = trimmed(line.substr(2));
    if (!starts_with_ignoring_case(line, "liquibase")) return false;
    return starts_with_ignoring_case(trimmed(line.substr(9)), "formatted");
}

struct Line {
    std::size_t number;
    std::string_view text;
};

std::optional<Line> first_line(std::string_view contents, bool (*is_met_by)(std::string_view)) {
    contents = without(contents, kByteOrderMark);
    for (std::size_t number = 1; !contents.empty(); ++number) {
        const auto length = std::min(contents.find('\n'), contents.size() - 1) + 1;
        std::string_view line = contents.substr(0, length);
        contents.remove_prefix(length);
        while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
        if (is_met_by(line)) return Line{number, trimmed(line)};
    }
    return std::nullopt;
}

constexpr std::string_view kElse =
    "; or, if the file is no migration, move it out of the folder or add it to ignoreFiles";

/// Empty, or what is wrong with the text of a file.
std::string problem_of_text(std::string_view contents) {
    for (const Marker& marker : kMarkers) {
        if (contents.find(marker.mention) == std::string_view::npos) continue;
        const auto line = first_line(contents, marker.is_met_by);
        if (!line) continue;
        return fmt::format(
            "line {}: '{}' begins a down half of {}, which would run as well, because a file is "
            "run as a whole; remove the down half{}",
            line->number,
            line->text,
            marker.tool,
            kElse
        );
    }
    if (!is_liquibase_file(contents)) return {};
    const auto line = first_line(contents, is_liquibase_rollback);
    if (!line) return {};
    return fmt::format(
        "line {}: '{}' is a rollback of Liquibase's formatted SQL, whose change sets are not "
        "supported: a file is run as a whole; remove the rollbacks{}",
        line->number,
        line->text,
        kElse
    );
}

/// `X.down.EXT` and `X.up.EXT`, by the last such part of the name.
struct UpOrDown {
    bool is_down = false;
    std::string stem;  ///< X
};

std::optional<UpOrDown> up_or_down(std::string_view name) {
    const auto down = name.rfind(".down.");
    const auto up = name.rfind(".up.");
    if (down == up) return std::nullopt;  // neither
    const bool is_down =
        up == std::string_view::npos || (down != std::string_view::npos && down > up);
    return UpOrDown{is_down, std::string(name.substr(0, is_down ? down : up))};
}

/// golang-migrate's whole form, `123_name.down.sql`: such a name means a down half even when its up
/// half is elsewhere.
bool has_version_in_front(std::string_view stem) {
    const auto digits = stem.find_first_not_of("0123456789");
    return digits != std::string_view::npos && digits > 0 && stem[digits] == '_';
}

/// `V1.2__name.sql`, with `prefix` for the V: the version is numbers with dots or `_` between.
bool is_flyway_file(std::string_view name, char prefix) {
    const auto separator = name.find("__");
    if (!name.starts_with(prefix) || !name.ends_with(".sql")) return false;
    if (separator == std::string_view::npos) return false;
    const std::string_view version = name.substr(1, separator - 1);
    return consists_of(version, "0123456789._") && is_digit(version.front()) &&
           is_digit(version.back());
}

/// The names that give others a meaning.
class FolderNames {
public:
    explicit FolderNames(const std::vector<Migration>& sources) {
        for (const Migration& source : sources) {
            if (const auto half = up_or_down(source.name); half && !half->is_down) {
                ups_.emplace(source.source_dir + "/" + half->stem, &source);
            }
            if (is_flyway_file(source.name, 'V')) versioned_.insert(source.source_dir);
        }
    }

    /// Empty, or what is wrong with a file of this name.
    std::string problem_of(const Migration& migration) const {
        if (const auto half = up_or_down(migration.name); half && half->is_down) {
            const auto up = ups_.find(migration.source_dir + "/" + half->stem);
            if (up != ups_.end() || has_version_in_front(half->stem)) {
                return fmt::format(
                    "the name is that of a down half of golang-migrate{}, which would run as a "
                    "migration; move the file out of the folder, or add \"*.down.*\" to "
                    "ignoreFiles",
                    up == ups_.end() ? "" : fmt::format(" beside {}", up->second->name)
                );
            }
        }
        if (is_flyway_file(migration.name, 'U') && is_below_versioned(migration.source_dir)) {
            return "the name is that of an undo migration of Flyway beside its versioned ones "
                   "(V…__name.sql), which would run as a migration; move the file out of the "
                   "folder, or add \"U*__*.sql\" to ignoreFiles";
        }
        return {};
    }

private:
    /// Flyway looks at a folder and all below as one.
    bool is_below_versioned(std::string_view directory) const {
        return std::ranges::any_of(versioned_, [&](std::string_view each) {
            return directory.starts_with(each) &&
                   (directory.size() == each.size() || directory[each.size()] == '/');
        });
    }

    std::unordered_map<std::string, const Migration*> ups_;
    std::set<std::string_view> versioned_;
};

}  // namespace

std::vector<ForeignFile> foreign_files(const Plan& plan, const std::vector<Migration>& sources) {
    std::vector<ForeignFile> found;
    if (plan.files.empty()) return found;
    const FolderNames names(sources);
    for (const PlannedFile& file : plan.files) {
        std::string problem = names.problem_of(*file.migration);
        if (problem.empty()) problem = problem_of_text(file.migration->contents);
        if (!problem.empty()) found.push_back({file.migration, std::move(problem)});
    }
    return found;
}

}  // namespace migrator::plan

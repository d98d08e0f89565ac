#include "coordinator/source_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/count_of.hpp"
#include "core/path.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::size_t kToldAtMost = 5;

/// "A; B; and 3 more".
std::string joined_texts(const std::vector<std::string>& texts) {
    const std::size_t named = std::min(texts.size(), kToldAtMost);
    std::string text = fmt::format(
        "{}", fmt::join(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(named), "; ")
    );
    if (texts.size() > named) text += fmt::format("; and {} more", texts.size() - named);
    return text;
}

class Checking {
public:
    Checking(const plan::Findings& findings, const Plan& pending, const Options& options)
        : findings_(findings), options_(options) {
        for (const PlannedFile& file : pending.files) {
            if (!is_script(file.migration->type)) pending_.push_back(file.migration->file);
        }
    }

    SourceCheck check() {
        check_base();
        check_moved();
        check_late();
        check_missing();
        return std::move(check_);
    }

private:
    void add(
        Reaction reaction, ErrorKind kind, const std::string& text, const std::string& advice
    ) {
        if (reaction == Reaction::Allow) return;
        if (reaction == Reaction::Warn) return check_.warnings.push_back(text);
        check_.refusals.push_back({kind, text + ". Nothing was run. " + advice});
    }

    void check_base() {
        const BaseFinding& base = findings_.base;
        if (base.adopted) {
            check_.warnings.push_back(fmt::format(
                "The files below {} are recorded below {}; they are the same, and are not run "
                "again",
                base.today,
                *base.adopted
            ));
        }
        if (base.elsewhere.empty() || pending_.empty()) return;
        add(options_.moved_files,
            ErrorKind::FileMoved,
            fmt::format(
                "No migration is recorded below {}, but there are records below {} ({})",
                base.today,
                fmt::join(base.elsewhere, " and "),
                base.why_not
            ),
            fmt::format(
                "If the files were moved: migrator accept --moved {0} {1}. If they belong to "
                "another project: migrator accept --as-new {1}",
                base.elsewhere.front(),
                base.today
            ));
    }

    void check_moved() {
        std::vector<std::string> moves;
        const plan::Move* first = nullptr;
        for (const plan::Move& move : findings_.moved) {
            const bool is_pending = std::ranges::any_of(pending_, [&](const std::string& file) {
                return is_within(file, move.to);
            });
            if (!is_pending) continue;
            if (first == nullptr) first = &move;
            moves.push_back(fmt::format("{} is now {}", move.from, move.to));
        }
        if (first == nullptr) return;
        add(options_.moved_files,
            ErrorKind::FileMoved,
            fmt::format(
                "{} to be moved or renamed: {}",
                moves.size() == 1 ? "A recorded migration seems" : "Recorded migrations seem",
                joined_texts(moves)
            ),
            fmt::format(
                "If it is the same: migrator accept --moved {} {}. If it is new: migrator accept "
                "--as-new {}, or set movedFiles: allow",
                first->from,
                first->to,
                first->to
            ));
    }

    void check_late() {
        const std::unordered_set<std::string_view> pending(pending_.begin(), pending_.end());
        std::vector<std::string> files;
        for (const plan::LateFile& late : findings_.late) {
            if (!pending.contains(late.file)) continue;
            files.push_back(fmt::format("{} comes before {}", late.file, late.before));
        }
        if (files.empty()) return;
        add(options_.out_of_order,
            ErrorKind::OutOfOrder,
            fmt::format(
                "{} out of order, before files that are applied: {}",
                count_of(files.size(), "pending file is", "pending files are"),
                joined_texts(files)
            ),
            "Rename them so that they come last, or set outOfOrder: warn");
    }

    void check_missing() {
        if (findings_.missing.empty()) return;
        add(options_.missing_files,
            ErrorKind::MissingFiles,
            fmt::format(
                "{} not in the source any more: {}",
                count_of(
                    findings_.missing.size(), "applied migration is", "applied migrations are"
                ),
                joined_texts(findings_.missing)
            ),
            "Restore them, or set missingFiles: warn");
    }

    const plan::Findings& findings_;
    const Options& options_;
    std::vector<std::string> pending_;  ///< migrations
    SourceCheck check_;
};

}  // namespace

void SourceCheck::throw_if_refused() const {
    if (!refusals.empty()) throw Error(refusals.front().kind, refusals.front().message);
}

SourceCheck check_source(
    const plan::Findings& findings, const Plan& pending, const Options& options
) {
    return Checking(findings, pending, options).check();
}

}  // namespace migrator::coordinator

#include "db/mysql/followed_script.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "db/mysql/dialect.hpp"

namespace migrator::db::mysql {

void FollowedScript::follow(std::size_t statements, const script::Reading& reading) {
    const script::Script& now = *run_.script;
    if (now.reading_behind(statements) == reading) return;
    const script::Reading first = statements == 0 ? reading : now.reading_behind(0);
    if (statements > 0) known_.push_back({statements, reading});
    found_ = script::scan_as(run_.text.whole(), dialect().lexis, first, known_);
    run_.script = &*found_;
    ++times_found_;
}

std::string FollowedScript::problem() const {
    if (!found_) return {};
    if (!found_->problem.empty()) return found_->problem;
    const auto forbidden = std::ranges::find_if(found_->statements, [](const auto& statement) {
        return (statement.traits & script::kForbidden) != 0;
    });
    if (forbidden == found_->statements.end()) return {};
    return fmt::format(
        "\"{}\" in line {} is not allowed: {}",
        script::excerpt(run_.text.whole(), *forbidden),
        forbidden->line,
        dialect().why_forbidden
    );
}

}  // namespace migrator::db::mysql

#include "db/sql/apply/batch.hpp"

#include "core/error.hpp"

namespace migrator::db::sql::apply {

std::optional<Failure> Batch::add(
    std::size_t step, const Migration& migration, const std::string& schema
) {
    PreparedScript next = scripts_.prepare(migration, schema, standard_conforming_strings_);
    if (!next.script->problem.empty())
        return Failure{.step = step, .message = next.script->problem};
    const bool with_records = records_ == Records::WithScripts;
    if (!with_records && next.script->statements.empty() && next.script->sure) {
        ++sent_;
        return std::nullopt;  // blank, or comments alone: nothing to send
    }
    const std::size_t size = next.text.size() + (with_records ? migration.contents.size() : 0);
    if (!runs_.empty() && bytes_ + size > limit_) {
        if (auto failure = flush()) return failure;
    }
    standard_conforming_strings_ = next.script->standard_conforming_strings;
    const bool changes_lexing = (next.script->traits & script::kChangesLexing) != 0;
    bytes_ += size;
    const PreparedScript& kept = prepared_.emplace_back(std::move(next));
    runs_.push_back({.step = step, .text = kept.text, .script = kept.script.get()});
    if (changes_lexing || bytes_ >= limit_) return flush();
    return std::nullopt;
}

std::optional<Failure> Batch::flush() {
    if (runs_.empty()) return std::nullopt;
    auto failure = send_(runs_);
    sent_ += runs_.size();
    runs_.clear();
    prepared_.clear();
    bytes_ = 0;
    // What a function in a script has set only the server knows.
    if (!failure) standard_conforming_strings_ = session_.standard_conforming_strings();
    return failure;
}

}  // namespace migrator::db::sql::apply

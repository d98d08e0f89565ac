#include "db/sql/apply/batch.hpp"

#include "core/error.hpp"

namespace migrator::db::sql::apply {
namespace {

/// Blank, comments alone, or nothing between BEGIN and COMMIT.
bool sends_nothing(const script::Script& script) {
    return script.sure && script.statements.size() == (script.wrapped ? 2 : 0);
}

}  // namespace

std::optional<Failure> Batch::add(
    std::size_t step, const Migration& migration, const std::string& schema
) {
    if (leftovers_.are_there()) standard_conforming_strings_ = first_conforming_strings_;
    PreparedScript next = scripts_.prepare(migration, schema, standard_conforming_strings_);
    if (!next.script->problem.empty())
        return Failure{.step = step, .message = next.script->problem};
    if (!next.script->checks.empty()) {
        if (auto failure = settle()) return failure;
        if (auto failure = check_(next, step)) return failure;
    }
    const bool with_records = records_ == Records::WithScripts;
    if (!with_records && sends_nothing(*next.script)) {
        ++sent_;
        return std::nullopt;
    }
    const std::size_t size = next.text.size() + (with_records ? migration.contents.size() : 0);
    if (!runs_.empty() && bytes_ + size > limit_) {
        if (auto failure = flush()) return failure;
    }
    std::uint32_t undone = leftovers_.undone_before(*next.script);
    // A file that shares no message with others shares none with ours; and scripts that commit are
    // counted before the session may be lost.
    if ((limit_ == 0 || with_records) && undone != script::kNoTraits) {
        if (auto failure = flush()) return failure;
        reset_apart();
        undone = script::kNoTraits;
    }
    leftovers_.add(*next.script);
    standard_conforming_strings_ = next.script->standard_conforming_strings;
    const bool changes_lexing = (next.script->traits & script::kChangesLexing) != 0;
    bytes_ += size;
    const PreparedScript& kept = prepared_.emplace_back(std::move(next));
    runs_.push_back(
        {.step = step,
         .text = kept.text,
         .script = kept.script.get(),
         .schema = schema,
         .migration = &migration,
         .undone = undone}
    );
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
    if (failure) return failure;
    standard_conforming_strings_ = session_.standard_conforming_strings();
    if (standard_conforming_strings_ != first_conforming_strings_) leftovers_.add_unknown();
    return std::nullopt;
}

std::optional<Failure> Batch::settle() {
    auto failure = flush();
    if (!failure && leftovers_.are_there()) reset_apart();
    return failure;
}

void Batch::reset_apart() {
    session_.reset();
    session_.send_waiting();
    leftovers_.forget();
}

}  // namespace migrator::db::sql::apply

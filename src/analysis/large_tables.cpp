#include "analysis/large_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"

namespace migrator::analysis {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;

bool is_word_character(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

/// As a word, in any letter case.
bool names(std::string_view text, const std::string& table) {
    const std::string in = lower_case(text);
    const std::string word = lower_case(table);
    for (std::size_t at = in.find(word); at != std::string::npos; at = in.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool begins = at == 0 || !is_word_character(in[at - 1]);
        const bool ends = end == in.size() || !is_word_character(in[end]);
        if (begins && ends) return true;
    }
    return false;
}

bool begins_with_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) {
        return text.size() >= word.size() && equal_ignoring_case(text.substr(0, word.size()), word);
    });
}

}  // namespace

void LargeTables::learn(const Trace& trace) {
    for (std::size_t i = 0; i < trace.statements.size(); ++i) {
        const TracedStatement& statement = trace.statements[i];
        const bool failed = !trace.failure.empty() && i + 1 == trace.statements.size();
        if (!statement.not_traced.empty() || failed) continue;
        auto& tables = rewritten_[{statement.file, statement.number}];
        for (const TouchedTable& table : statement.touched) {
            if (table.is_rewritten && table.schema == trace.schema) tables.insert(table.name);
        }
    }
}

std::string LargeTables::objection(
    const std::string& file, std::size_t number, std::string_view text, const TableSizes& sizes
) const {
    // What such a statement does to the rows can't be told from its words.
    const bool is_code = begins_with_one_of(text, {"do", "call", "execute", "select"});
    const bool rewrites_nothing = begins_with_one_of(text, {"insert", "update", "delete", "merge"});
    const auto known = rewritten_.find({file, number});
    for (const auto& [table, pages] : sizes) {
        const std::int64_t bytes = pages * kPageBytes;
        if (bytes <= max_bytes_) continue;
        const std::string size = fmt::format("{} MiB", bytes / kMebibyte);
        if (known != rewritten_.end()) {
            if (!known->second.contains(table)) continue;
            return fmt::format("rewrites {} ({}), which is larger than --max-bytes", table, size);
        }
        if (rewrites_nothing || (!is_code && !names(text, table))) continue;
        return fmt::format(
            "may rewrite {} ({}), which is larger than --max-bytes; with --scratch it is known "
            "whether it does",
            table,
            size
        );
    }
    return {};
}

}  // namespace migrator::analysis

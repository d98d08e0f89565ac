#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "core/ascii.hpp"
#include "db/sqlserver/script_wrapper.hpp"
#include "db/sqlserver/tokens.hpp"
#include "script/script.hpp"

namespace migrator::db::sqlserver {

/// Looks at the tokens of a script from left to right and writes what it finds into a Script:
/// everything that `scan` promises but for what is wrong with GO lines and the encoding. Both are
/// lent.
class ScriptWatcher {
public:
    ScriptWatcher(std::string_view text, script::Script& script)
        : text_(text), script_(script), wrapper_(text) {}

    /// The next token, and the number of its batch.
    void see(const TsqlToken& token, std::size_t batch);

    /// Behind the last token.
    void finish();

private:
    struct Seen {
        TsqlToken token;
        std::string_view word;  ///< empty unless it is a word
    };
    static constexpr std::size_t kNowhere = std::string_view::npos;

    static std::uint32_t offset32(std::size_t offset) { return static_cast<std::uint32_t>(offset); }
    std::string_view word_of(const TsqlToken& token) const {
        return text_.substr(token.begin, token.end - token.begin);
    }
    /// The word `back` tokens ago (0: the newest); empty if it is no keyword.
    std::string_view word(std::size_t back) const {
        return seen_[back].token.keyword ? seen_[back].word : std::string_view();
    }
    bool is(std::size_t back, std::string_view lower) const {
        return equal_ignoring_case(word(back), lower);
    }
    void shift(const Seen& seen) {
        std::ranges::move_backward(seen_.begin(), seen_.end() - 1, seen_.end());
        seen_.front() = seen;
    }
    script::Statement& batch_statement() { return script_.statements.at(batch_at_); }
    void batch_trait(std::uint32_t trait) { batch_statement().traits |= trait; }
    std::uint32_t line_at(std::size_t offset);

    void begin_batch(const TsqlToken& token, std::size_t batch);
    void see_keyword();
    void see_transaction_word();
    void see_session_word();
    void see_created();
    void see_refusing_word();
    void see_command(const TsqlToken& token);
    /// A place that a run has to know of, which begins `back` tokens ago.
    void note(std::size_t back, std::uint32_t traits);
    bool behind_permission(std::size_t back) const;
    void say_problem(std::size_t back, std::string_view problem);

    std::string_view text_;
    script::Script& script_;
    std::array<Seen, 5> seen_{};  ///< the newest first
    std::size_t batch_ = 0;
    bool in_batch_ = false;
    std::size_t batch_at_ = 0;            ///< of the batch in `statements`
    std::size_t first_token_ = kNowhere;  ///< of the batch, without ';'
    bool in_body_ = false;                ///< of a procedure, function or trigger
    bool creates_schema_ = false;         ///< CREATE SCHEMA, which may hold other CREATEs
    std::size_t counted_ = 0;             ///< newlines before this offset are in `line_`
    std::uint32_t line_ = 1;

    ScriptWrapper wrapper_;
};

}  // namespace migrator::db::sqlserver

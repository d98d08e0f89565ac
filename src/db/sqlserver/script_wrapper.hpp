#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "db/sqlserver/tokens.hpp"
#include "script/lexer.hpp"

namespace migrator::db::sqlserver {

/// Finds BEGIN TRANSACTION at the start of a script, with nothing behind it in its line but a ';',
/// and COMMIT at its end, neither with a name. Told of all tokens in their order.
class ScriptWrapper {
public:
    explicit ScriptWrapper(std::string_view text) : text_(text) {}

    /// `in_body`: of a procedure, function or trigger.
    void see(const TsqlToken& token, bool in_body);

    /// The two ranges, without what surrounds them; nothing when there is no such pair. What else
    /// there is of transaction control it doesn't know.
    std::optional<std::pair<script::Range, script::Range>> found() const;

private:
    void see_opening(const TsqlToken& token, std::string_view word);
    void see_closing(const TsqlToken& token, std::string_view word, bool in_body);

    enum class Opening { Unseen, Begin, BeginTransaction, Found, None };

    std::string_view text_;
    Opening state_ = Opening::Unseen;
    script::Range opening_;
    std::optional<script::Range> closing_;  ///< the last COMMIT, while nothing else follows
    bool behind_commit_ = false;
};

}  // namespace migrator::db::sqlserver

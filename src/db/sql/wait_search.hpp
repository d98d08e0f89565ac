#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/progress.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql {

/// What a session waits for, and the table that it is, where the server tells.
struct FoundWait : Wait {
    std::string schema;
    std::string table;
    std::optional<bool> is_of_ddl{};  ///< only DDL takes such a lock, or only others do
};

/// Asks the server, over a connection of its own, what sessions wait for. One thread at a time.
class WaitSearch {
public:
    /// The server is lent. `stop` ends what is being asked.
    WaitSearch(Server& server, std::stop_token stop) : server_(server), stop_(std::move(stop)) {}

    /// Nothing: it waits for nobody, or that can't be found out; a right that is missing for it is
    /// logged, once. `session` and `text` as in `Sent`; `ours`: sessions of the run. Never throws.
    std::optional<FoundWait> find(
        std::string_view session, std::string_view text, const std::vector<std::string>& ours
    ) noexcept;

private:
    std::optional<FoundWait> ask(
        std::string_view session, std::string_view text, const std::vector<std::string>& ours
    );
    /// Empty: the server refuses the query, or has no answer.
    std::vector<Row> rows_of(std::size_t query, const std::vector<Value>& parameters);
    void say_right(std::string_view why);
    void say_once(const std::string& text);

    Server& server_;
    const std::stop_token stop_;
    std::unique_ptr<Session> session_;
    std::vector<bool> refused_;  ///< by query
    bool has_said_ = false;
};

/// "a lock on t2.c, held by session 812 (user app, 10.0.0.3, for 61 s, idle in transaction): select
/// * from t2.c". Of one that says something.
std::string told(const Wait& wait);

}  // namespace migrator::db::sql

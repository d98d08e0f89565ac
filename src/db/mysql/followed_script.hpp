#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/sql/session.hpp"
#include "script/reading.hpp"

namespace migrator::db::mysql {

/// A script while it runs. What SET does to quotes, backslashes and characters is guessed when the
/// script is scanned; where the server says otherwise, the statements behind are found anew.
class FollowedScript {
public:
    /// What `script` points to is lent.
    explicit FollowedScript(sql::ScriptRun script) : run_(std::move(script)) {}
    FollowedScript(const FollowedScript&) = delete;
    FollowedScript& operator=(const FollowedScript&) = delete;

    /// With the statements as they are known now; it points into this.
    const sql::ScriptRun& run() const { return run_; }
    /// So many statements have run, and the server reads what is behind them so.
    void follow(std::size_t statements, const script::Reading& reading);
    /// How often other statements were found.
    std::size_t times_found() const { return times_found_; }
    /// Why what was found anew can't run; empty when it can.
    std::string problem() const;

private:
    sql::ScriptRun run_;
    std::vector<script::ReadingFrom> known_;
    std::optional<script::Script> found_;
    std::size_t times_found_ = 0;
};

}  // namespace migrator::db::mysql

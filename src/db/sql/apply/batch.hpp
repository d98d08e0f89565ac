#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/sql/apply/leftovers.hpp"
#include "db/sql/apply/scripts.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// Collects scripts and hands them on in messages of up to `limit` bytes (0: one script each).
/// Both are lent.
class Batch {
public:
    /// Where the rows of scripts are written: with them, so that blank ones are handed on too and
    /// the size of the files counts, or apart.
    enum class Records : std::uint8_t { Apart, WithScripts };
    using Send = std::function<std::optional<Failure>(std::span<const ScriptRun>)>;
    /// Runs the checks of a script; the session is ours for them.
    using Check = std::function<std::optional<Failure>(const PreparedScript&, std::size_t step)>;

    /// `leftovers` of the transaction in which the session is to run all of them.
    Batch(
        Session& session,
        Scripts& scripts,
        std::size_t limit,
        Records records,
        Send send,
        Check check,
        Leftovers leftovers = {}
    )
        : session_(session),
          scripts_(scripts),
          limit_(limit),
          records_(records),
          send_(std::move(send)),
          check_(std::move(check)),
          leftovers_(leftovers),
          first_conforming_strings_(session.standard_conforming_strings()),
          standard_conforming_strings_(first_conforming_strings_) {}

    /// Adds a file for one schema as number `step`, once its checks are true; may send. `schema`
    /// lives until it is sent. Throws MigrationFailed for what only this schema's name makes wrong.
    std::optional<Failure> add(
        std::size_t step, const Migration& migration, const std::string& schema
    );

    /// Sends what is there.
    std::optional<Failure> flush();

    /// The same, and nothing of the scripts is left in the session: it is ours for a query.
    std::optional<Failure> settle();

    /// Whether a script may have done more than its text shows.
    bool may_have_done_more() const { return leftovers_.were_there(); }

    /// How many scripts have been sent.
    std::size_t sent() const { return sent_; }

private:
    void reset_apart();

    Session& session_;
    Scripts& scripts_;
    const std::size_t limit_;
    const Records records_;
    const Send send_;
    const Check check_;
    Leftovers leftovers_;
    const bool first_conforming_strings_;
    bool standard_conforming_strings_;
    std::deque<PreparedScript> prepared_;
    std::vector<ScriptRun> runs_;
    std::size_t bytes_ = 0;
    std::size_t sent_ = 0;
};

}  // namespace migrator::db::sql::apply

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/sql/apply/precheck.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// Collects scripts and hands them on in messages of up to `limit` bytes (0: one script each).
/// Borrows the session and the preparation.
class Batch {
public:
    /// Where the rows of scripts are written: with them, so that blank ones are handed on too and
    /// the size of the files counts, or apart.
    enum class Records : std::uint8_t { Apart, WithScripts };
    using Send = std::function<std::optional<Failure>(std::span<const ScriptRun>)>;

    Batch(Session& session, Preparation& preparation, std::size_t limit, Records records, Send send)
        : session_(session),
          preparation_(preparation),
          limit_(limit),
          records_(records),
          send_(std::move(send)),
          standard_conforming_strings_(session.standard_conforming_strings()) {}

    /// Adds a file for one schema as number `step`; may send. Throws MigrationFailed for what only
    /// this schema's name makes wrong.
    std::optional<Failure> add(
        std::size_t step, const Migration& migration, const std::string& schema
    );

    /// Sends what is there.
    std::optional<Failure> flush();

    /// How many scripts have been sent.
    std::size_t sent() const { return sent_; }

private:
    Session& session_;
    Preparation& preparation_;
    const std::size_t limit_;
    const Records records_;
    const Send send_;
    bool standard_conforming_strings_;
    std::deque<PreparedScript> prepared_;
    std::vector<ScriptRun> runs_;
    std::size_t bytes_ = 0;
    std::size_t sent_ = 0;
};

}  // namespace migrator::db::sql::apply

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "core/time.hpp"

namespace migrator {

/// A session that another one waits for, as its server describes it. Texts may be empty.
struct Blocker {
    std::string session;  ///< its number
    std::string user;
    std::string address;
    std::string program;
    std::optional<std::chrono::seconds> since;  ///< it holds what is waited for, at most
    std::string state;                          ///< "idle in transaction"
    std::string statement;                      ///< first words, without literals
    bool is_ours = false;                       ///< another worker of the run

    bool operator==(const Blocker&) const = default;
};

/// What a session waits for.
struct Wait {
    std::string what;               ///< "a lock on t2.c"; empty: the server does not say
    std::vector<Blocker> blockers;  ///< may be empty
    bool is_guess = false;          ///< the blockers may be others

    bool operator==(const Wait&) const = default;
};

/// A statement that runs for long.
struct LongStatement {
    std::string schema;           ///< may be empty
    bool is_of_tenant = false;    ///< the schema is a tenant's
    std::string file;             ///< identity; empty: no file's
    std::uint32_t line = 0;       ///< in the file, from 1; 0: not known
    std::uint32_t last_line = 0;  ///< another one: a statement between the two
    std::string statement;        ///< first words, without literals; empty: see `about`
    std::string about;            ///< where it is not a known one: "one of 3 statements"
    TimePoint since;
    std::optional<Wait> wait;

    bool operator==(const LongStatement&) const = default;
};

/// How far a run is.
struct Progress {
    std::string phase;           ///< "loading", "waiting", "applying", "recording", "committing"
    std::string file;            ///< in work; may be empty
    std::size_t executions = 0;  ///< (file, schema) pairs planned
    std::size_t executions_done = 0;  ///< of them
    std::size_t files = 0;
    std::size_t files_done = 0;
    std::size_t tenants = 0;
    std::size_t tenants_done = 0;
    std::size_t tenants_failed = 0;
    std::string about{};  ///< the phase: for whom a run waits; may be empty
    std::vector<LongStatement> long_statements{};  ///< that were told of and still run
    /// Something to be shown to people at once, and not again; empty in most calls.
    std::string news{};
    bool is_warning = false;     ///< the news
    std::size_t wave = 0;        ///< in work, from 1; 0: the run has no waves, or has not begun one
    std::size_t waves = 0;       ///< of the run
    std::size_t wave_begin = 0;  ///< place of the wave's first tenant among those at work, from 0
    std::size_t wave_end = 0;    ///< behind its last one
    /// Tenants that have come to their end since the call before, each told once.
    std::vector<std::string> done_now{};
    std::vector<TenantFailure> failed_now{};
};

/// Called often, from one thread at a time: it has to return at once.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace migrator

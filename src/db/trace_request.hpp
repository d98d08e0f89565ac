#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace migrator::db {

/// How the planned files are to be traced. Nothing of it touches a tenant but `on`.
struct TraceRequest {
    bool scratch = false;        ///< in a scratch schema of the database itself
    std::string scratch_source;  ///< or in this empty database; holds secrets; empty: none
    /// Live tenants to trace on; those without planned files are passed over.
    std::vector<std::string> on;
    std::size_t sample = 0;  ///< so many of them, spread over the sizes; 0: all
    /// For each live tenant: from the first statement to the rollback.
    std::chrono::milliseconds max_hold{2'000};
    /// A live table of more bytes is not rewritten.
    std::int64_t max_bytes = std::int64_t{1} << 30;
    std::string maker;       ///< host and process, for whoever finds a scratch schema
    std::stop_token stop{};  ///< cancels what runs

    bool any() const { return scratch || !scratch_source.empty() || !on.empty(); }
};

}  // namespace migrator::db

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace migrator {

/// A time that is not known exactly.
struct TimeRange {
    std::chrono::microseconds low{0};
    std::chrono::microseconds likely{0};
    std::chrono::microseconds high{0};

    TimeRange& operator+=(const TimeRange& other) {
        low += other.low;
        likely += other.likely;
        high += other.high;
        return *this;
    }
    bool operator==(const TimeRange&) const = default;
};

/// A statement of the pending files, over all tenants.
struct StatementEstimate {
    std::string file;
    std::size_t number = 0;   ///< in its file, from 1
    std::uint32_t line = 0;   ///< in its file, from 1
    std::string text;         ///< its first words, for people
    std::size_t samples = 0;  ///< traces it is estimated from; 0: nothing is known of it
    /// Tables of the tenant whose pages it passes; none: it takes the same time for all.
    std::vector<std::string> tables;
    std::chrono::duration<double, std::micro> fixed{0};     ///< for each tenant
    std::chrono::duration<double, std::micro> per_page{0};  ///< of those tables
    /// By how much it may be wrong: between 1/factor and factor times the time.
    double factor = 1;
    std::int64_t most_pages = 0;  ///< of a tenant that was traced; beyond it is extrapolated
    TimeRange total;              ///< of all tenants, one after the other
};

struct TenantEstimate {
    std::string tenant;
    TimeRange time;  ///< during which its locks are held, more and more of them

    bool operator==(const TenantEstimate&) const = default;
};

/// What a run will take, from what traces took. Times are those of an idle server.
struct Estimate {
    std::vector<StatementEstimate> statements;  ///< in the order of the files
    std::vector<TenantEstimate> tenants;        ///< in the order of the run
    TimeRange work;                             ///< of all tenants, one after the other
    TimeRange wall;                             ///< with as many at once as the run has workers
    std::size_t parallelism = 1;
    std::size_t traced = 0;   ///< tenants
    std::size_t unknown = 0;  ///< statements without a sample
};

}  // namespace migrator

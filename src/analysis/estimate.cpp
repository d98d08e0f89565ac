#include "analysis/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <set>
#include <utility>

namespace migrator::analysis {
namespace {

using std::chrono::microseconds;

/// What one measurement, or two, leave open.
constexpr double kFactorOfOne = 3;
constexpr double kFactorOfTwo = 1.6;
/// Two runs of the same statement differ by as much.
constexpr double kLeastFactor = 1.25;
/// Beyond what was traced sorts spill and caches are too small.
constexpr double kMostForExtrapolation = 4;

struct Sample {
    double pages;
    double time;  ///< microseconds, at least 1
};

struct Line {
    double fixed = 0;
    double per_page = 0;
    double at(double pages) const { return fixed + (per_page * pages); }
};

/// The line with the least relative errors: a small tenant counts as much as a large one. Neither
/// part is negative.
Line fit(const std::vector<Sample>& samples) {
    double w = 0, wx = 0, wxx = 0, wy = 0, wxy = 0;
    for (const auto& [x, y] : samples) {
        const double weight = 1 / (y * y);
        w += weight;
        wx += weight * x;
        wxx += weight * x * x;
        wy += weight * y;
        wxy += weight * x * y;
    }
    const Line level{wy / w, 0};
    const double spread = (w * wxx) - (wx * wx);
    if (wxx <= 0) return level;
    // One size says nothing of the part that does not grow.
    const Line proportional{0, wxy / wxx};
    if (spread <= 1e-9 * w * wxx) return proportional;
    const double slope = ((w * wxy) - (wx * wy)) / spread;
    const Line line{(wy - (slope * wx)) / w, slope};
    if (line.per_page < 0) return level;
    return line.fixed < 0 ? proportional : line;
}

double factor_of(const std::vector<Sample>& samples, const Line& line) {
    if (samples.size() == 1) return kFactorOfOne;
    double factor = samples.size() == 2 ? kFactorOfTwo : kLeastFactor;
    for (const auto& [x, y] : samples) {
        const double ratio = std::max(line.at(x), 1.0) / y;
        factor = std::max({factor, ratio, 1 / ratio});
    }
    return factor;
}

std::int64_t pages_of(const std::vector<std::string>& tables, const TableSizes& sizes) {
    std::int64_t pages = 0;
    for (const std::string& table : tables) {
        const auto found = sizes.find(table);
        if (found != sizes.end()) pages += found->second;
    }
    return pages;
}

using Key = std::pair<std::string, std::size_t>;

/// The runs of one statement in several tenants.
struct Runs {
    StatementEstimate estimate;
    std::set<std::string> tables;
    std::vector<std::pair<std::string, double>> times;  ///< by schema
};

/// In the order in which the longest trace has them.
std::vector<Runs> collect(const std::vector<Trace>& traces) {
    std::vector<Runs> all;
    std::map<Key, std::size_t> places;
    for (const Trace& trace : traces) {
        for (std::size_t i = 0; i < trace.statements.size(); ++i) {
            const TracedStatement& statement = trace.statements[i];
            const auto [place, is_new] =
                places.try_emplace(Key(statement.file, statement.number), all.size());
            if (is_new) {
                Runs& runs = all.emplace_back();
                runs.estimate.file = statement.file;
                runs.estimate.number = statement.number;
                runs.estimate.line = statement.line;
                runs.estimate.text = statement.text;
            }
            const bool failed = !trace.failure.empty() && i + 1 == trace.statements.size();
            if (!statement.not_traced.empty() || failed) continue;
            Runs& runs = all[place->second];
            for (const TouchedTable& table : statement.touched) {
                if (table.schema == trace.schema) runs.tables.insert(table.name);
            }
            const auto time = static_cast<double>(statement.time.count());
            runs.times.emplace_back(trace.schema, std::max(time, 1.0));
        }
    }
    return all;
}

StatementEstimate fitted(Runs runs, const std::map<std::string, TableSizes>& sizes) {
    StatementEstimate estimate = std::move(runs.estimate);
    estimate.tables.assign(runs.tables.begin(), runs.tables.end());
    estimate.samples = runs.times.size();
    if (runs.times.empty()) return estimate;
    static const TableSizes kNoTables;
    std::vector<Sample> samples;
    for (const auto& [schema, time] : runs.times) {
        const auto found = sizes.find(schema);
        const auto pages =
            pages_of(estimate.tables, found == sizes.end() ? kNoTables : found->second);
        estimate.most_pages = std::max(estimate.most_pages, pages);
        samples.push_back({static_cast<double>(pages), time});
    }
    const Line line = fit(samples);
    estimate.fixed = std::chrono::duration<double, std::micro>(line.fixed);
    estimate.per_page = std::chrono::duration<double, std::micro>(line.per_page);
    estimate.factor = factor_of(samples, line);
    return estimate;
}

/// Each worker takes the next tenant as soon as it is free.
microseconds wall_time(
    const std::vector<TenantEstimate>& tenants,
    std::size_t parallelism,
    microseconds TimeRange::*part
) {
    std::priority_queue<microseconds, std::vector<microseconds>, std::greater<>> free_at;
    for (std::size_t i = 0; i < std::max<std::size_t>(parallelism, 1); ++i) {
        free_at.push(microseconds(0));
    }
    microseconds end{0};
    for (const TenantEstimate& tenant : tenants) {
        const microseconds done = free_at.top() + tenant.time.*part;
        free_at.pop();
        free_at.push(done);
        end = std::max(end, done);
    }
    return end;
}

}  // namespace

TimeRange time_of(const StatementEstimate& statement, const TableSizes& sizes) {
    if (statement.samples == 0) return {};
    const auto pages = static_cast<double>(pages_of(statement.tables, sizes));
    const double growing = statement.per_page.count() * pages;
    const double likely = statement.fixed.count() + growing;
    const double beyond =
        pages / static_cast<double>(std::max<std::int64_t>(statement.most_pages, 1));
    const double wider =
        growing > 0 ? std::clamp(std::sqrt(beyond), 1.0, kMostForExtrapolation) : 1.0;
    const auto whole = [](double time) {
        return microseconds(static_cast<std::int64_t>(std::llround(time)));
    };
    return {
        whole(likely / statement.factor), whole(likely), whole(likely * statement.factor * wider)};
}

Estimate estimate(
    const std::vector<Trace>& traces,
    const std::map<std::string, TableSizes>& sizes,
    const std::vector<std::string>& tenants,
    std::size_t parallelism
) {
    Estimate result;
    result.traced = traces.size();
    result.parallelism = std::max<std::size_t>(parallelism, 1);
    for (Runs& runs : collect(traces)) {
        result.statements.push_back(fitted(std::move(runs), sizes));
        if (result.statements.back().samples == 0) ++result.unknown;
    }
    static const TableSizes kEmpty;
    for (const std::string& tenant : tenants) {
        const auto found = sizes.find(tenant);
        TenantEstimate& one = result.tenants.emplace_back(TenantEstimate{tenant, {}});
        for (StatementEstimate& statement : result.statements) {
            const TimeRange time =
                time_of(statement, found == sizes.end() ? kEmpty : found->second);
            statement.total += time;
            one.time += time;
        }
        result.work += one.time;
    }
    for (const auto part : {&TimeRange::low, &TimeRange::likely, &TimeRange::high}) {
        result.wall.*part = wall_time(result.tenants, parallelism, part);
    }
    return result;
}

}  // namespace migrator::analysis

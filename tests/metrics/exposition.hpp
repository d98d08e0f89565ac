#pragma once

#include <map>
#include <string>
#include <vector>

namespace migrator::metrics::test {

struct Sample {
    std::string name;  ///< with "_bucket" and the like
    std::map<std::string, std::string> labels;
    double value = 0;
};

struct Group {
    std::string help;
    std::string type;
    std::vector<Sample> samples;
};

/// What a text in the Prometheus text format 0.0.4 says, by the names of its metrics. Strict:
/// throws std::runtime_error, with the line, unless HELP and TYPE come first in each group, every
/// metric is one group with names that its type allows, no sample comes twice, counters and
/// buckets are not negative, and a histogram's buckets are cumulative up to `+Inf`, which is its
/// count.
class Exposition {
public:
    explicit Exposition(const std::string& text);

    const std::map<std::string, Group>& groups() const { return groups_; }
    /// Throws std::runtime_error when there is no such sample.
    double value(const std::string& name, const std::map<std::string, std::string>& labels = {})
        const;
    bool has(const std::string& name, const std::map<std::string, std::string>& labels = {}) const;

private:
    void check_histograms() const;
    const Sample* find(const std::string& name, const std::map<std::string, std::string>& labels)
        const;

    std::map<std::string, Group> groups_;
};

}  // namespace migrator::metrics::test

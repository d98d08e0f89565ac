#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/sizes.hpp"
#include "core/trace.hpp"

namespace migrator::analysis {

/// Keeps statements that rewrite large tables from running in a live tenant. Which ones rewrite is
/// known from traces of smaller schemas; of a statement that none has shown, only the names in it.
class LargeTables {
public:
    explicit LargeTables(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

    /// Takes in what a trace has shown.
    void learn(const Trace& trace);

    /// Why a statement is not to run where the tables have these sizes; empty: it may.
    std::string objection(
        const std::string& file, std::size_t number, std::string_view text, const TableSizes& sizes
    ) const;

private:
    std::int64_t max_bytes_;
    /// The tables that each statement rewrites, by file and number.
    std::map<std::pair<std::string, std::size_t>, std::set<std::string>> rewritten_;
};

}  // namespace migrator::analysis

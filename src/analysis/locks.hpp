#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/catalog.hpp"
#include "analysis/change.hpp"

namespace migrator::analysis {

/// The modes of PostgreSQL's locks on tables, the strongest last.
enum class Mode : std::uint8_t {
    None,
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
};

/// "ACCESS EXCLUSIVE"; empty for none.
std::string_view name_of(Mode mode);
constexpr bool blocks_reads(Mode mode) { return mode == Mode::AccessExclusive; }
constexpr bool blocks_writes(Mode mode) { return mode >= Mode::Share; }

struct TableLock {
    Name table;
    Mode mode = Mode::None;

    bool operator==(const TableLock&) const = default;
};

/// The locks on tables that a change takes, those it names and those that constraints lead to; of
/// an index, on its table. In `schemas` the tables are looked up.
std::vector<TableLock> locks_of(
    const Change& change, const Catalog& catalog, const std::vector<std::string>& schemas
);

}  // namespace migrator::analysis

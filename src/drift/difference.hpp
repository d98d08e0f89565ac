#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/catalog.hpp"

namespace migrator::drift {

enum class Deviation : std::uint8_t { Missing, Additional, Changed };

/// "missing", "additional", "changed".
std::string_view name_of(Deviation deviation);

/// An object of a schema that is not as expected. In texts `{schema}` stands for the schema.
struct Difference {
    Deviation deviation = Deviation::Changed;
    std::string kind;
    std::string name;
    std::string expected;  ///< its definition; empty where it is additional
    std::string found;     ///< empty where it is missing

    auto operator<=>(const Difference&) const = default;
};

/// A schema and what is in it. All is lent.
struct Contents {
    const db::TenantSchema& schema;
    const std::vector<db::CatalogObject>& objects;
};

/// In what `found` differs from `expected`, by kind and name. Empty: in nothing but its own name.
std::vector<Difference> differences(const Contents& expected, const Contents& found);

/// "column orders.total is missing".
std::string for_people(const Difference& difference);

/// What changed, as `diff -u` shows it, below a line that says of what. For people.
std::vector<std::string> as_text(const Difference& difference);

}  // namespace migrator::drift

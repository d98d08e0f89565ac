#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/plan.hpp"

namespace migrator::plan {

/// From where on runs that did not end well, or left tenants for later, owe a tenant its files.
/// What it is made from lives longer.
class OwedFiles {
public:
    using Position = std::size_t;  ///< in the source
    static constexpr Position kNever = std::numeric_limits<Position>::max();

    OwedFiles(const std::vector<Migration>& sources, const Applied& applied);

    /// `kNever` for a tenant that is owed nothing.
    Position from(const std::string& tenant) const;

private:
    Position position_of(const std::string& file);
    bool is_gone_script(const std::string& file) const;
    Position position_by_name(std::string_view name) const;

    const std::vector<Migration>& sources_;
    const Applied& applied_;
    std::unordered_map<std::string_view, Position> positions_;
    std::unordered_map<std::string_view, Position> from_;
};

}  // namespace migrator::plan

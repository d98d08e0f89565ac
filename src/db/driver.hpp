#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/options.hpp"

namespace migrator::db {

class Connector;

/// What a driver says of itself. Each driver has one constant of it; `app` has the list of them,
/// and who reads the configuration is handed that list.
struct Driver {
    std::string_view name;  ///< the value of the key `driver`

    /// `data_source` as it may be shown: without passwords and what may be one. What can't be
    /// understood is masked whole. Never throws (but std::bad_alloc).
    std::string (*mask)(std::string_view data_source);

    /// The passwords of `data_source` as the driver sends them; none when it can't be understood.
    /// Never throws (but std::bad_alloc).
    std::vector<std::string> (*passwords)(std::string_view data_source);

    /// A Connector for `options`, whose `driver` is this one. Connects to nothing yet. Throws
    /// Configuration for a data source that can't be understood; the message never quotes it.
    std::unique_ptr<Connector> (*connect)(const Options& options);

    /// A valid data source at which no database is, for work that needs none.
    std::string_view offline_data_source;

    /// Why `atomicity` can't have this value, behind the key's name; empty: it can.
    std::string_view why_not_version{};
    std::string_view why_not_tenant{};
    std::string_view why_not_file{};

    /// Why the keys of a fleet or `setRole` have no effect, behind the key's name; empty: they
    /// have.
    std::string_view why_no_fleet{};
    std::string_view why_no_role{};
};

/// All that are built.
using Drivers = std::span<const Driver* const>;

/// Null when there is none of that name.
inline const Driver* find_driver(Drivers drivers, std::string_view name) {
    const auto found = std::ranges::find(drivers, name, &Driver::name);
    return found == drivers.end() ? nullptr : *found;
}

}  // namespace migrator::db

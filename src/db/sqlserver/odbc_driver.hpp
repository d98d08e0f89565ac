#pragma once

#include <optional>
#include <string>
#include <vector>

namespace migrator::db::sqlserver {

/// An ODBC driver that speaks to SQL Server.
struct OdbcDriver {
    enum class Kind { Microsoft, FreeTds };
    Kind kind = Kind::FreeTds;
    std::string name;  ///< what `Driver=` names: an entry of odbcinst.ini, or a path
    int version = 0;   ///< Microsoft's: 17, 18

    bool operator==(const OdbcDriver&) const = default;
};

/// The best of the installed: Microsoft's newest, else FreeTDS's. `listed`: the entries of
/// odbcinst.ini; `libraries`: existing files with FreeTDS's driver, which works without an entry.
std::optional<OdbcDriver> choose_driver(
    const std::vector<std::string>& listed, const std::vector<std::string>& libraries
);

/// What this machine has. Throws Configuration when there is none, with what to install.
OdbcDriver find_odbc_driver();

}  // namespace migrator::db::sqlserver

#pragma once

#include <string>
#include <string_view>

namespace migrator::db::postgresql {

/// What the server reports of itself while a connection begins; empty where it does not.
struct Reported {
    std::string server_version;  ///< `server_version`
    std::string crdb_version;    ///< `crdb_version`, CockroachDB's alone
};

/// Which product it is that speaks PostgreSQL's protocol and lacks what runs rely on (advisory
/// locks, DDL that a transaction takes back); empty: none of those that are known. For people.
std::string_view unsupported_product(const Reported& reported);

/// Why such a product is refused, and what to do.
std::string why_unsupported(std::string_view product);

}  // namespace migrator::db::postgresql

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace migrator::db::postgresql {

using KeyValues = std::vector<std::pair<std::string, std::string>>;

/// A data source taken apart. Holds secrets: never into a log or an error.
struct DataSource {
    KeyValues connection;              ///< keywords of libpq and their values, each at most once
    KeyValues settings;                ///< run-time parameters for the session, in the order given
    std::string rds_host;              ///< the host to sign a token for; empty: the one to dial
    std::vector<std::string> ignored;  ///< keys of Go's drivers that mean nothing here

    /// Nothing when the key is not there.
    const std::string* find(std::string_view key) const;
    bool operator==(const DataSource&) const = default;
};

/// Reads `key=value …` or a URL as the Go program's drivers do. What the text does not say and
/// libpq would leave to a default that suits no service (keep-alives, encoding, program name) is
/// filled in. Throws Configuration; the message tells key or position, never a value.
DataSource parse_data_source(std::string_view text);

}  // namespace migrator::db::postgresql

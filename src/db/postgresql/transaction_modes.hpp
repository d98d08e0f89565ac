#pragma once

#include <string>
#include <string_view>

#include "db/postgresql/data_source.hpp"

namespace migrator::db::postgresql {

/// How transactions begin: what a data source says of them by `default_transaction_…`, as a
/// parameter of its own or in `options`. Stated in BEGIN, as the defaults of a session that is
/// already in a transaction have no effect on it.
struct TransactionModes {
    std::string isolation = "read committed";
    std::string access;      ///< "read only", "read write"; empty: as the server has it
    std::string deferrable;  ///< "deferrable", "not deferrable"; empty: likewise

    std::string begin() const;
};

/// Throws Configuration for a value that the server would refuse.
TransactionModes transaction_modes(const DataSource& source);

}  // namespace migrator::db::postgresql

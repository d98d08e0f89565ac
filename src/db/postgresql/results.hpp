#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "db/postgresql/server_error.hpp"

namespace migrator::db::postgresql {

/// What the results of one message told, up to its end or its error.
struct Results {
    std::size_t count = 0;                          ///< statements that have run
    std::optional<std::size_t> end_of_transaction;  ///< the one that ended the transaction
    std::string last_tag;

    void add(const PGresult& result) {
        switch (PQresultStatus(&result)) {
            case PGRES_SINGLE_TUPLE:  // a row of a result that is not complete yet
            case PGRES_EMPTY_QUERY:
                return;
            default:
                break;
        }
        const std::string_view tag = command_tag(result);
        // The rows of a query that a rule has added come before the statement's own completion,
        // and without a tag.
        if (tag.empty()) return;
        const bool ends = tag == "COMMIT" || tag == "ROLLBACK" || tag == "PREPARE TRANSACTION";
        if (ends && !end_of_transaction) end_of_transaction = count;
        last_tag = tag;
        ++count;
    }
};

}  // namespace migrator::db::postgresql

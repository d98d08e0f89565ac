#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "db/postgresql/server_error.hpp"
#include "db/sql/session.hpp"

/// Statements of our own that share a message, and how it is told when the server refuses one.
namespace migrator::db::postgresql {

struct OwnStatement {
    enum class Kind : std::uint8_t {
        Plain,
        Setting,    ///< sets the data source's run-time parameter `setting`
        Role,       ///< sets the role of the scripts
        Fence,      ///< fails when the run has lost the migration lock
        ReadOnly,   ///< fails when the transaction can't write
        OwnTables,  ///< fails when a script has changed migrator's own tables
        Rows        ///< writes rows of `migrator_migrations`
    };

    std::string text;
    Kind kind = Kind::Plain;
    std::string setting{};
};

/// The texts as one message.
std::string join(std::span<const OwnStatement> statements);

/// `sql`, one of our own with parameters $1 and so on and no '$' in a quoted text, with
/// `literal(value)` for each of them.
std::string bound(
    std::string_view sql,
    std::span<const sql::Value> parameters,
    const std::function<std::string(std::string_view)>& literal
);

/// What is thrown when the server refuses `statement`: Configuration, Internal, Unavailable. Not
/// for a `Fence`, `ReadOnly` or `OwnTables` that has failed.
Error refused(const OwnStatement& statement, const ServerError& error);

}  // namespace migrator::db::postgresql

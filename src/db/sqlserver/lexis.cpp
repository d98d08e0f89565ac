#include "db/sqlserver/lexis.hpp"

namespace migrator::db::sqlserver {

constinit const script::Lexis kSqlServerLexis{
    .nested_comments = true,
    .bracket_identifiers = true,
};

}  // namespace migrator::db::sqlserver

#include "db/sql/apply/leftovers.hpp"

#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {

void StatefulCode::look(Session& session, const Dialect& dialect) {
    if (!dialect.stateful_code.empty() && query_bool(session, dialect.stateful_code)) {
        is_there_ = true;
    }
}

}  // namespace migrator::db::sql::apply

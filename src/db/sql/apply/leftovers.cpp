#include "db/sql/apply/leftovers.hpp"

#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {

void StatefulCode::look(Session& session, const Dialect& dialect) {
    is_known_ = true;
    if (dialect.stateful_code.empty()) return;
    const auto row = query_row(session, dialect.stateful_code);
    if (!row) return;
    if (is_true(row->at(0))) is_there_ = true;
    if (row->size() > 1 && is_true(row->at(1))) reaches_own_tables_ = true;
}

}  // namespace migrator::db::sql::apply

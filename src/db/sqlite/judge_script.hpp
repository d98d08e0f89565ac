#pragma once

#include <optional>

#include "db/sql/dialect.hpp"

namespace migrator::db::sqlite {

/// `Dialect::judge`: statements that would work in another file than they say, and PRAGMAs without
/// effect, as far as the text shows them. The authorizer of `Connection` finds the others.
std::optional<sql::StatementProblem> judge_script(const sql::JudgedScript& judged);

}  // namespace migrator::db::sqlite

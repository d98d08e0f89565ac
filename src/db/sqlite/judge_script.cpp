#include "db/sqlite/judge_script.hpp"

#include "db/sqlite/places.hpp"

namespace migrator::db::sqlite {

std::optional<sql::StatementProblem> judge_script(const sql::JudgedScript& judged) {
    TemporaryObjects temporary;
    Places places(judged.schema, judged.placeholder, temporary);
    for (const std::string& earlier : judged.temporary) places.judge(earlier, false);
    bool in_transaction = !judged.outside_transaction;
    for (const script::Statement& statement : judged.script.statements) {
        const auto text = judged.text.substr(statement.begin, statement.end - statement.begin);
        if (judged.outside_transaction && (statement.traits & script::kTransactionControl) != 0) {
            in_transaction = (statement.traits & script::kClosesTransaction) == 0;
        }
        Refusal refusal = places.judge(text, in_transaction);
        if (!refusal) continue;
        if (refusal.wants_no_transaction && judged.outside_transaction) {
            refusal.why += "; put it in front of BEGIN";
            refusal.wants_no_transaction = false;
        }
        return sql::StatementProblem{
            &statement, std::move(refusal.why), refusal.wants_no_transaction};
    }
    return std::nullopt;
}

}  // namespace migrator::db::sqlite

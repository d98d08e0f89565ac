#include "db/sql/apply/leftovers.hpp"

#include <utility>

#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::uint32_t kAnything = ~script::kNoTraits;

}  // namespace

void StatefulCode::look(Session& session, const Dialect& dialect) {
    if (!dialect.stateful_code.empty() && query_bool(session, dialect.stateful_code)) {
        is_there_ = true;
    }
}

std::uint32_t Leftovers::undone_before(const script::Script& script) {
    if (code_ == nullptr) return script::kNoTraits;
    // Every INSERT may give a key, our own among them. Few scripts ask for the last one without an
    // INSERT of theirs.
    const std::uint32_t keys = script.traits & script::kReadsKeys;
    return std::exchange(left_, script::kNoTraits) | keys;
}

void Leftovers::add(const script::Script& script) {
    if (code_ == nullptr) return;
    code_->add(script);
    if (!script.sure || code_->is_there()) {
        left_ = kAnything;
    } else if ((script.traits & script::kChangesSession) != 0) {
        left_ |= script.traits;
    }
}

}  // namespace migrator::db::sql::apply

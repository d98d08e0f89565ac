#include "db/sql/apply/interruptions.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "db/sql/apply/units.hpp"

namespace migrator::db::sql::apply {

Interruptions::Interruptions(
    std::vector<TenantState> states, const std::unordered_map<std::string, std::string>* renamed
) {
    for (TenantState& state : states) {
        if (renamed != nullptr) {
            const auto today = renamed->find(state.file);
            if (today != renamed->end()) state.file = today->second;
        }
        if (!state.file.empty()) states_.emplace(state.tenant, std::move(state));
    }
}

const TenantState* Interruptions::of(const Migration& migration, const std::string& schema) const {
    const auto found = states_.find(tenant_of(migration, schema));
    const bool same = found != states_.end() && found->second.file == migration.file;
    return same ? &found->second : nullptr;
}

void Interruptions::check_resumed(const Plan& plan, std::size_t statement) const {
    std::vector<std::string> resumed;
    for (const PlannedFile& file : plan.files) {
        for (const std::string& schema : *file.schemas) {
            if (of(*file.migration, schema) != nullptr) resumed.push_back(schema);
        }
    }
    if (resumed.size() < 2) return;
    throw Error(
        ErrorKind::InvalidRequest,
        fmt::format(
            "--resume-at-statement {}: {} files are unfinished, in {}, {}{}; choose one tenant "
            "with --tenant, or omit the number to resume each file after the last statement known "
            "to have run",
            statement,
            resumed.size(),
            resumed[0],
            resumed[1],
            resumed.size() > 2 ? ", …" : ""
        )
    );
}

}  // namespace migrator::db::sql::apply

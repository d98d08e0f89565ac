#include "db/sql/store/tenant_states.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.hpp"

namespace migrator::db::sql::store {
namespace {

constexpr std::string_view kStateTable = "migrator_tenant_state";
constexpr std::size_t kRowsOfLiterals = 1'000;  // in one statement

}  // namespace

std::vector<TenantState> TenantStates::read(const MetadataShape& shape) {
    std::vector<TenantState> states;
    if (!shape.tenant_state) return states;
    const std::string sql = fmt::format(
        "select tenant, version_id, first_file, state, {}, statement, {}, message, changed from {} "
        "order by tenant",
        tables_.dialect.quote("file"),  // words of the language for some
        tables_.dialect.quote("sqlstate"),
        tables_.name(kStateTable)
    );
    tables_.session.query(sql, {}, [&](const Row& row) {
        states.push_back({
            .tenant = text_of(row[0]),
            .version_id = to_integer(row[1]),
            .first_file = text_of(row[2]),
            .state = text_of(row[3]),
            .file = text_of(row[4]),
            .statement = to_integer(row[5]),
            .sqlstate = text_of(row[6]),
            .message = text_of(row[7]),
            .changed = to_time(row[8]),
        });
    });
    return states;
}

void TenantStates::write(const TenantState& state) {
    execute(
        tables_.session,
        tables_.dialect.upsert_tenant_state,
        {state.tenant,
         std::to_string(state.version_id),
         state.first_file,
         state.state,
         state.file,
         std::to_string(state.statement),
         state.sqlstate,
         to_valid_utf8(state.message)}
    );
}

void TenantStates::plan(
    std::int64_t version_id,
    std::span<const std::string> tenants,
    std::span<const std::string> first_files
) {
    const Dialect& dialect = tables_.dialect;
    if (dialect.literals == nullptr) {
        return execute(
            tables_.session,
            dialect.plan_tenant_states,
            {json_array(tenants), json_array(first_files), std::to_string(version_id)}
        );
    }
    for (std::size_t begin = 0; begin < tenants.size(); begin += kRowsOfLiterals) {
        std::string rows;
        for (std::size_t i = begin; i < std::min(tenants.size(), begin + kRowsOfLiterals); ++i) {
            const std::string pair[] = {tenants[i], first_files[i]};
            rows += fmt::format(
                "{}({}, {}, 'planned', '', 0, '', '', {})",
                rows.empty() ? "" : ", ",
                dialect.literals(std::span<const std::string>(pair)),
                version_id,
                dialect.now_utc
            );
        }
        execute(tables_.session, fmt::format(fmt::runtime(dialect.plan_tenant_states), rows));
    }
}

void TenantStates::plan_again(const std::string& tenant, std::span<const std::string> files) {
    const auto owed = query_row(
        tables_.session,
        fmt::format(
            "select first_file from {} where tenant = {}",
            tables_.name(kStateTable),
            tables_.dialect.placeholder(1)
        ),
        {tenant}
    );
    const bool is_earlier = owed && std::ranges::find(files, *owed->front()) == files.end();
    write(
        {.tenant = tenant,
         .first_file = is_earlier ? *owed->front() : files.front(),
         .state = "planned"}
    );
}

void TenantStates::rename(const std::string& from, const std::string& to) {
    for (const std::string& column : {std::string("first_file"), tables_.dialect.quote("file")}) {
        const std::string sql = fmt::format(
            "update {0} set {1} = {2} where {1} = {3}",
            tables_.name(kStateTable),
            column,
            tables_.dialect.placeholder(1),
            tables_.dialect.placeholder(2)
        );
        execute(tables_.session, sql, {to, from});
    }
}

void TenantStates::lock_row(const std::string& tenant) {
    if (tables_.dialect.lock_tenant_state.empty()) return;
    tables_.session.execute_later(tables_.dialect.lock_tenant_state, Parameters{tenant});
}

void TenantStates::remove(std::span<const std::string> tenants) {
    Parameters parameters;
    // One is looked up by the key alone, and touches no row that another worker has locked.
    const bool is_one = tenants.size() == 1;
    if (is_one) parameters.emplace_back(tenants.front());
    const std::string in_tenants = is_one ? "= " + std::string(tables_.dialect.placeholder(1))
                                          : tables_.in_list(tenants, parameters);
    tables_.session.execute_later(
        fmt::format("delete from {} where tenant {}", tables_.name(kStateTable), in_tenants),
        parameters
    );
}

}  // namespace migrator::db::sql::store

#include "db/sql/store/runs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/time.hpp"
#include "core/utf8.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql::store {
namespace {

/// Runs a write; what the server refuses is most often refused to the role.
template <typename Write>
auto writing(Write&& write) try {
    return write();
} catch (const Error& error) {
    if (error.kind() != ErrorKind::Internal) throw;
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "Could not record the run: {}; grant the role in dataSource write access to the tables "
            "of migrator",
            error.what()
        )
    );
}

Value time_or_null(const std::optional<TimePoint>& time) {
    return time ? Value(format_database_time(*time)) : Value();
}

}  // namespace

void Runs::delete_old() {
    writing([&] { execute(session_, dialect_.delete_old_runs); });
}

bool Runs::insert(const RunRecord& run) {
    const Parameters parameters{
        run.id,
        run.state,
        run.request,
        to_valid_utf8(run.progress),
        std::to_string(run.status),
        to_valid_utf8(run.answer),
        run.owner,
        format_database_time(run.started),
        time_or_null(run.ended)};
    return writing([&] { return query_row(session_, dialect_.insert_run, parameters).has_value(); }
    );
}

bool Runs::update(const RunRecord& run) {
    const Parameters parameters{
        run.id,
        run.state,
        to_valid_utf8(run.progress),
        std::to_string(run.status),
        to_valid_utf8(run.answer),
        time_or_null(run.ended)};
    return writing([&] { return query_bool(session_, dialect_.update_run, parameters); });
}

bool Runs::cancel(const std::string& id) {
    return writing([&] { return query_row(session_, dialect_.cancel_run, {id}).has_value(); });
}

std::string Runs::select(std::string_view rest) const {
    return fmt::format(
        "select id, state, request, progress, status, answer, cancel, owner, started, ended, {} "
        "from {}migrator_runs {}",
        dialect_.run_silence,
        dialect_.prefix,
        rest
    );
}

std::optional<RunRecord> Runs::find(const std::string& id) {
    const std::string sql = select("where id = " + dialect_.placeholder(1));
    const auto row = query_row(session_, sql, {id});
    if (!row) return std::nullopt;
    return to_run(*row);
}

std::unique_ptr<RowSource> Runs::open() {
    return session_.open(select("order by started desc, id desc"), {});
}

RunRecord Runs::to_run(const Row& row) {
    RunRecord run{
        .id = text_of(row.at(0)),
        .state = text_of(row.at(1)),
        .request = text_of(row.at(2)),
        .progress = text_of(row.at(3)),
        .status = static_cast<int>(to_integer(row.at(4))),
        .answer = text_of(row.at(5)),
        .cancel = is_true(row.at(6)),
        .owner = text_of(row.at(7)),
        .started = parse_database_time(text_of(row.at(8)))};
    if (row.at(9)) run.ended = parse_database_time(*row.at(9));
    // The clock may have been set back.
    run.silent_for = std::chrono::seconds(std::max<std::int64_t>(to_integer(row.at(10)), 0));
    return run;
}

}  // namespace migrator::db::sql::store

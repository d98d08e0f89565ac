#include "analysis/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "analysis/estimate.hpp"
#include "analysis/large_tables.hpp"
#include "analysis/mysql_analysis.hpp"
#include "analysis/scratch.hpp"
#include "analysis/sizes.hpp"
#include "analysis/tracer.hpp"
#include "core/count_of.hpp"
#include "core/error.hpp"
#include "db/sql/schema_names.hpp"

namespace migrator::analysis {
namespace {

namespace sql = db::sql;

/// A request for a lock keeps others waiting behind it, as the lock itself does.
constexpr std::chrono::milliseconds kLockTimeout{500};
/// A trace that holds its locks for a small part of the limit is repeated, since one time of a few
/// milliseconds says little where others work.
constexpr std::size_t kRepetitions = 3;
constexpr int kSmallPart = 10;

/// The times of an idle server are the shortest ones.
void keep_shortest(Trace& trace, const Trace& again) {
    if (!again.failure.empty() || again.statements.size() != trace.statements.size()) return;
    for (std::size_t i = 0; i < trace.statements.size(); ++i) {
        trace.statements[i].time = std::min(trace.statements[i].time, again.statements[i].time);
    }
}

class Measurement {
public:
    Measurement(
        sql::Server& server,
        const db::Options& options,
        const Plan& plan,
        const db::TraceRequest& request
    )
        : server_(server),
          options_(options),
          plan_(plan),
          request_(request),
          large_(request.max_bytes) {}

    /// Beside the tenants, or in the server of another database.
    void on_scratch(sql::Server& place, ScratchPlace where, const std::vector<Migration>& sources) {
        note_leftovers(place);
        Scratch scratch(
            place,
            options_,
            {.place = where,
             .lock_timeout = lock_timeout(),
             .maker = request_.maker,
             .stop = request_.stop}
        );
        std::unordered_set<const Migration*> planned;
        std::vector<const Migration*> files;
        for (const PlannedFile& file : plan_.files) {
            planned.insert(file.migration);
            files.push_back(file.migration);
        }
        for (const Migration& source : sources) {
            if (!is_script(source.type) && !planned.contains(&source)) scratch.build(source);
        }
        Trace trace = scratch.trace(files);
        scratch.drop();
        large_.learn(trace);
        if (!trace.failure.empty()) add_problem(trace, "in the scratch schema");
        if (where == ScratchPlace::SameDatabase) note_single_files();
        report_.scratch = std::move(trace);
    }

    void on_tenants() {
        if (!report_.scratch) note_single_files();
        const auto session = server_.connect();
        const sql::SchemaNames names(*session, server_.dialect(), options_, tenant_files());
        std::vector<std::string> schemas;  // of all for whom something is planned, in their order
        std::map<std::string, std::string> tenants;  // by schema
        const auto with_files = tenants_with_files();
        for (const std::string& tenant : plan_.tenants) {
            if (!with_files.contains(tenant)) continue;
            schemas.push_back(names.schema_of(tenant));
            tenants[schemas.back()] = tenant;
        }
        const auto sizes = read_sizes(*session, schemas);
        std::vector<std::string> wanted;
        for (const std::string& tenant : request_.on) {
            if (!with_files.contains(tenant)) {
                report_.notes.push_back(fmt::format("nothing is pending for {}", tenant));
            } else {
                wanted.push_back(names.schema_of(tenant));
            }
        }
        // The small ones show which statements rewrite tables, before the large ones are reached.
        for (const std::string& schema : spread_over_sizes(sizes, wanted, request_.sample)) {
            const auto found = sizes.find(schema);
            trace_tenant(
                schema, tenants.at(schema), found == sizes.end() ? TableSizes() : found->second
            );
        }
        if (!report_.traces.empty()) {
            report_.estimate = estimate(report_.traces, sizes, schemas, workers());
        }
    }

    TraceReport take_report() { return std::move(report_); }

private:
    /// `left_something_out`: whether a statement did not run for the size of a table.
    Trace trace_once(
        const std::string& schema,
        const std::string& tenant,
        const TableSizes& sizes,
        bool& left_something_out
    ) {
        const auto work = server_.connect();
        const auto observer = server_.connect();
        work->watch(request_.stop);
        sql::apply::Scripts scripts(server_.dialect(), options_);
        Tracer tracer(
            *work,
            *observer,
            scripts,
            {.lock_timeout = lock_timeout(),
             .max_hold = request_.max_hold,
             .role = options_.set_role}
        );
        tracer.keep_sequences();
        tracer.object([&](const std::string& file, std::size_t number, std::string_view text) {
            std::string why = large_.objection(file, number, text, sizes);
            left_something_out = left_something_out || !why.empty();
            return why;
        });
        return tracer.run(schema, files_of(tenant));
    }

    void trace_tenant(
        const std::string& schema, const std::string& tenant, const TableSizes& sizes
    ) {
        bool left_something_out = false;
        Trace trace = trace_once(schema, tenant, sizes, left_something_out);
        for (std::size_t i = 0; i < kRepetitions && trace.failure.empty(); ++i) {
            if (trace.held * kSmallPart > request_.max_hold) break;
            keep_shortest(trace, trace_once(schema, tenant, sizes, left_something_out));
        }
        large_.learn(trace);
        for (const TracedStatement& statement : trace.statements) {
            for (const std::string& sequence : statement.advanced) {
                report_.notes.push_back(fmt::format(
                    "{} has given away values to the trace of {}, which no rollback takes back",
                    sequence,
                    tenant
                ));
            }
        }
        if (!trace.failure.empty()) {
            const std::string where = "on tenant " + tenant;
            if (trace.is_timed_out || left_something_out) {
                report_.notes.push_back(sentence(trace, where));
            } else {
                add_problem(trace, where);
            }
        }
        report_.traces.push_back(std::move(trace));
    }

    std::vector<TracedFile> files_of(const std::string& tenant) const {
        std::vector<TracedFile> files;
        for (const PlannedFile& file : plan_.files) {
            if (!is_for_tenants(file.migration->type)) continue;
            if (std::ranges::find(*file.schemas, tenant) == file.schemas->end()) continue;
            files.push_back({file.migration, tenant});
        }
        return files;
    }

    std::unordered_set<std::string> tenants_with_files() const {
        std::unordered_set<std::string> tenants;
        for (const PlannedFile& file : plan_.files) {
            if (!is_for_tenants(file.migration->type)) continue;
            tenants.insert(file.schemas->begin(), file.schemas->end());
        }
        return tenants;
    }

    std::vector<const Migration*> tenant_files() const {
        std::vector<const Migration*> files;
        for (const PlannedFile& file : plan_.files) {
            if (is_for_tenants(file.migration->type)) files.push_back(file.migration);
        }
        return files;
    }

    static std::string sentence(const Trace& trace, const std::string& where) {
        if (trace.statements.empty()) {
            return fmt::format("the trace {} stopped: {}", where, trace.failure);
        }
        const TracedStatement& last = trace.statements.back();
        return fmt::format(
            "the trace {} stopped at {} line {}: {}", where, last.file, last.line, trace.failure
        );
    }

    void add_problem(const Trace& trace, const std::string& where) {
        report_.problems.push_back(sentence(trace, where));
    }

    void note_single_files() {
        const std::int64_t files = std::ranges::count_if(plan_.files, [](const PlannedFile& file) {
            return !is_for_tenants(file.migration->type);
        });
        if (files == 0) return;
        report_.notes.push_back(fmt::format(
            "{} of single schemas not traced: --scratch-source traces them in another database",
            count_of(files, "file", "files")
        ));
    }

    void note_leftovers(sql::Server& place) {
        const auto session = place.connect();
        for (std::string& left : left_by_scratch(*session)) {
            report_.notes.push_back(std::move(left));
        }
    }

    std::chrono::milliseconds lock_timeout() const {
        const auto configured = options_.ddl_lock_timeout.value_or(kLockTimeout);
        // 0 is no limit at all.
        return configured.count() == 0 ? kLockTimeout : std::min(configured, kLockTimeout);
    }

    std::size_t workers() const {
        const auto atomicity = options_.atomicity.value_or(server_.dialect().default_atomicity);
        return atomicity == db::Atomicity::Version ? 1 : options_.parallelism;
    }

    sql::Server& server_;
    const db::Options& options_;
    const Plan& plan_;
    const db::TraceRequest& request_;
    LargeTables large_;
    TraceReport report_;
};

}  // namespace

TraceReport measure(
    sql::Server& server,
    const OpenServer& open_server,
    const db::Options& options,
    const Plan& plan,
    const std::vector<Migration>& sources,
    const db::TraceRequest& request
) {
    if (server.dialect().rules == sql::AnalysisRules::Mysql) {
        check_mysql_request(request);
        TraceReport report;
        report.notes.emplace_back(
            "Nothing was traced: on MySQL and MariaDB --scratch asks the server how it would "
            "change tables, and the findings tell"
        );
        return report;
    }
    if (!server.dialect().can_be_traced) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "files can be traced on PostgreSQL only, not on {}: it shows the locks of a "
                "transaction, and rolls back all that a migration does",
                server.dialect().name
            )
        );
    }
    Measurement measurement(server, options, plan, request);
    if (!request.scratch_source.empty()) {
        db::Options other = options;
        other.data_source = request.scratch_source;
        other.renewed_data_source = nullptr;
        const auto place = open_server(other);
        measurement.on_scratch(*place, ScratchPlace::OtherDatabase, sources);
    } else if (request.scratch) {
        measurement.on_scratch(server, ScratchPlace::SameDatabase, sources);
    }
    if (!request.on.empty()) measurement.on_tenants();
    return measurement.take_report();
}

}  // namespace migrator::analysis

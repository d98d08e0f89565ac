#include "analysis/scratch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/random_id.hpp"
#include "core/time.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"
#include "script/script.hpp"

namespace migrator::analysis {
namespace {

namespace sql = db::sql;

constexpr std::string_view kSchemaPrefix = "migrator_scratch_";
constexpr std::string_view kCommentBegins = "scratch schema of migrator";
constexpr std::string_view kMarker = "migrator:no-transaction";

/// What transactions have made or changed since the one of this number began, as far as the
/// session sees it. Two sessions see the same but for what one of them has not committed.
constexpr std::string_view kMade = R"(
select kind || ' ' || name, id
from (
  select 'relation' as kind, n.nspname || '.' || c.relname as name, n.nspname as schema,
         c.xmin as x, c.oid::text || '/' || c.xmin as id
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  union all
  select 'function', n.nspname || '.' || p.proname, n.nspname, p.xmin, p.oid || '/' || p.xmin
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  union all
  select 'type', n.nspname || '.' || t.typname, n.nspname, t.xmin, t.oid || '/' || t.xmin
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where t.typtype in ('d', 'e', 'r')
  union all
  select 'schema', n.nspname, n.nspname, n.xmin, n.oid || '/' || n.xmin
  from pg_catalog.pg_namespace n
  union all
  select 'extension', e.extname, '', e.xmin, e.oid || '/' || e.xmin
  from pg_catalog.pg_extension e
) o
where pg_catalog.age(x) <= pg_catalog.age($1::pg_catalog.xid)
  and schema !~ '^pg_(toast|temp)'
  and schema not in (select pg_catalog.jsonb_array_elements_text($2::pg_catalog.jsonb))
order by 1)";

constexpr std::string_view kTransaction =
    "select (pg_catalog.txid_current() % 4294967296)::pg_catalog.text";

/// What is in a database that nobody has used; extensions and what belongs to them may be there.
constexpr std::string_view kContents = R"(
select 'schema ' || n.nspname from pg_catalog.pg_namespace n
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
  and not exists (select from pg_catalog.pg_depend d
                  where d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                    and d.objid = n.oid and d.deptype = 'e')
union all
select 'relation ' || n.nspname || '.' || c.relname
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  and not exists (select from pg_catalog.pg_depend d
                  where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    and d.objid = c.oid and d.deptype = 'e')
order by 1 limit 1)";

constexpr std::string_view kLeft = R"(
select n.nspname, pg_catalog.obj_description(n.oid, 'pg_namespace')
from pg_catalog.pg_namespace n
where pg_catalog.starts_with(pg_catalog.obj_description(n.oid, 'pg_namespace'), $1)
order by 1)";

std::string quoted_schema(const std::string& name) { return '"' + sql::doubled(name, '"') + '"'; }

std::string generated_name() {
    std::string id = random_uuid();
    std::erase(id, '-');
    return std::string(kSchemaPrefix) + id.substr(0, 16);
}

void blank(std::string& text, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
        if (text[i] != '\n') text[i] = ' ';
    }
}

/// The file as it can run in a transaction on empty tables. What is left out makes nothing that a
/// later file could miss.
Migration for_empty_tables(const Migration& migration, const sql::Dialect& dialect) {
    Migration result = migration;
    const script::Script script = dialect.scan(migration.contents, dialect.lexis, true);
    for (const script::Statement& statement : script.statements) {
        if ((statement.traits & script::kRefusesTransaction) == 0) continue;
        const std::string text =
            lower_case(std::string_view(migration.contents)
                           .substr(statement.begin, statement.end - statement.begin));
        const std::size_t word = text.find("concurrently");
        if (word != std::string::npos && !text.starts_with("alter")) {
            const std::size_t begin = statement.begin + word;
            blank(result.contents, begin, begin + std::string_view("concurrently").size());
        } else if (text.starts_with("vacuum") || text.starts_with("reindex") || text.starts_with("cluster")) {
            blank(result.contents, statement.begin, statement.end);
        }
    }
    if (script.no_transaction_marker) {
        const std::size_t marker = result.contents.find(kMarker);
        if (marker != std::string::npos) {
            blank(result.contents, marker, marker + kMarker.size());
        }
    }
    return result;
}

db::Options without_exceptions(db::Options options) {
    options.no_transaction.clear();
    return options;
}

}  // namespace

Scratch::Scratch(sql::Server& server, const db::Options& options, ScratchOptions scratch)
    : server_(server),
      options_(without_exceptions(options)),
      scratch_(std::move(scratch)),
      schema_(generated_name()) {
    if (scratch_.place == ScratchPlace::OtherDatabase) {
        const auto found = sql::query_row(*connect(), kContents);
        if (found) {
            throw Error(
                ErrorKind::Configuration,
                fmt::format(
                    "the database of --scratch-source is not empty: it has {}",
                    sql::text_of(found->front())
                )
            );
        }
    }
    schemas_.insert(schema_);
    make_schema(schema_);
}

Scratch::~Scratch() {
    try {
        drop();
    } catch (const std::exception& error) {
        log::warn(fmt::format(
            "Could not drop what is left of a scratch schema, do it by hand: drop schema {} "
            "cascade: "
            "{}",
            fmt::join(made_, ", "),
            error.what()
        ));
    }
}

std::unique_ptr<sql::Session> Scratch::connect() {
    auto session = server_.connect();
    session->watch(scratch_.stop);
    return session;
}

std::string Scratch::comment_on(const std::string& schema) const {
    const std::string text =
        fmt::format("{}, made by {}; drop it when that has ended", kCommentBegins, scratch_.maker);
    return fmt::format(
        "comment on schema {} is '{}'", quoted_schema(schema), sql::doubled(text, '\'')
    );
}

/// In the open transaction, as whom the files run.
void Scratch::run_text(sql::Session& session, const std::string& text) const {
    const sql::Dialect& dialect = server_.dialect();
    const script::Script script = dialect.scan(text, dialect.lexis, true);
    const sql::ScriptRun run{.text = text, .script = &script};
    if (const auto failure = session.run_scripts({&run, 1})) {
        throw Error(ErrorKind::MigrationFailed, "scratch schema: " + failure->message);
    }
}

void Scratch::make_schema(const std::string& name) {
    const auto session = connect();
    sql::Transaction transaction(*session, settings(), "");
    run_text(*session, fmt::format("create schema {}", quoted_schema(name)));
    run_text(*session, comment_on(name));
    session->reset();
    transaction.commit_or_throw();
    made_.insert(name);
}

sql::WorkSettings Scratch::settings() const {
    return {.lock_timeout = scratch_.lock_timeout, .role = options_.set_role};
}

bool Scratch::leaves_out(const Migration& migration) const {
    return scratch_.place == ScratchPlace::SameDatabase && !is_for_tenants(migration.type);
}

TracedFile Scratch::placed(const Migration& migration) const {
    if (is_for_tenants(migration.type)) return {&migration, schema_};
    return {&migration, std::string(schema_of_directory(migration.source_dir))};
}

/// Its schema may be changed. Is there already, or the file makes it, or it is made for it.
void Scratch::allow(const TracedFile& file) {
    schemas_.insert(file.schema);
    if (made_.contains(file.schema)) return;
    const sql::Dialect& dialect = server_.dialect();
    const auto traits = dialect.scan(file.migration->contents, dialect.lexis, true).traits;
    if ((traits & script::kCreatesSchema) == 0) make_schema(file.schema);
}

/// Why the statement can't be allowed; empty: it can.
std::string Scratch::outside(const TracedStatement& statement) const {
    for (const TouchedTable& table : statement.touched) {
        if (table.rows_changed == 0 || schemas_.contains(table.schema)) continue;
        return fmt::format(
            "it writes to {}.{}, which is outside the scratch schema", table.schema, table.name
        );
    }
    for (const std::string& sequence : statement.advanced) {
        if (schemas_.contains(sequence.substr(0, sequence.find('.')))) continue;
        return fmt::format("it takes values of {}, which is outside the scratch schema", sequence);
    }
    for (const RelationLock& lock : statement.locks) {
        if (schemas_.contains(lock.schema)) continue;
        if (lock.mode == "AccessShareLock" || lock.mode == "RowShareLock" ||
            lock.mode == "RowExclusiveLock") {
            continue;
        }
        return fmt::format(
            "it locks {}.{}, which is outside the scratch schema, in {} mode",
            lock.schema,
            lock.relation,
            mode_for_people(lock.mode)
        );
    }
    return {};
}

Trace Scratch::guarded(const std::vector<TracedFile>& files) {
    const auto work = connect();
    const auto observer = connect();
    sql::apply::Scripts scripts(server_.dialect(), options_);
    Tracer tracer(
        *work,
        *observer,
        scripts,
        {.lock_timeout = scratch_.lock_timeout, .role = options_.set_role}
    );
    tracer.judge([this](const TracedStatement& statement) { return outside(statement); });
    tracer.judge_at_end([&](sql::Session& session) -> std::string {
        const std::string number =
            sql::text_of(sql::query_row(session, kTransaction).value().front());
        const std::vector<std::string> allowed(schemas_.begin(), schemas_.end());
        const std::vector<sql::Value> parameters = {number, sql::json_array(allowed)};
        std::set<std::string> of_others;
        observer->query(kMade, parameters, [&](const sql::Row& row) {
            of_others.insert(sql::text_of(row[1]));
        });
        std::string made;
        session.query(kMade, parameters, [&](const sql::Row& row) {
            if (made.empty() && !of_others.contains(sql::text_of(row[1]))) {
                made = sql::text_of(row[0]);
            }
        });
        if (made.empty()) return {};
        return fmt::format("it makes or changes the {}, outside the scratch schema", made);
    });
    return tracer.run(schema_, files);
}

void Scratch::build(const Migration& migration) {
    if (leaves_out(migration)) return;
    const Migration changed = for_empty_tables(migration, server_.dialect());
    const TracedFile file = placed(changed);
    allow(file);
    const Trace trace = guarded({file});
    const auto refuse = [&](const std::string& why) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format("{} can't be part of the scratch schema: {}", migration.name, why)
        );
    };
    for (const TracedStatement& statement : trace.statements) {
        if (statement.not_traced.empty()) continue;
        refuse(fmt::format(
            "\"{}\" in line {} {}", statement.text, statement.line, statement.not_traced
        ));
    }
    if (!trace.failure.empty()) {
        const auto line = trace.statements.empty() ? 0 : trace.statements.back().line;
        refuse(fmt::format("line {}: {}", line, trace.failure));
    }
    run(file);
}

/// For good.
void Scratch::run(const TracedFile& file) {
    const auto session = connect();
    sql::Transaction transaction(*session, settings(), "");
    sql::apply::Scripts scripts(server_.dialect(), options_);
    const auto prepared =
        scripts.prepare(*file.migration, file.schema, session->standard_conforming_strings());
    const sql::ScriptRun script{.text = prepared.text, .script = prepared.script.get()};
    if (const auto failure = session->run_scripts({&script, 1})) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format("{}: {}", file.migration->name, failure->message)
        );
    }
    session->reset();
    if (made_.insert(file.schema).second) run_text(*session, comment_on(file.schema));
    transaction.commit_or_throw();
}

Trace Scratch::trace(const std::vector<const Migration*>& files) {
    std::vector<TracedFile> placed_files;
    for (const Migration* migration : files) {
        if (leaves_out(*migration)) continue;
        placed_files.push_back(placed(*migration));
        allow(placed_files.back());
    }
    return guarded(placed_files);
}

void Scratch::drop() {
    if (made_.empty()) return;
    // Not to be cancelled with what runs: it has to take place.
    const auto session = server_.connect();
    while (!made_.empty()) {
        const std::string name = *made_.begin();
        sql::Transaction transaction(*session, settings(), "");
        run_text(*session, fmt::format("drop schema {} cascade", quoted_schema(name)));
        session->reset();
        transaction.commit_or_throw();
        made_.erase(name);
    }
}

std::vector<std::string> left_by_scratch(sql::Session& session) {
    std::vector<std::string> result;
    session.query(
        kLeft,
        std::vector<sql::Value>{std::string(kCommentBegins)},
        [&](const sql::Row& row) {
            result.push_back(fmt::format(
                "schema {} is a {}: drop schema {} cascade",
                sql::text_of(row[0]),
                sql::text_of(row[1]),
                quoted_schema(sql::text_of(row[0]))
            ));
        }
    );
    return result;
}

}  // namespace migrator::analysis

#include "support/fake_server.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {

using db::sql::Failure;
using db::sql::Parameters;
using db::sql::Row;
using db::sql::RowSource;
using db::sql::Value;

namespace {

constexpr std::string_view kPassing = "PASS1 40001";

constexpr std::array<db::sql::WaitQuery, 2> kWaits = {{{.sql = "denied"}, {.sql = "waits"}}};

std::string sqlstate_of(Fault fault) {
    if (fault == Fault::Passing) return "PASS1";
    return fault == Fault::Collides ? "40001" : "";
}

using Change = std::function<void(FakeTables&)>;

class FakeRows : public RowSource {
public:
    explicit FakeRows(std::vector<Row> rows) : rows_(std::move(rows)) {}
    bool next(Row& row) override {
        if (next_ == rows_.size()) return false;
        row = rows_[next_++];
        return true;
    }

private:
    const std::vector<Row> rows_;
    std::size_t next_ = 0;
};

/// The texts of a JSON array of plain strings.
std::vector<std::string> texts_of(const std::string& json) {
    std::vector<std::string> texts;
    for (std::size_t at = json.find('"'); at != std::string::npos; at = json.find('"', at + 1)) {
        const std::size_t end = json.find('"', at + 1);
        texts.push_back(json.substr(at + 1, end - at - 1));
        at = end;
    }
    return texts;
}

std::string number(std::int64_t value) { return std::to_string(value); }

/// The number behind `word` in a statement.
std::int64_t number_behind(std::string_view sql, std::string_view word) {
    const std::size_t at = sql.find(word);
    return at == std::string_view::npos ? 0 : std::stoll(std::string(sql.substr(at + word.size())));
}

}  // namespace

class FakeSession : public db::sql::Session {
public:
    explicit FakeSession(FakeServer& server)
        : server_(server), id_(std::to_string(++server.sessions_)) {}
    ~FakeSession() override { close_transaction(); }
    FakeSession(const FakeSession&) = delete;
    FakeSession& operator=(const FakeSession&) = delete;

    std::unique_ptr<RowSource> open(std::string_view sql, std::span<const Value> parameters)
        override {
        send_waiting();
        const Fault fault = called(sql);
        const bool unheard = fault == Fault::Unheard;
        if (!unheard) throw_if(fault, sql);
        const std::vector<std::string> values = texts(parameters);
        auto rows = answer(sql, values);
        if (unheard) throw_if(fault, sql);
        return std::make_unique<FakeRows>(std::move(rows));
    }
    void execute_later(std::string_view sql, std::span<const Value> parameters) override {
        waiting_.push_back({std::string(sql), {parameters.begin(), parameters.end()}});
    }
    void send_waiting() override {
        auto waiting = std::exchange(waiting_, {});
        for (const auto& [sql, parameters] : waiting) open(sql, parameters);
    }
    bool is_lost() const noexcept override { return lost_; }
    void watch(std::stop_token stop) override { stop_ = std::move(stop); }
    std::string id() const override { return id_; }
    void observe(db::sql::Observer* observer) override { observer_ = observer; }
    void use_schemas(std::span<const std::string> schemas) override {
        schemas_ = {schemas.begin(), schemas.end()};
    }

    void begin(const db::sql::WorkSettings&, std::string_view run_id) override {
        throw_if(called("begin"), "begin");
        if (!run_id.empty() && server_.tables().run_id != run_id) {
            throw Error(ErrorKind::Locked, "lost the migration lock to another run");
        }
        open_ = true;
        const std::lock_guard lock(server_.mutex_);
        server_.most_at_work_ = std::max(server_.most_at_work_, ++server_.at_work_);
    }
    std::optional<Failure> run_scripts(std::span<const db::sql::ScriptRun> scripts) override {
        send_waiting();
        count_message();
        for (const db::sql::ScriptRun& script : scripts) {
            if (auto failure = run(script, 0, [] {})) return failure;
        }
        return std::nullopt;
    }
    std::optional<Failure> run_without_transaction(
        const db::sql::ScriptRun& script,
        const db::sql::WorkSettings&,
        const std::function<void(std::size_t statements)>& done
    ) override {
        std::size_t statements = 0;
        return run(script, 0, [&] {
            commit_changes();
            done(++statements);
        });
    }
    std::optional<Failure>
    run_recorded(const db::sql::VersionRow& version, std::span<const db::sql::RecordedScript> scripts, const db::sql::WorkSettings&)
        override {
        count_message();
        for (const db::sql::RecordedScript& script : scripts) {
            const auto& row = script.row;
            std::size_t done = script.skipped;
            auto failure = run(script.run, script.skipped, [&] {
                ++done;
                commit_changes();
            });
            if (failure) {
                failure->kept = failure->connection_lost ? 0 : done;
                failure->may_repeat = !failure->sqlstate.empty() && done == 0;
                return failure;
            }
            changes_.push_back([&version, &script, &row](FakeTables& tables) {
                tables.versions.emplace(version.id, version.name);
                tables.rows.push_back({version.id, row.migration->file, *row.schema});
                if (script.ends_tenant) tables.states.erase(script.tenant);
            });
            const Fault fault = called("commit");
            if (fault == Fault::None || fault == Fault::Unheard) commit_changes();
            changes_.clear();
            if (fault != Fault::None) return failed(fault, script.run.step, 0, 0, "commit");
        }
        return std::nullopt;
    }

    std::size_t most_workers() const override { return server_.most_workers; }
    std::size_t max_message_bytes() const override { return server_.max_message_bytes; }
    bool through_pooler() override { return server_.through_pooler; }
    void reset() override { throw_if(called("reset"), "reset"); }
    void forbid_own_tables(bool makes_tenant, const std::string& otherwise) override {
        called(makes_tenant ? "forbid own tables but a tenant" : "forbid own tables");
        if (server_.changes_own_tables) throw Error(ErrorKind::MigrationFailed, otherwise);
    }
    void insert_rows(
        std::int64_t version_id, const std::string&, std::span<const db::sql::MetadataRow> rows
    ) override {
        send_waiting();
        throw_if(called("rows"), "rows");
        for (const db::sql::MetadataRow& row : rows) {
            changes_.push_back([recorded = FakeTables::Recorded{
                                    version_id, row.migration->file, *row.schema}](auto& tables) {
                tables.rows.push_back(recorded);
            });
        }
    }
    std::optional<Failure> commit() override {
        send_waiting();
        const Fault fault = called("commit");
        if (fault == Fault::None || fault == Fault::Unheard) commit_changes();
        close_transaction();
        if (fault == Fault::None) return std::nullopt;
        return failed(fault, 0, 0, 0, "commit");
    }
    void rollback() noexcept override {
        called("rollback");
        waiting_.clear();
        close_transaction();
    }
    bool standard_conforming_strings() const override { return true; }

private:
    static std::vector<std::string> texts(std::span<const Value> parameters) {
        std::vector<std::string> values;
        for (const Value& value : parameters) values.push_back(value.value_or(""));
        return values;
    }
    Fault called(std::string_view call) {
        const Fault fault = lost_ ? Fault::Lost : server_.called(call);
        if (fault == Fault::Lost || fault == Fault::Unheard) lost_ = true;
        return fault;
    }
    static void throw_if(Fault fault, std::string_view call) {
        if (fault == Fault::None) return;
        const bool lost = fault == Fault::Lost || fault == Fault::Unheard;
        throw Error(
            lost ? ErrorKind::Unavailable : ErrorKind::Internal,
            std::string(lost ? "lost at " : "refused ") + std::string(call)
        );
    }
    static Failure failed(
        Fault fault,
        std::size_t step,
        std::size_t statement,
        std::uint32_t line,
        std::string_view what
    ) {
        const bool lost = fault == Fault::Lost || fault == Fault::Unheard;
        return {
            .step = step,
            .statement = statement,
            .line = line,
            .message = std::string(lost ? "lost at " : "refused ") + std::string(what),
            .sqlstate = sqlstate_of(fault),
            .connection_lost = lost,
            .lock_timed_out = fault == Fault::Passing};
    }
    /// Calls `done` behind each statement.
    template <typename Done>
    std::optional<Failure> run(
        const db::sql::ScriptRun& script, std::size_t skipped, const Done& done
    ) {
        const auto& statements = script.script->statements;
        if (script.undone != script::kNoTraits) called("undo");
        for (std::size_t i = skipped; i < statements.size(); ++i) {
            const std::string statement(script.text.piece(statements[i].begin, statements[i].end));
            const db::sql::SentPart part{&script, i, 1};
            const db::sql::Observed observed(
                observer_, {.session = id_, .parts = {&part, 1}, .is_told_of_each = true}
            );
            Fault fault = called("run " + statement);
            if (stop_.stop_requested()) fault = Fault::Refused;
            if (fault == Fault::None || fault == Fault::Unheard) {
                changes_.push_back([statement](FakeTables& tables) {
                    tables.effects.push_back(statement);
                });
            }
            if (fault == Fault::Unheard) done();
            if (fault != Fault::None) {
                return failed(fault, script.step, i + 1, statements[i].line, statement);
            }
            done();
            if (observer_ == nullptr || !server_.notices) continue;
            for (const Notice& notice : server_.notices(statement)) {
                observer_->said(script, notice);
            }
        }
        return std::nullopt;
    }
    void count_message() {
        const std::lock_guard lock(server_.mutex_);
        ++server_.messages_;
    }
    void commit_changes() {
        const std::lock_guard lock(server_.mutex_);
        for (const Change& change : changes_) change(server_.tables_);
        changes_.clear();
    }
    void close_transaction() noexcept {
        changes_.clear();
        if (!std::exchange(open_, false)) return;
        const std::lock_guard lock(server_.mutex_);
        --server_.at_work_;
    }
    FakeTables seen() const {
        FakeTables tables = server_.tables();
        for (const Change& change : changes_) change(tables);
        return tables;
    }
    /// Changes at once where no transaction is open.
    void change(Change change) {
        changes_.push_back(std::move(change));
        if (!open_) commit_changes();
    }

    std::vector<Row> answer(std::string_view sql, const std::vector<std::string>& values) {
        const FakeTables tables = seen();
        const auto begins = [&](std::string_view text) { return sql.starts_with(text); };
        const auto found = [](bool is_there) {
            return is_there ? std::vector<Row>{{"1"}} : std::vector<Row>{};
        };
        if (sql == "shape") return {Row(11, Value("1"))};
        if (sql == "next version") {
            return {{number(tables.versions.empty() ? 1 : tables.versions.rbegin()->first + 1)}};
        }
        if (sql == "fence is free") return {{server_.fence_is_free ? "1" : "0"}};
        if (sql == "waits" || sql == "denied") return server_.waits;
        if (sql == "session fence") return {{"1"}};
        if (sql == "stateful code") {
            return {{server_.has_stateful_code ? "1" : "0", server_.has_code_on_own ? "1" : "0"}};
        }
        if (sql == "free connections") {
            return {{number(static_cast<std::int64_t>(server_.free_connections))}};
        }
        if (sql == "broken objects") {
            std::vector<Row> rows;
            for (const std::string& object : server_.broken_objects) {
                rows.push_back({object, "drop it"});
            }
            return rows;
        }
        if (begins("select now")) return {{"2026-11-28 12:00:00"}};
        if (sql == "insert version") {
            change([values](FakeTables& t) { t.versions.emplace(std::stoll(values[0]), values[1]); }
            );
            return {};
        }
        if (sql == "write state") {
            change([values](FakeTables& t) {
                t.states[values[0]] = {
                    .tenant = values[0],
                    .version_id = std::stoll(values[1]),
                    .first_file = values[2],
                    .state = values[3],
                    .file = values[4],
                    .statement = std::stoll(values[5]),
                    .sqlstate = values[6],
                    .message = values[7]};
            });
            return {};
        }
        if (sql == "plan states") {
            change([tenants = texts_of(values[0]), files = texts_of(values[1]), values](auto& t) {
                for (std::size_t i = 0; i < tenants.size(); ++i) {
                    t.states[tenants[i]] = {
                        .tenant = tenants[i],
                        .version_id = std::stoll(values[2]),
                        .first_file = files[i],
                        .state = "planned"};
                }
            });
            return {};
        }
        if (sql == "lock state") return {};
        if (begins("delete from migrator_tenant_state")) {
            const bool is_one = sql.find("tenant = ") != std::string::npos;
            const auto tenants = is_one ? std::vector{values[0]} : texts_of(values[0]);
            change([tenants](FakeTables& t) {
                for (const std::string& tenant : tenants) t.states.erase(tenant);
            });
            return {};
        }
        if (begins("select 1 from migrator_lock")) return found(values[0] == tables.run_id);
        if (begins("select owner, since from migrator_lock")) return {{"somebody", "noon"}};
        if (begins("select 1 from migrator_migrations")) {
            const FakeTables::Recorded row{
                number_behind(sql, "version_id = "), values[0], values[1]};
            return found(std::ranges::find(tables.rows, row) != tables.rows.end());
        }
        if (begins("select 1 from migrator_tenants")) {
            return found(std::ranges::find(tables.tenants, values[0]) != tables.tenants.end());
        }
        if (begins("select name from migrator_tenants")) {
            std::vector<Row> rows;
            for (const std::string& tenant : tables.tenants) rows.push_back({tenant});
            return rows;
        }
        if (begins("insert into migrator_tenants")) {
            change([values](FakeTables& t) { t.tenants.push_back(values[0]); });
            return {};
        }
        if (begins("select tenant, version_id, first_file")) {
            std::vector<Row> rows;
            for (const auto& [tenant, state] : tables.states) {
                rows.push_back(
                    {tenant,
                     number(state.version_id),
                     state.first_file,
                     state.state,
                     state.file,
                     number(state.statement),
                     state.sqlstate,
                     state.message,
                     {}}
                );
            }
            return rows;
        }
        if (begins("select first_file from migrator_tenant_state")) {
            const auto state = tables.states.find(values[0]);
            if (state == tables.states.end()) return {};
            return {{state->second.first_file}};
        }
        if (begins("select id, name, created from migrator_versions")) {
            std::vector<Row> rows;
            for (const auto& [id, name] : tables.versions) {
                if (id == number_behind(sql, "where id = ")) rows.push_back({number(id), name, {}});
            }
            return rows;
        }
        if (begins("select id, version_id, name")) {
            std::vector<Row> rows;
            for (const auto& row : tables.rows) {
                rows.push_back(
                    {"1",
                     number(row.version_id),
                     row.file,
                     "dir",
                     row.file,
                     "2",
                     row.schema,
                     {},
                     {}}
                );
            }
            return rows;
        }
        throw Error(ErrorKind::Internal, "the fake server does not know: " + std::string(sql));
    }

    FakeServer& server_;
    const std::string id_;
    db::sql::Observer* observer_ = nullptr;
    std::stop_token stop_;
    std::vector<std::string> schemas_;
    std::vector<Change> changes_;  ///< of the open transaction
    std::vector<std::pair<std::string, Parameters>> waiting_;
    bool open_ = false;
    bool lost_ = false;
};

FakeServer::FakeServer() {
    dialect_.name = "Fake";
    dialect_.default_atomicity = db::Atomicity::Version;
    dialect_.allows_version_atomicity = true;
    dialect_.version_ids_survive_rollback = true;
    dialect_.placeholder = [](int) { return std::string("?"); };
    dialect_.quote = [](std::string_view name) { return std::string(name); };
    dialect_.json_list = "{}";
    dialect_.now_utc = "now";
    dialect_.create_schema = [](const SchemaName& name) { return "create schema " + name.str(); };
    dialect_.shape_query = "shape";
    dialect_.next_version_id = "next version";
    dialect_.insert_version = "insert version";
    dialect_.upsert_tenant_state = "write state";
    dialect_.plan_tenant_states = "plan states";
    dialect_.lock_tenant_state = "lock state";
    dialect_.passing_sqlstates = kPassing;
    dialect_.waits = kWaits;
    dialect_.waits_right = "grant more";
    dialect_.fence_is_free = "fence is free";
    dialect_.session_fence = "session fence";
    dialect_.free_connections = "free connections";
    dialect_.broken_objects = "broken objects";
    dialect_.why_forbidden = "it is forbidden";
    static constexpr script::Lexis::Rule kRules[] = {
        {"begin", script::kTransactionControl | script::kOpensTransaction},
        {"commit", script::kTransactionControl | script::kClosesTransaction},
        {"vacuum", script::kRefusesTransaction},
        {"attach", script::kForbidden},
        {"lock tables", script::kLocksTables},
        {"set", script::kChangesSession},
        {"key", script::kReadsKeys},
        {"code", script::kMakesStatefulCode},
        {"bind", script::kBoundToTransaction},
        {"unbind", script::kUndoesBound},
        {"seed", script::kBoundToSession},
        {"go", script::kChangesSession | script::kMovesPath},
        {"go back", script::kChangesSession | script::kRestoresPath},
        {"be", script::kChangesSession | script::kMovesRole},
    };
    dialect_.lexis.rules = kRules;
    static constexpr std::string_view kTargets[] = {"insert into ^"};
    dialect_.lexis.targets = kTargets;
    dialect_.stateful_code = "stateful code";
}

std::unique_ptr<db::sql::Session> FakeServer::connect() {
    if (called("connect") != Fault::None) {
        throw Error(ErrorKind::Unavailable, "failed to connect to database: refused");
    }
    return std::make_unique<FakeSession>(*this);
}

std::unique_ptr<db::sql::RunLock> FakeServer::try_lock() { return std::make_unique<FakeLock>(); }

Fault FakeServer::called(std::string_view call) {
    {
        const std::lock_guard lock(mutex_);
        calls_.emplace_back(call);
    }
    return fault ? fault(call) : Fault::None;
}

FakeTables FakeServer::tables() const {
    const std::lock_guard lock(mutex_);
    return tables_;
}

void FakeServer::change_tables(const std::function<void(FakeTables&)>& change) {
    const std::lock_guard lock(mutex_);
    change(tables_);
}

std::vector<std::string> FakeServer::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

std::size_t FakeServer::count(std::string_view call) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(calls_, [&](const std::string& made) {
        return made.starts_with(call);
    }));
}

std::size_t FakeServer::messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
}

std::size_t FakeServer::most_at_work() const {
    const std::lock_guard lock(mutex_);
    return most_at_work_;
}

}  // namespace migrator::test

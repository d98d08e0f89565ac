#include "support/fake_connector.hpp"

#include <algorithm>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "core/error.hpp"
#include "support/fake_connector_rows.hpp"
#include "support/fake_run.hpp"

namespace migrator::test {

FakeConnector::FakeConnector(db::Atomicity atomicity)
    : atomicity_(atomicity), now_(std::chrono::sys_seconds(std::chrono::seconds(1'795'349'042))) {}

void FakeConnector::work_tenant_by_tenant(std::size_t max_failures) {
    atomicity_ = db::Atomicity::Tenant;
    max_failures_ = max_failures;
}

void FakeConnector::add_tenant(const std::string& name) {
    const std::lock_guard lock(mutex_);
    tenants_.push_back(name);
}

void FakeConnector::add_bad_tenant(const BadTenant& bad) {
    const std::lock_guard lock(mutex_);
    bad_tenants_.push_back(bad);
}

void FakeConnector::add_without_schema(const std::string& tenant) {
    const std::lock_guard lock(mutex_);
    tenants_.push_back(tenant);
    without_schema_.push_back(tenant);
}

void FakeConnector::remove_tenant(const std::string& name) {
    const std::lock_guard lock(mutex_);
    std::erase(tenants_, name);
}

void FakeConnector::record(const Migration& migration, const std::string& schema) {
    const std::lock_guard lock(mutex_);
    versions_.push_back({++last_version_, "v" + std::to_string(last_version_), now_});
    rows_.push_back({++last_row_, migration, schema, now_, last_version_});
}

void FakeConnector::add_state(const TenantState& state) {
    const std::lock_guard lock(mutex_);
    states_.push_back(state);
}

void FakeConnector::add_broken_object(const std::string& text) {
    const std::lock_guard lock(mutex_);
    broken_objects_.push_back(text);
}

void FakeConnector::fail_file(
    const std::string& file, const std::string& message, const std::optional<std::string>& tenant
) {
    const std::lock_guard lock(mutex_);
    failures_[file] = {message, tenant};
}

void FakeConnector::mend_file(const std::string& file) {
    const std::lock_guard lock(mutex_);
    failures_.erase(file);
}

void FakeConnector::fail_check(const db::FailedCheck& check) {
    const std::lock_guard lock(mutex_);
    failed_checks_.push_back(check);
}

void FakeConnector::add_problem(const std::string& file, const std::string& message) {
    const std::lock_guard lock(mutex_);
    problems_[file] = message;
}

void FakeConnector::break_connection(const std::string& message) {
    const std::lock_guard lock(mutex_);
    broken_ = message;
}

void FakeConnector::mend_connection() {
    const std::lock_guard lock(mutex_);
    broken_.reset();
}

void FakeConnector::hold_lock(const RunOwner& owner) {
    const std::lock_guard lock(mutex_);
    owner_ = owner;
}

void FakeConnector::release_lock() {
    const std::lock_guard lock(mutex_);
    owner_.reset();
}

void FakeConnector::set_time(TimePoint time) {
    const std::lock_guard lock(mutex_);
    now_ = time;
}

void FakeConnector::forget_tables() {
    const std::lock_guard lock(mutex_);
    has_tables_ = false;
    runs_table_.clear();
}

void FakeConnector::silence_run(const std::string& id, std::chrono::seconds silent_for) {
    const std::lock_guard lock(mutex_);
    runs_table_.set_changed(id, now_ - silent_for);
}

void FakeConnector::limit_connections(std::size_t limit) {
    const std::lock_guard lock(mutex_);
    connection_limit_ = limit;
}

void FakeConnector::on_execution(std::function<void(const Execution&)> hook) {
    const std::lock_guard lock(mutex_);
    execution_hook_ = std::move(hook);
}

void FakeConnector::on_lock_try(std::function<void()> hook) {
    const std::lock_guard lock(mutex_);
    lock_hook_ = std::move(hook);
}

std::vector<FakeConnector::Execution> FakeConnector::executions() const {
    const std::lock_guard lock(mutex_);
    return executions_;
}

std::vector<AppliedMigration> FakeConnector::rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
}

std::vector<TenantState> FakeConnector::states() const {
    const std::lock_guard lock(mutex_);
    return states_;
}

std::size_t FakeConnector::lock_tries() const {
    const std::lock_guard lock(mutex_);
    return lock_tries_;
}

std::size_t FakeConnector::runs_begun() const {
    const std::lock_guard lock(mutex_);
    return runs_begun_;
}

std::size_t FakeConnector::pings() const {
    const std::lock_guard lock(mutex_);
    return pings_;
}

std::vector<db::RowsWanted> FakeConnector::rows_wanted() const {
    const std::lock_guard lock(mutex_);
    return rows_wanted_;
}

void FakeConnector::throw_if_broken() const {
    if (broken_) throw Error(ErrorKind::Unavailable, *broken_);
}

void FakeConnector::ping() {
    const std::lock_guard lock(mutex_);
    ++pings_;
    throw_if_broken();
}

std::vector<std::string> FakeConnector::checked_tenants() const {
    for (const auto& name : tenants_) SchemaName::parse(name);
    return tenants_;
}

TenantList FakeConnector::tenant_list() {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    return {.names = checked_tenants(), .bad = bad_tenants_, .warnings = {}};
}

void FakeConnector::add_objects(
    const std::string& tenant, const std::vector<std::string>& objects
) {
    const std::lock_guard lock(mutex_);
    objects_[tenant] = objects;
}

std::map<std::string, std::vector<std::string>> FakeConnector::objects() const {
    const std::lock_guard lock(mutex_);
    return objects_;
}

db::TenantTraces FakeConnector::traces_of(const std::string& tenant) const {
    db::TenantTraces traces{.tenant = tenant};
    traces.is_listed = std::ranges::find(tenants_, tenant) != tenants_.end();
    traces.rows = static_cast<std::size_t>(std::ranges::count_if(rows_, [&](const auto& row) {
        return row.schema == tenant && is_for_tenants(row.migration.type);
    }));
    traces.has_state = std::ranges::find(states_, tenant, &TenantState::tenant) != states_.end();
    const auto objects = objects_.find(tenant);
    if (objects == objects_.end()) return traces;
    traces.schema = tenant;
    traces.objects = objects->second;
    return traces;
}

db::TenantTraces FakeConnector::find_tenant(
    const SchemaName& tenant, const std::vector<Migration>& /*sources*/
) {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    return traces_of(tenant.str());
}

bool FakeConnector::contains_failures(
    std::size_t failed, std::size_t tenants, const std::optional<Share>& max_failures
) const {
    const std::size_t most = max_failures ? max_failures->rounded_down(tenants) : max_failures_;
    return atomicity_ != db::Atomicity::Version && failed <= most;
}

std::vector<std::string> FakeConnector::check_new_tenant(
    const Plan& /*plan*/, const db::ApplyRequest& request
) {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(tenants_, request.new_tenant->str()) == tenants_.end()) return {};
    throw Error(
        ErrorKind::MigrationFailed,
        "Failed to add tenant entry: tenant " + request.new_tenant->str() + " already exists"
    );
}

Applied FakeConnector::read_applied(const std::vector<Migration>& sources) {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    Applied applied;
    applied.tenants = checked_tenants();
    applied.bad_tenants = bad_tenants_;
    applied.states = states_;
    for (const auto& row : rows_) {  // in the order of ids: the newest row is the last
        auto& file = applied.files[row.migration.file];
        file.kinds |= kind_bit(row.migration.type);
        file.check_sum = row.migration.check_sum;
    }

    std::unordered_set<std::string> known;
    std::size_t recorded = 0;
    for (const auto& source : sources) {
        if (source.type != MigrationType::TenantMigration) continue;
        known.insert(source.file);
        recorded += applied.files.contains(source.file) ? 1 : 0;
    }
    std::unordered_map<std::string, FileSet> files_of;
    for (const auto& row : rows_) {
        if (row.migration.type != MigrationType::TenantMigration) continue;
        auto& files = files_of[row.schema];
        if (known.contains(row.migration.file)) files.insert(row.migration.file);
    }
    for (auto& [tenant, files] : files_of) {
        applied.counts[tenant] = files.size();
        const bool has_state =
            std::any_of(states_.begin(), states_.end(), [&name = tenant](const auto& state) {
                return state.tenant == name;
            });
        if (files.size() != recorded || has_state) {
            applied.files_of_tenant[tenant] = std::move(files);
        }
    }
    for (const auto& tenant : without_schema_) {
        if (!applied.counts.contains(tenant)) applied.without_schema.push_back(tenant);
    }
    return applied;
}

/// The rows as they were when the reader came, as a snapshot has them.
class FakeRows : public db::AppliedRows {
public:
    /// With the mutex of `database` locked.
    FakeRows(FakeConnector& database, std::vector<AppliedMigration> rows)
        : database_(database), rows_(std::move(rows)) {
        ++database_.readers_;
    }
    ~FakeRows() override {
        const std::lock_guard lock(database_.mutex_);
        --database_.readers_;
    }
    FakeRows(const FakeRows&) = delete;
    FakeRows& operator=(const FakeRows&) = delete;

    bool next(AppliedMigration& row) override {
        const std::lock_guard lock(database_.mutex_);
        database_.throw_if_broken();
        if (next_ == rows_.size()) return false;
        row = std::move(rows_[next_++]);
        return true;
    }

private:
    FakeConnector& database_;
    std::vector<AppliedMigration> rows_;
    std::size_t next_ = 0;
};

std::unique_ptr<db::AppliedRows> FakeConnector::applied_migrations(const db::RowsWanted& wanted) {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    rows_wanted_.push_back(wanted);
    return std::make_unique<FakeRows>(*this, select(rows_, wanted));
}

std::vector<Version> FakeConnector::versions(const db::VersionsWanted& wanted) {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    std::vector<Version> found;
    for (auto version = versions_.rbegin(); version != versions_.rend(); ++version) {
        const auto is_row_of_file = [&](const AppliedMigration& row) {
            return row.version_id == version->id && row.migration.file == *wanted.file;
        };
        if (wanted.id && version->id != *wanted.id) continue;
        if (wanted.file && std::none_of(rows_.begin(), rows_.end(), is_row_of_file)) continue;
        found.push_back(*version);
    }
    return found;
}

std::vector<std::string> FakeConnector::broken_objects() {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    return broken_objects_;
}

std::optional<RunOwner> FakeConnector::lock_owner() {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    return owner_;
}

std::unique_ptr<db::Run> FakeConnector::try_begin_run(const RunOwner& owner) {
    std::function<void()> hook;
    {
        const std::lock_guard lock(mutex_);
        ++lock_tries_;
        hook = lock_hook_;
    }
    if (hook) hook();
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    if (owner_) return nullptr;
    owner_ = owner;
    has_tables_ = true;
    ++runs_begun_;
    return std::make_unique<FakeRun>(*this, owner.run_id);
}

db::RunRecords::Insertion FakeRunRecords::insert(const db::RunRecord& run) {
    const std::lock_guard lock(database_.mutex_);
    database_.throw_if_broken();
    if (!database_.has_tables_) return Insertion::NoTable;
    const bool inserted = database_.runs_table_.insert(run, database_.now_);
    return inserted ? Insertion::Inserted : Insertion::Exists;
}

bool FakeRunRecords::update(const db::RunRecord& run) {
    const std::lock_guard lock(database_.mutex_);
    database_.throw_if_broken();
    return database_.runs_table_.update(run, database_.now_);
}

bool FakeRunRecords::cancel(const std::string& id) {
    const std::lock_guard lock(database_.mutex_);
    database_.throw_if_broken();
    return database_.runs_table_.cancel(id);
}

std::optional<db::RunRecord> FakeRunRecords::find(const std::string& id) {
    std::optional<db::RunRecord> found;
    read([&](const db::RunRecord& run) {
        if (run.id == id) found = run;
    });
    return found;
}

void FakeRunRecords::read(const std::function<void(const db::RunRecord&)>& run) {
    std::vector<db::RunRecord> runs;
    {
        const std::lock_guard lock(database_.mutex_);
        database_.throw_if_broken();
        runs = database_.runs_table_.all(database_.now_);
    }
    for (const db::RunRecord& each : runs) run(each);
}

db::PoolUse FakeConnector::connections() const {
    const std::lock_guard lock(mutex_);
    return {.in_use = readers_, .idle = 0, .limit = connection_limit_};
}

std::unique_ptr<db::Catalog> FakeConnector::catalog(const db::CatalogWanted& /*wanted*/) {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    return std::make_unique<FakeCatalog>(schemas_);
}

std::vector<db::StoredFingerprint> FakeConnector::fingerprints() {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    std::vector<db::StoredFingerprint> all;
    for (const auto& [tenant, each] : fingerprints_) all.push_back(each);
    return all;
}

std::vector<db::TenantSchema> FakeConnector::tenant_schemas(
    const std::vector<std::string>& tenants, const std::vector<Migration>& /*sources*/
) {
    std::vector<db::TenantSchema> schemas;
    for (const std::string& tenant : tenants) schemas.push_back({tenant, tenant});
    return schemas;
}

db::CheckReport FakeConnector::run_checks(const Plan& plan) {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    db::CheckReport report;
    for (const auto& planned : plan.files) {
        for (const db::FailedCheck& check : failed_checks_) {
            if (check.file == planned.migration->file) report.failed.push_back(check);
        }
    }
    report.asked = report.failed.size();
    return report;
}

std::vector<db::ScriptProblem> FakeConnector::check(const Plan& plan) {
    const std::lock_guard lock(mutex_);
    throw_if_broken();
    std::vector<db::ScriptProblem> found;
    for (const auto& planned : plan.files) {
        const auto problem = problems_.find(planned.migration->file);
        if (problem != problems_.end()) found.push_back({problem->first, problem->second});
    }
    return found;
}

std::string FakeConnector::preview(const Migration& migration, const std::string& schema) {
    return "-- file " + migration.file + ", schema " + schema + "\n" +
           file_text(migration, schema).text + "\n";
}

db::FileText FakeConnector::file_text(const Migration& migration, const std::string& schema) {
    static const std::string placeholder = "{schema}";
    static const std::string check = "-- migrator:check ";
    db::FileText file{.text = migration.contents};
    std::string& text = file.text;
    for (auto at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + schema.size())) {
        text.replace(at, placeholder.size(), schema);
    }
    std::istringstream lines(text);
    std::uint32_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.starts_with(check)) {
            file.checks.push_back({number, line.substr(check.size())});
        } else if (line.find("migrator:no-transaction") != std::string::npos) {
            file.outside_transaction = true;
        } else if (!line.empty()) {
            file.statements.push_back({number, line});
        }
    }
    return file;
}

}  // namespace migrator::test

#include "db/sql/apply/new_tenant.hpp"

#include <fmt/format.h>

#include "core/ascii.hpp"
#include "core/count_of.hpp"
#include "core/error.hpp"
#include "db/sql/apply/own_tables.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/tenants.hpp"

namespace migrator::db::sql::apply {
namespace {

std::vector<const Migration*> files_of(const Plan& plan) {
    std::vector<const Migration*> files;
    for (const PlannedFile& file : plan.files) files.push_back(file.migration);
    return files;
}

constexpr std::size_t kMostObjects = 100;  // that `Dialect::objects_in` gives

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorKind::MigrationFailed, "Failed to add tenant entry: " + why);
}

}  // namespace

NewTenant::NewTenant(
    const store::Tables& tables,
    const store::MetadataShape& shape,
    const Plan& plan,
    const ApplyRequest& request
)
    : dialect_(tables.dialect),
      options_(tables.options),
      request_(request),
      shape_(shape),
      name_(request.new_tenant.value()),
      names_(tables.session, tables.dialect, tables.options, files_of(plan)) {
    check_name();
    check_list(tables);
    if (request.action == Action::Apply) check_files(plan);
}

void NewTenant::check_name() const {
    const std::string& name = name_.str();
    const std::size_t limit = dialect_.max_identifier_bytes;
    if (limit != 0 && name.size() > limit) {
        // The server would cut it without a word, and two tenants could share a schema.
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Create schema failed: the name {} has {} characters, the limit of {} is {}",
                name,
                name.size(),
                dialect_.name,
                limit
            )
        );
    }
    if (may_be_reserved(name, options_)) {
        refuse(fmt::format(
            "{} is the schema of migrator or of a single directory; choose another name", name
        ));
    }
    if (is_system_schema(name, dialect_)) {
        refuse(fmt::format("{} is a schema of {} itself; choose another name", name, dialect_.name)
        );
    }
    if (dialect_.name_problem != nullptr) {
        const std::string problem = dialect_.name_problem(name);
        if (!problem.empty()) throw Error(ErrorKind::MigrationFailed, problem);
    }
    if (holds_comment(name)) {
        refuse(fmt::format(
            "{} has two hyphens in a row, which begin a comment in SQL; choose another name", name
        ));
    }
}

/// No other tenant of the list may mean the same schema. The list may have this one, where it is
/// somebody else's table: whether it can be inserted again is that table's affair.
void NewTenant::check_list(const store::Tables& tables) {
    const std::string& name = name_.str();
    const std::string key = names_.key_of(name);
    const bool is_built_in = options_.tenant_select.empty() && options_.tenant_insert.empty();
    for (const Value& row : store::Tenants(tables).list(shape_)) {
        const std::string other = text_of(row);
        if (other == name) {
            if (is_built_in) refuse(fmt::format("tenant {} already exists", name));
            is_listed_ = true;
            continue;
        }
        if (!SchemaName::is_valid(other) || names_.key_of(other) != key) continue;
        refuse(fmt::format(
            "tenant {} would share the schema {} with tenant {}; choose another name",
            name,
            names_.schema_of(name),
            other
        ));
    }
    const std::string_view shared = dialect_.default_schema;
    if (!is_listed_ && !shared.empty() && equal_ignoring_case(name, shared)) {
        refuse(fmt::format(
            "{} is the schema of everybody who names none; choose another name, or list the tenant "
            "in what tenantSelect reads first",
            name
        ));
    }
}

void NewTenant::check_files(const Plan& plan) const {
    const auto misfits = names_.misfits(name_);
    if (misfits == nullptr) return;
    for (const PlannedFile& file : plan.files) {
        const auto found = misfits->find(file.migration->file);
        if (found == misfits->end()) continue;
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "SQL migration {} failed with error: it does not fit tenant {}: {}. Nothing was "
                "run.",
                file.migration->file,
                name_.str(),
                found->second
            )
        );
    }
}

bool NewTenant::has_rows(Session& session) const {
    if (!is_listed_ || !shape_.migrations) return false;
    const store::Tables tables{session, dialect_, options_};
    Parameters parameters;
    const std::string names[] = {name_.str()};
    const std::string sql = fmt::format(
        "select distinct db_schema from {} where {} and db_schema {}",
        tables.name("migrator_migrations"),
        tenant_migration_rows(),
        tables.in_list(names, parameters)
    );
    const auto row = query_row(session, sql, parameters);
    return row && text_of(row->front()) == name_.str();
}

void NewTenant::check_that_it_is_no_metadata_schema(Session& session) const {
    if (dialect_.objects_in == nullptr) return;
    const SchemaName schema = SchemaName::parse(names_.schema_of(name_.str()));
    bool is_found = false;
    session.query(dialect_.objects_in(schema), {}, [&](const Row& row) {
        is_found = is_found || (names_.is_schema_of(name_.str(), text_of(row.at(1))) &&
                                shows_metadata_schema(text_of(row.front())));
    });
    if (!is_found) return;
    refuse(fmt::format(
        "{} is the metadata schema of another migrator (it holds migrator_migrations); choose "
        "another name",
        schema.str()
    ));
}

std::string NewTenant::check_adoption(Session& session) const {
    const AdoptSchemas rule = request_.adopt_schemas.value_or(options_.adopt_schemas);
    if (rule == AdoptSchemas::Allow || request_.action == Action::Sync ||
        dialect_.objects_in == nullptr || has_rows(session)) {
        return {};
    }
    const SchemaName schema = SchemaName::parse(names_.schema_of(name_.str()));
    std::size_t objects = 0;
    std::string first;
    session.query(dialect_.objects_in(schema), {}, [&](const Row& row) {
        if (!names_.is_schema_of(name_.str(), text_of(row.at(1)))) return;
        if (objects++ == 0) first = text_of(row.front());
    });
    if (objects == 0) return {};
    const std::string found = fmt::format(
        "the schema {} already exists and holds {}{} ({}{})",
        schema.str(),
        objects == kMostObjects ? "at least " : "",
        count_of(objects, "object", "objects"),
        objects == 1 ? "" : "such as ",
        first
    );
    if (rule == AdoptSchemas::Warn) {
        return fmt::format("{}; tenant {} works in it", found, name_.str());
    }
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "Create schema failed: {}. Nothing was run. If these objects are the tenant's, repeat "
            "the command with --adopt (the service: adoptSchemas: warn); otherwise choose another "
            "name",
            found
        )
    );
}

std::string NewTenant::make_schema(Session& session) const {
    check_that_it_is_no_metadata_schema(session);
    std::string note = check_adoption(session);
    const SchemaName schema = SchemaName::parse(names_.schema_of(name_.str()));
    const std::string sql =
        dialect_.create_schema == nullptr ? std::string() : dialect_.create_schema(schema);
    if (!sql.empty()) {
        // As a script, so that it is made by the role that the tenant's files run as.
        const script::Script script = dialect_.scan(sql, dialect_.lexis, true);
        const ScriptRun run{.step = 0, .text = sql, .script = &script};
        if (const auto failure = session.run_scripts({&run, 1})) {
            throw Error(
                failure->connection_lost ? ErrorKind::Unavailable : ErrorKind::MigrationFailed,
                "Create schema failed: " + describe(*failure)
            );
        }
        session.reset();
    }
    return note;
}

void NewTenant::record(Session& session) const {
    store::Tenants({session, dialect_, options_}).insert(name_, shape_);
}

}  // namespace migrator::db::sql::apply

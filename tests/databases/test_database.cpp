#include "databases/test_database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "db/servers/servers_connector.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sql/own_sql.hpp"
#include "loader/loader.hpp"

namespace migrator::test {

Project::Project(std::unique_ptr<TestDatabase> database_of_test)
    : database(database_of_test->options()), database_(std::move(database_of_test)) {
    for (const char* folder :
         {"catalog", "billing", "stores", "catalog-scripts", "stores-scripts"}) {
        std::filesystem::create_directories(folder_.path() / folder);
    }
    loader = {
        .base_location = folder_.path(),
        .directories = {
            {MigrationType::SingleMigration, {"catalog", "billing"}},
            {MigrationType::TenantMigration, {"stores"}},
            {MigrationType::SingleScript, {"catalog-scripts"}},
            {MigrationType::TenantScript, {"stores-scripts"}}}};
}

std::string Project::write(const std::string& relative, const std::string& contents) const {
    return folder_.write(relative, contents);
}

void Project::remove(const std::string& relative) const {
    std::filesystem::remove(folder_.path() / relative);
}

Project::Instance Project::open() const {
    Instance instance;
    db::Options database_here = database;
    coordinator::Options options_here = options;
    if (knows_its_place) {
        database_here.source = loader::source_of(loader);
        options_here.source = database_here.source;
    }
    if (!knows_its_place) options_here.moved_files = coordinator::Reaction::Allow;
    const auto connect = [server = database_.get()](const db::Options& at) {
        return db::sql::connector::make_sql_connector(server->make_server(at), at);
    };
    instance.connector = database_here.servers.any()
                             ? db::servers::make_servers_connector(database_here, connect)
                             : connect(database_here);
    instance.coordinator = std::make_unique<coordinator::Coordinator>(
        coordinator::Dependencies{
            .connector = *instance.connector,
            .open_loader = [options = loader] { return loader::make_loader(options); },
            .clock = [] { return std::chrono::system_clock::now(); },
            .owner = "the test"},
        options_here
    );
    return instance;
}

coordinator::Outcome Project::apply(coordinator::VersionRequest request) const {
    if (request.version_name.empty()) request.version_name = "version of a test";
    return open()->create_version(request);
}

coordinator::Outcome Project::create_tenant(const std::string& name) const {
    return apply({.tenant = name});
}

std::string Project::failure_of_apply() const {
    try {
        apply();
    } catch (const Error& error) {
        return error.what();
    }
    ADD_FAILURE() << "the apply did not fail";
    return {};
}

std::string Project::value(const std::string& sql, const std::string& schema) const {
    const auto server = database_->make_server(database);
    const auto session = server->connect();
    const auto schemas = database_->schemas_to_use(schema);
    if (!schemas.empty()) session->use_schemas(schemas);
    const auto row = db::sql::query_row(*session, sql);
    return row && !row->empty() ? row->front().value_or("") : "";
}

std::vector<std::string> Project::rows() const {
    std::vector<AppliedMigration> applied;
    const Instance instance = open();
    const auto found = instance.connector->applied_migrations({});
    for (AppliedMigration row; found->next(row);) applied.push_back(row);
    std::ranges::sort(applied, {}, &AppliedMigration::id);
    std::vector<std::string> rows;
    for (const AppliedMigration& row : applied)
        rows.push_back(row.migration.name + "/" + row.schema);
    return rows;
}

}  // namespace migrator::test

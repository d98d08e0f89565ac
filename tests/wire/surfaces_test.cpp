// REST, GraphQL, `--json` and the webhook on one database: the same object for the same thing.
#include <sstream>

#include "api/v2.hpp"
#include "cli/cli.hpp"

namespace migrator::api::test {
namespace {

class Surfaces : public V2 {
protected:
    Surfaces() {
        arrange_files();  // tenant north
        database.add_tenant("south");
    }

    json::object rest(const http::Response& response) {
        return json::parse(response.body).as_object();
    }
    json::object graphql(const std::string& document) {
        const http::Response response = query(document);
        EXPECT_EQ(response.status, 200) << response.body;
        return json::parse(response.body).at("data").as_object();
    }
    json::object command_line(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        coordinators.push_back(make_coordinator());
        cli::Backend backend;
        backend.clock = [] { return now(); };
        backend.open = [&](const std::string&, const std::map<std::string, std::string>&) {
            return cli::Backend::Opened{*coordinators.back(), "", {}, "postgres"};
        };
        std::ostringstream out;
        std::ostringstream err;
        std::istringstream in;
        cli::Terminal terminal{out, err, in};
        cli::run(arguments, backend, terminal);
        EXPECT_EQ(err.str(), "");
        return json::parse(out.str()).as_object();
    }
    /// Without what is another one for each run.
    static json::object lasting(const json::value& summary) {
        json::object object = summary.as_object();
        object.erase("versionId");
        object.erase("duration");
        return object;
    }
    /// The members of `all` that GraphQL was asked for.
    static json::object only(const json::object& asked, const json::object& all) {
        json::object result;
        for (const auto& member : asked) result[member.key()] = all.at(member.key());
        return result;
    }
};

constexpr const char* kDryRun = R"({"mode":"dry-run","response":"list"})";
constexpr const char* kApply = R"({"mode":"apply","response":"list"})";

TEST_F(Surfaces, SummaryOfARunAndItsFiles) {
    const json::object by_rest = rest(post("/v1/migrations", kDryRun));
    const json::object by_command = command_line({"apply", "--dry-run"});
    EXPECT_EQ(lasting(by_rest.at("results")), lasting(by_command.at("results")));
    EXPECT_EQ(by_rest.at("appliedMigrations"), by_command.at("appliedMigrations"));
    const json::object by_graphql =
        graphql(R"(mutation { createVersion(input: {versionName: "v", dryRun: true}) { summary {
            startedAt tenants singleMigrations tenantMigrations tenantMigrationsTotal
            migrationsGrandTotal singleScripts tenantScripts tenantScriptsTotal
            scriptsGrandTotal } } })")
            .at("createVersion")
            .at("summary")
            .as_object();
    EXPECT_EQ(by_graphql, only(by_graphql, by_rest.at("results").as_object()));
}

TEST_F(Surfaces, SummaryInTheWebhook) {
    database.work_tenant_by_tenant(1);
    const json::object by_rest = rest(post("/v1/migrations", kApply));
    ASSERT_EQ(notifier.told().size(), 1U);
    json::object told =
        json::parse(notifier::webhook_body(notifier.told().front(), "")).as_object();
    const json::object results = by_rest.at("results").as_object();
    EXPECT_NEAR(
        told.at("duration").as_double() * 1e9, results.at("duration").to_number<double>(), 1
    );
    told["duration"] = results.at("duration");
    EXPECT_EQ(told, results);
}

TEST_F(Surfaces, CountsOfAPlan) {
    const json::object counts = command_line({"plan"}).at("counts").as_object();
    EXPECT_EQ(
        counts, only(counts, rest(post("/v1/migrations", kDryRun)).at("results").as_object())
    );
}

TEST_F(Surfaces, TenantsThatFailed) {
    database.work_tenant_by_tenant(1);
    database.fail_file("/migrations/tenants/002.sql", "boom", "south");
    const json::value by_rest = rest(post("/v1/migrations", kApply)).at("failures");
    EXPECT_EQ(by_rest.as_array().size(), 1U);
    EXPECT_EQ(command_line({"apply"}).at("failures"), by_rest);
    const http::Response response =
        query(R"(mutation { createVersion(input: {versionName: "v"}) { summary { tenants } } })");
    json::object extensions =
        rest(response).at("errors").as_array()[0].at("extensions").as_object();
    extensions.erase("code");
    EXPECT_EQ(extensions, only(extensions, by_rest.as_array()[0].as_object()));
}

TEST_F(Surfaces, StatusOfAFleet) {
    const Migration file = source.files()[1];
    database.record(file, "north");
    TenantState state;
    state.tenant = "south";
    state.version_id = 7;
    state.first_file = state.file = file.file;
    state.state = "failed";
    state.sqlstate = "42P07";
    state.message = "boom";
    database.add_state(state);

    const json::object by_rest = rest(get("/v1/status"));
    const json::object by_command = command_line({"status"});
    for (const char* column : {"states", "levels"}) {
        EXPECT_EQ(by_rest.at(column), by_command.at(column)) << column;
    }
    json::object unfinished = by_command.at("unfinished").as_array()[0].as_object();
    const json::object tenant = by_rest.at("page").as_array()[1].as_object();
    EXPECT_EQ(unfinished, only(unfinished, tenant));

    const json::object by_graphql = graphql(R"({ fleet { tenants levels { file tenants } pending
        page { nodes { level missing unfinished { versionId state firstFile file sqlstate message
        changed } } } } })")
                                        .at("fleet")
                                        .as_object();
    for (const char* column : {"tenants", "levels", "pending"}) {
        EXPECT_EQ(by_rest.at(column), by_graphql.at(column)) << column;
    }
    json::object node = by_graphql.at("page").at("nodes").as_array()[1].as_object();
    EXPECT_EQ(node.at("unfinished"), only(node.at("unfinished").as_object(), unfinished));
    node.erase("unfinished");
    EXPECT_EQ(node, only(node, tenant));
}

TEST_F(Surfaces, VersionsAndTheirRows) {
    ASSERT_EQ(post("/v1/migrations", kApply).status, 200);
    const json::object by_command = command_line({"versions"});
    const json::object by_graphql = graphql("{ versions { id name created createdBy } }");
    EXPECT_EQ(by_command, by_graphql);

    const json::array by_rest = json::parse(get("/v1/migrations/applied").body).as_array();
    const json::object version = command_line({"versions", "1"});
    const json::array rows = version.at("appliedMigrations").as_array();
    ASSERT_EQ(rows.size(), by_rest.size());
    for (const json::value& row : rows) {
        const auto same = [&](const json::value& other) { return other.at("id") == row.at("id"); };
        const auto found = std::find_if(by_rest.begin(), by_rest.end(), same);
        ASSERT_NE(found, by_rest.end());
        EXPECT_EQ(row, only(row.as_object(), found->as_object()));
    }
}

}  // namespace
}  // namespace migrator::api::test

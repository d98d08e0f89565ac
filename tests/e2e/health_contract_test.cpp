// /health and /metrics of the real program.
#include <future>

#include "e2e/long_run_test.hpp"
#include "e2e/tcp_gate.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;

constexpr const char* kUp =
    R"({"status":"UP","checks":[{"name":"DB","status":"UP"},{"name":"Loader","status":"UP"}]})";

class Health : public test::PostgresqlSiteTest {
protected:
    static void expect_up(const Service& service) {
        const Answer answer = service.get("/health");
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, kUp);
    }
    std::string sessions(const std::string& name) {
        return site().value(
            "select count(*) from pg_stat_activity where datname = current_database() and "
            "application_name = '" +
            name + "'"
        );
    }
};

TEST_F(Health, IsDownWhileTheDatabaseIsGoneAndUpAgainAfterwards) {
    const std::string url = site().url();
    const std::size_t colon = url.rfind(':');
    const std::size_t slash = url.rfind('/');
    TcpGate gate(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1, slash - colon - 1))));
    const std::string through =
        url.substr(0, colon + 1) + std::to_string(gate.port()) + url.substr(slash);
    const Service service(
        site().folder() + "/migrator.yaml", {}, {"--set", "dataSource=" + through}
    );
    expect_up(service);
    for (int i = 0; i < 2; ++i) {
        gate.close();
        const Answer answer = service.get("/health");
        EXPECT_EQ(answer.status, 503);
        const json::object body = json::parse(answer.body).as_object();
        EXPECT_EQ(body.at("status"), "DOWN");
        const json::object database = body.at("checks").at(0).as_object();
        EXPECT_EQ(database.at("name"), "DB");
        EXPECT_EQ(database.at("status"), "DOWN");
        const std::string details(database.at("data").at("details").as_string());
        EXPECT_TRUE(details.starts_with("failed to connect to database: ")) << details;
        EXPECT_EQ(body.at("checks").at(1).at("status"), "UP");
        EXPECT_EQ(service.get("/").status, 200);
        gate.open();
        expect_up(service);
    }
}

TEST_F(Health, IsDownWhileTheBaseLocationIsGone) {
    const Service service = serve(site(), "service");
    const std::filesystem::path base = site().folder() + "/migrations";
    std::filesystem::rename(base, base.string() + ".away");
    const Answer answer = service.get("/health");
    EXPECT_EQ(answer.status, 503);
    const json::value body = json::parse(answer.body);
    EXPECT_EQ(body.at("checks").at(0).at("status"), "UP");
    EXPECT_EQ(body.at("checks").at(1).at("status"), "DOWN");
    const std::string details(body.at("checks").at(1).at("data").at("details").as_string());
    EXPECT_NE(details.find(base.string()), std::string::npos) << details;
    std::filesystem::rename(base.string() + ".away", base);
    expect_up(service);
}

TEST_F(Health, WaitsForNoRunAndKeepsOneConnection) {
    make_gates();
    site().write_logs();
    site().write_entry("catalog/010_first.sql", gate("go"));
    const Service service = serve(site(), "service", {"logLevel=WARN"});
    expect_up(service);
    EXPECT_EQ(sessions("service"), "1");
    for (int i = 0; i < 300; ++i) {
        ASSERT_EQ(service.get("/health").status, 200);
    }
    EXPECT_EQ(sessions("service"), "1");
    EXPECT_EQ(start_run(service, "r1").status, 202);
    wait_for_query("service", "%wait_at%");
    expect_up(service);
    open_gate("go");
    wait_for_state(service, "r1", "done");
}

TEST_F(Health, WaitsForNoConnectionThatReadersUse) {
    site().write_logs();
    ASSERT_EQ(site().run({"apply"}).exit_code, 0);
    const Service service = serve(site(), "service", {"maxConnections=1"});
    site().value("begin; lock table migrator.migrator_migrations in access exclusive mode");
    auto slow =
        std::async(std::launch::async, [&] { return service.get("/v1/migrations/applied"); });
    test::wait_until("the reader waits", [&] {
        // On another connection: a transaction sees the sessions as they were.
        return test::ask_postgresql(
                   site().url(),
                   "select count(*) from pg_locks where not granted and relation = "
                   "'migrator.migrator_migrations'::regclass"
               ) == "1";
    });
    expect_up(service);
    site().value("commit");
    EXPECT_EQ(slow.get().status, 200);
}

class Metrics : public test::PostgresqlSiteTest {
protected:
    /// The value of a series as it stands in the text; "none" when it isn't there.
    static std::string value_of(const std::string& text, const std::string& series) {
        const std::size_t found = ("\n" + text).find("\n" + series + " ");
        if (found == std::string::npos) return "none";
        const std::size_t begin = found + series.size() + 1;
        return text.substr(begin, text.find('\n', begin) - begin);
    }
};

TEST_F(Metrics, TellOfTheRequestsAndRunsOfTheProgram) {
    site().write_logs();
    site().write_entry("catalog/010_first.sql");
    const Service service = serve(site(), "service", {"pathPrefix=/m"});
    const RunKind tenant{
        "tenant", "/m/v1/tenants", R"({"name":"north","mode":"apply","response":"list"})"};
    const RunKind apply{"apply", "/m/v1/migrations", kApply};
    EXPECT_EQ(service.post(tenant.path, tenant.body).status, 200);  // version 1: its own file
    EXPECT_EQ(service.post(apply.path, apply.body).status, 200);    // version 2: the two of catalog
    EXPECT_EQ(service.post(apply.path, apply.body).status, 200);    // nothing to do
    EXPECT_EQ(service.post(apply.path, "{").status, 400);
    EXPECT_EQ(service.get("/m/v1/runs/secret-id").status, 404);
    EXPECT_EQ(service.get("/m/nowhere").status, 404);
    http::test::Client local(service.port());
    EXPECT_EQ(local.ask("GET /m/health?a=b HTTP/1.1\r\nHost: localhost:1234\r\n\r\n").status, 200);

    const Answer answer = service.get("/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(header(answer, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(service.get("/m/metrics").status, 200);
    const auto requests = [](const std::string& code,
                             const std::string& method,
                             const std::string& path,
                             const std::string& host) {
        return "migrator_gin_requests_total{code=\"" + code + "\",handler=\"" + method + " " +
               path + "\",host=\"" + host + "\",method=\"" + method + "\",path=\"" + path + "\"}";
    };
    const struct {
        std::string series;
        const char* value;
    } cases[] = {
        {"migrator_gin_versions_created", "2"},
        {"migrator_gin_tenants_created", "1"},
        {R"(migrator_gin_migrations_applied{type="single_migrations"})", "2"},
        {R"(migrator_gin_migrations_applied{type="tenant_migrations_total"})", "1"},
        {R"(migrator_gin_migrations_applied{type="single_scripts"})", "0"},
        {R"(migrator_runs_total{result="done"})", "2"},
        {R"(migrator_runs_total{result="nothing_to_do"})", "1"},
        {R"(migrator_runs_total{result="failed"})", "0"},
        {R"(migrator_run_phase_seconds_count{phase="applying"})", "2"},
        {"migrator_lock_wait_seconds_count", "2"},
        {"migrator_source_files", "3"},
        {R"(migrator_db_connections_limit{pool="health"})", "1"},
        {R"(migrator_db_connections_limit{pool="read"})", "8"},
        {"migrator_spool_bytes", "0"},
        {requests("200", "POST", "/m/v1/migrations", "other"), "2"},
        {requests("400", "POST", "/m/v1/migrations", "other"), "1"},
        {requests("200", "POST", "/m/v1/tenants", "other"), "1"},
        {requests("404", "GET", "/m/v1/runs/:id", "other"), "1"},
        {requests("200", "GET", "/m/health", "localhost"), "1"},
        {R"(migrator_gin_request_duration_count{host="other",method="POST",path="/m/v1/migrations"})",
         "3"},
        {"migrator_gin_request_size_bytes_count", "6"},
    };
    for (const auto& c : cases) EXPECT_EQ(value_of(answer.body, c.series), c.value) << c.series;
    for (const char* text : {"secret-id", "nowhere", "a=b", "/metrics\"", "host=\"test\""}) {
        EXPECT_EQ(answer.body.find(text), std::string::npos) << text;
    }
}

}  // namespace
}  // namespace migrator::e2e

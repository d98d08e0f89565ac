// The webhook of the real program: what is sent, what the log says, and what it must not say.
#include <regex>

#include "e2e/long_run_test.hpp"
#include "support/small_http_server.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;
using test::RequestLog;
using test::ServedConnection;
using test::SmallHttpServer;

constexpr const char* kDryRun = R"({"mode":"dry-run","response":"summary"})";
constexpr const char* kPath = "/hook/pathsecret?token=querysecret";

class Webhook : public testing::Test {
protected:
    void SetUp() override {
        site_.write_logs();
        site_.write_entry("catalog/010_first.sql");
    }
    /// A receiver that does this with each request.
    void receive(std::function<void(ServedConnection&)> script) {
        receiver_ = std::make_unique<SmallHttpServer>([this, script](ServedConnection& connection) {
            requests_.add(connection.read_request());
            script(connection);
        });
    }
    std::vector<std::string> settings(const std::string& more = {}) {
        std::vector<std::string> all{
            "logLevel=DEBUG",
            "webHookURL=" + receiver_->url(kPath),
            "webHookHeaders=Authorization: Bearer headersecret,X-One: 1"};
        if (!more.empty()) all.push_back(more);
        return all;
    }
    static int apply(const Service& service, const std::string& body = kApply) {
        return service.post("/v1/migrations", body).status;
    }
    /// Ends the service. No secret is in its log.
    static std::string log_of(Service& service) {
        service.process().send_signal(SIGTERM);
        const auto result = service.process().wait();
        EXPECT_EQ(result.exit_code, 0);
        EXPECT_EQ(result.err.find("secret"), std::string::npos) << result.err;
        return result.err;
    }

    test::Site site_{test::Driver::Sqlite, ""};
    RequestLog requests_;
    std::unique_ptr<SmallHttpServer> receiver_;
};

TEST_F(Webhook, GetsTheSummaryWithItsHeadersBeforeTheAnswer) {
    receive([](ServedConnection& connection) { connection.answer(200, "thanks\r\nINFO forged"); });
    Service service = serve(site_, "service", settings());
    EXPECT_EQ(apply(service), 200);
    const std::string request = requests_.only();
    EXPECT_TRUE(request.starts_with(std::string("POST ") + kPath + " HTTP/1.1\r\n")) << request;
    for (const char* line :
         {"\r\nAuthorization: Bearer headersecret\r\n",
          "\r\nX-One: 1\r\n",
          "\r\nContent-Type: application/json\r\n"}) {
        EXPECT_NE(request.find(line), std::string::npos) << line << request;
    }
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    EXPECT_TRUE(std::regex_match(
        body,
        std::regex(
            R"re(\{\n    "versionId": 1,\n    "startedAt": "[0-9T:.-]+Z",\n    "duration": [0-9.]+,\n)re"
            R"re(    "tenants": 0,\n    "singleMigrations": 2,\n    "tenantMigrations": 1,\n)re"
            R"re(    "tenantMigrationsTotal": 0,\n    "migrationsGrandTotal": 2,\n)re"
            R"re(    "singleScripts": 0,\n    "tenantScripts": 0,\n    "tenantScriptsTotal": 0,\n)re"
            R"re(    "scriptsGrandTotal": 0\n\})re"
        )
    )) << body;
    const std::string log = log_of(service);
    EXPECT_NE(log.find("Notifier response: thanks\\r\\nINFO forged\n"), std::string::npos) << log;
}

TEST_F(Webhook, IsToldOfEveryRunThatDidNotFail) {
    receive([](ServedConnection& connection) { connection.answer(200, ""); });
    Service service = serve(site_, "service", settings());
    EXPECT_EQ(apply(service, kDryRun), 200);
    EXPECT_EQ(requests_.size(), 1U);
    EXPECT_EQ(apply(service), 200);
    EXPECT_EQ(requests_.size(), 2U);
    EXPECT_EQ(apply(service), 200);  // nothing to do
    EXPECT_EQ(requests_.size(), 3U);
    EXPECT_EQ(start_run(service, "r1", kRunKinds[1]).status, 202);
    wait_for_state(service, "r1", "done");
    EXPECT_EQ(requests_.size(), 4U);
    EXPECT_EQ(
        service.post("/v1/tenants", R"({"name":"north","mode":"apply","response":"list"})").status,
        200
    );
    EXPECT_EQ(requests_.size(), 5U);

    EXPECT_EQ(apply(service, "{"), 400);
    site_.write_entry("catalog/011_bad.sql", "select nonsense;");
    EXPECT_EQ(apply(service), 500);
    site_.write_entry("catalog/010_first.sql", "-- edited");
    EXPECT_EQ(apply(service), 424);
    EXPECT_EQ(requests_.size(), 5U);
    log_of(service);
}

TEST_F(Webhook, TakesATemplate) {
    receive([](ServedConnection& connection) { connection.answer(200, ""); });
    Service service = serve(
        site_,
        "service",
        settings(
            R"(webHookTemplate={"text":"v${summary.versionId}: ${summary}","none":"${summary.nope}"})"
        )
    );
    EXPECT_EQ(apply(service), 200);
    const std::string request = requests_.only();
    const json::value body = json::parse(request.substr(request.find("\r\n\r\n") + 4));
    const std::string text(body.at("text").as_string());
    EXPECT_TRUE(text.starts_with(R"(v1: {"versionId":1,"startedAt":")")) << text;
    EXPECT_EQ(json::parse(text.substr(4)).at("singleMigrations"), 2);
    EXPECT_EQ(body.at("none"), "");
    log_of(service);
}

TEST_F(Webhook, WhoseReceiverFailsChangesNothing) {
    const struct {
        const char* name;
        std::function<void(ServedConnection&)> script;
        const char* logged;
        const char* result;
    } cases[] = {
        {"500",
         [](ServedConnection& c) { c.answer(500, "no way"); },
         "INFO .*Notifier response: no way",
         "delivered"},
        {"closes", [](ServedConnection& c) { c.reset(); }, "ERROR .*Notifier error: ", "failed"},
        {"gone", nullptr, "ERROR .*Notifier error: ", "failed"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        receive(c.script ? c.script : [](ServedConnection&) {});
        const std::vector<std::string> all = settings();
        const std::string host = receiver_->host();
        if (!c.script) receiver_.reset();
        Service service = serve(site_, "service", all);
        EXPECT_EQ(apply(service, kDryRun), 200);
        EXPECT_NE(
            service.get("/metrics")
                .body.find(std::string("migrator_webhooks_total{result=\"") + c.result + "\"} 1\n"),
            std::string::npos
        );
        const std::string log = log_of(service);
        EXPECT_TRUE(std::regex_search(log, std::regex(c.logged))) << log;
        receiver_.reset();
    }
}

}  // namespace
}  // namespace migrator::e2e

// The log of a service, line by line.
#include <regex>
#include <sstream>

#include "e2e/long_run_test.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;

constexpr const char* kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr const char* kSpan = "b7ad6b7169203331";

class ServiceLog : public testing::Test {
protected:
    /// The lines of a service that applies, refuses and fails. The first one is written before the
    /// configuration is read.
    std::vector<std::string> lines(const std::string& format) {
        site_.write_logs();
        site_.write_entry("catalog/010_first.sql");
        Service service = serve(site_, "service", {"logLevel=DEBUG", "logFormat=" + format});
        const std::string headers =
            "X-Request-ID: release-1\r\nX-Forwarded-For: 10.0.0.7, 10.0.0.8\r\n"
            "traceparent: 00-" +
            std::string(kTrace) + "-" + kSpan + "-01\r\n";
        EXPECT_EQ(service.ask("POST", "/v1/migrations?a=%0Ab", kApply, headers).status, 200);
        EXPECT_EQ(service.ask("GET", "/v1/tenants", "", "traceparent: 00-zz-1-01\r\n").status, 200);
        EXPECT_EQ(service.post("/v1/migrations", "{").status, 400);
        site_.write_entry("catalog/011_bad.sql", "selectt \"a\tb\";");
        EXPECT_EQ(service.post("/v1/migrations", kApply).status, 500);
        service.process().send_signal(SIGTERM);
        const auto result = service.process().wait();
        EXPECT_EQ(result.exit_code, 0);
        std::vector<std::string> all;
        std::istringstream text(result.err);
        for (std::string line; std::getline(text, line);) all.push_back(line);
        return all;
    }

    test::Site site_{test::Driver::Sqlite, ""};
};

TEST_F(ServiceLog, InJsonIsOneObjectALine) {
    const std::vector<std::string> all = lines("json");
    ASSERT_GT(all.size(), 8U);
    EXPECT_NE(all.front().find("Starting migrator"), std::string::npos);
    int requests = 0;
    int ends = 0;
    int statuses = 0;
    for (const std::string& line : all) {
        SCOPED_TRACE(line);
        boost::system::error_code error;
        const json::value value = json::parse(line, error);
        ASSERT_FALSE(error);
        const json::object& object = value.as_object();
        EXPECT_TRUE(std::regex_match(
            std::string(object.at("time").as_string()),
            std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)")
        ));
        EXPECT_TRUE(std::regex_match(
            std::string(object.at("level").as_string()), std::regex("DEBUG|INFO|WARN|ERROR|PANIC")
        ));
        EXPECT_TRUE(std::regex_match(
            std::string(object.at("source").as_string()), std::regex(R"([a-z0-9_]+\.[ch]pp:\d+)")
        ));
        EXPECT_FALSE(object.at("message").as_string().empty());
        if (!object.contains("requestId") || object.at("requestId") != "release-1") {
            EXPECT_FALSE(object.contains("traceId"));
            continue;
        }
        EXPECT_EQ(object.at("traceId"), kTrace);
        EXPECT_EQ(object.at("spanId"), kSpan);
        if (object.contains("method")) {
            ++requests;
            EXPECT_EQ(object.at("clientIP"), "10.0.0.7");
            EXPECT_EQ(object.at("method"), "POST");
            EXPECT_EQ(object.at("request"), "/v1/migrations?a=%0Ab");
            EXPECT_EQ(
                object.at("message"), "clientIP=10.0.0.7 method=POST request=/v1/migrations?a=%0Ab"
            );
        }
        if (object.contains("version")) {
            ++ends;
            EXPECT_EQ(object.at("version"), 1);
            EXPECT_TRUE(object.at("duration").is_double());
        }
        if (object.contains("status")) {
            ++statuses;
            EXPECT_EQ(object.at("status"), 200);
            EXPECT_GT(object.at("bytes").as_int64(), 0);
        }
    }
    EXPECT_EQ(requests, 1);
    EXPECT_EQ(ends, 1);
    EXPECT_EQ(statuses, 1);
}

TEST_F(ServiceLog, InTextHasTheShapeThatPeopleSearchFor) {
    const std::regex shape(
        R"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{6} \[[a-z0-9_]+\.[ch]pp:\d+\] (DEBUG|INFO|WARN|ERROR|PANIC) )"
        R"((requestId=\S+ (traceId=[0-9a-f]{32} spanId=[0-9a-f]{16} )?)?(.+))"
    );
    std::string messages;
    for (const std::string& line : lines("text")) {
        std::smatch parts;
        ASSERT_TRUE(std::regex_match(line, parts, shape)) << line;
        messages += parts[1].str() + " " + parts[4].str() + "\n";
        if (line.find("requestId=release-1") != std::string::npos) {
            EXPECT_NE(
                line.find(std::string("traceId=") + kTrace + " spanId=" + kSpan), std::string::npos
            ) << line;
        }
    }
    for (const char* expected :
         {"INFO clientIP=10.0.0.7 method=POST request=/v1/migrations?a=%0Ab\n",
          "INFO clientIP=127.0.0.1 method=GET request=/v1/tenants\n",
          "INFO Number of flattened DB migrations: 0\n",
          "INFO Found migrations to apply: 3\n",
          "DEBUG Applying migration type: 1, schema: catalog, file: ",
          "INFO Notifier response: noop\n",
          "ERROR Bad request: POST /v1/migrations\n",
          "ERROR Recovered in CreateVersion. Transaction rollback.\n",
          "PANIC Panic recovered: "}) {
        EXPECT_NE(messages.find(expected), std::string::npos) << expected << "\nin\n" << messages;
    }
}

}  // namespace
}  // namespace migrator::e2e

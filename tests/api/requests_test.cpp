#include "api/requests.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::api {
namespace {

struct Good {
    const char* name;
    std::string body;
    Action action;
    bool dry_run;
    ResponseDetail detail;
};

TEST(V1Request, GoodBodies) {
    const Good cases[] = {
        {"apply",
         R"({"mode":"apply","response":"full"})",
         Action::Apply,
         false,
         ResponseDetail::Full},
        {"sync", R"({"mode":"sync","response":"list"})", Action::Sync, false, ResponseDetail::List},
        {"dry run",
         R"({"mode":"dry-run","response":"summary"})",
         Action::Apply,
         true,
         ResponseDetail::Summary},
        {"white space",
         "\r\n\t {\"mode\" : \"sync\",\n\"response\" : \"full\"} \n",
         Action::Sync,
         false,
         ResponseDetail::Full},
        {"order of keys",
         R"({"response":"full","mode":"apply"})",
         Action::Apply,
         false,
         ResponseDetail::Full},
        {"unknown keys",
         R"({"mode":"apply","x":[1,{"y":null}],"response":"list","MODE":"sync"})",
         Action::Apply,
         false,
         ResponseDetail::List},
        {"the last of duplicates wins",
         R"({"mode":"apply","response":"full","mode":"sync"})",
         Action::Sync,
         false,
         ResponseDetail::Full},
        {"escapes",
         R"({"m\u006fde":"\u0061pply","response":"full"})",
         Action::Apply,
         false,
         ResponseDetail::Full},
        {"a name that is not asked for",
         R"({"mode":"apply","response":"full","name":7})",
         Action::Apply,
         false,
         ResponseDetail::Full},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const V1Request request = parse_v1_request(c.body, TenantName::NotAsked);
        EXPECT_EQ(request.action, c.action);
        EXPECT_EQ(request.dry_run, c.dry_run);
        EXPECT_EQ(request.detail, c.detail);
        EXPECT_EQ(request.name, "");
    }
}

void expect_refused(const std::string& body, TenantName tenant_name) {
    try {
        parse_v1_request(body, tenant_name);
        ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
        EXPECT_STREQ(
            error.what(), "Invalid request, please see documentation for valid JSON payload"
        );
    }
}

TEST(V1Request, BadBodies) {
    const std::string bodies[] = {
        "",
        " ",
        "{",
        "}",
        "null",
        "[]",
        "1",
        "true",
        "\"mode\"",
        "mode=apply&response=full",
        R"([{"mode":"apply","response":"full"}])",
        R"(1 {"mode":"apply","response":"full"})",
        "{}",
        R"({"mode":"apply"})",
        R"({"response":"full"})",
        R"({"mode":"","response":"full"})",
        R"({"mode":null,"response":"full"})",
        R"({"mode":1,"response":"full"})",
        R"({"mode":["apply"],"response":"full"})",
        R"({"mode":"Apply","response":"full"})",
        R"({"mode":"apply ","response":"full"})",
        R"({"mode":"dryrun","response":"full"})",
        R"({"mode":"apply","response":""})",
        R"({"mode":"apply","response":null})",
        R"({"mode":"apply","response":"abc"})",
        R"({"mode":"apply","response":"Full"})",
        R"({"mode":"apply","response":{}})",
        R"({"mode":"sync","response":"full","mode":"x"})",
        R"({"mode":"apply","response":"full")",
        R"({"mode":"apply","response":"full",})",
        R"({'mode':'apply','response':'full'})",
        R"({"mode":"apply","response":"full"} } not JSON)",
        R"({"mode":"sync","response":"full"}{"mode":"apply"})",
        R"({"mode":"apply","response":"full"}=)",
        R"({"mode":"apply","response":"full"},)",
        std::string(R"({"mode":"apply","response":"full"})") + '\0',
        R"({"mode":"apply","response":"full","x":)" + std::string(100'000, '[') + "}",
    };
    for (const std::string& body : bodies) {
        SCOPED_TRACE(body.substr(0, 80));
        expect_refused(body, TenantName::NotAsked);
    }
}

TEST(V2Request, NothingMayFollowItsJson) {
    EXPECT_EQ(parse_v2_request("{\"query\":\"{a}\"} \r\n").query, "{a}");
    for (const char* body : {R"({"query":"{a}"}=)", R"({"query":"{a}"}{})", R"(null null)"}) {
        SCOPED_TRACE(body);
        EXPECT_THROW(parse_v2_request(body), Error);
    }
}

TEST(V1Request, ATenantNeedsAName) {
    const V1Request request = parse_v1_request(
        R"({"name":"a b; é","mode":"sync","response":"list"})", TenantName::Required
    );
    EXPECT_EQ(request.name, "a b; é");  // whether such a tenant can be is asked later
    EXPECT_EQ(request.action, Action::Sync);

    for (const char* name : {"", R"("name":"",)", R"("name":null,)", R"("name":1,)"}) {
        SCOPED_TRACE(name);
        const std::string rest = R"("mode":"apply","response":"full"})";
        expect_refused(std::string("{") + name + rest, TenantName::Required);
    }
}

}  // namespace
}  // namespace migrator::api

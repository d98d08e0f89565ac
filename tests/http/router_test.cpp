#include "http/router.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "http/target.hpp"

using namespace migrator;
using namespace migrator::http;

namespace {

Handler nothing() {
    return [](const Request&) { return Response{}; };
}

Request request_for(const std::string& method, const std::string& sent) {
    Request request;
    request.method = method;
    const Target target = parse_target(sent).value();
    request.target = target.text;
    request.path = target.path;
    request.query = target.query;
    return request;
}

Router router_with(const std::string& prefix) {
    Router router;
    router.add("GET", prefix + "/", Lane::Quick, nothing());
    router.add("GET", prefix + "/v1/config", Lane::Quick, nothing());
    router.add("GET", prefix + "/v1/tenants", Lane::Work, nothing());
    router.add("POST", prefix + "/v1/tenants", Lane::Work, nothing());
    router.add("POST", prefix + "/v2/service", Lane::Work, nothing());
    router.add_bare("GET", "/metrics", Lane::Quick, nothing());
    return router;
}

std::string location(const Response& response) {
    for (const auto& [name, value] : response.headers) {
        if (name == "Location") return value;
    }
    return "";
}

}  // namespace

TEST(Router, FindsRoutesByMethodAndDecodedPath) {
    const Router router = router_with("/migrator");
    const struct {
        const char* method;
        const char* target;
        const char* path;
    } cases[] = {
        {"GET", "/migrator/", "/migrator/"},
        {"GET", "/migrator/v1/tenants", "/migrator/v1/tenants"},
        {"POST", "/migrator/v1/tenants?a=b", "/migrator/v1/tenants"},
        {"HEAD", "/migrator/v1/config", "/migrator/v1/config"},
        {"GET", "http://elsewhere/migrator/", "/migrator/"},
        {"GET", "/metrics", "/metrics"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.target);
        const auto found = router.find(request_for(c.method, c.target));
        ASSERT_TRUE(std::holds_alternative<const Router::Route*>(found));
        EXPECT_EQ(std::get<const Router::Route*>(found)->path, c.path);
        const bool is_head = std::string_view(c.method) == "HEAD";
        EXPECT_EQ(std::get<const Router::Route*>(found)->method, is_head ? "GET" : c.method);
    }
}

TEST(Router, HasNoRouteForAPathInDisguise) {
    const Router router = router_with("/migrator");
    for (const char* target :
         {"/%6Digrator/v1/config",
          "/migrator%2fv1%2Fconfig",
          "/migrator/v1/conf%69g",
          "/migrator%2F",
          "/%6Digrator",
          "/migrator/v1/config%2F",
          "/%6detrics",
          "/migrator%2f?x",
          "/metric%73/"}) {
        for (const char* method : {"GET", "HEAD", "POST"}) {
            SCOPED_TRACE(std::string(method) + " " + target);
            const auto found = router.find(request_for(method, target));
            ASSERT_TRUE(std::holds_alternative<Response>(found));
            EXPECT_EQ(std::get<Response>(found).status, 404);
        }
    }
}

TEST(Router, TakesEncodingThatAPrefixNeeds) {
    Router router;
    router.add("GET", "/caf\xc3\xa9 one/", Lane::Quick, nothing());
    const auto found = router.find(request_for("GET", "/caf%c3%A9%20one/"));
    EXPECT_TRUE(std::holds_alternative<const Router::Route*>(found));
}

TEST(Router, RedirectsWhenOnlyTheSlashAtTheEndIsWrong) {
    const Router router = router_with("/migrator");
    const struct {
        const char* method;
        const char* target;
        int status;
        const char* location;
    } cases[] = {
        {"GET", "/migrator", 301, "/migrator/"},
        {"GET", "/migrator?a=b&c=%20", 301, "/migrator/?a=b&c=%20"},
        {"GET", "/migrator?", 301, "/migrator/?"},
        {"GET", "/migrator//", 301, "/migrator/"},
        {"GET", "/migrator/v1/config/", 301, "/migrator/v1/config"},
        {"HEAD", "/migrator", 301, "/migrator/"},
        {"GET", "http://elsewhere/migrator", 301, "/migrator/"},
        {"GET", "/migrator?x=\xc3\xa9", 301, "/migrator/?x=%c3%a9"},
        {"POST", "/migrator/v1/tenants/", 307, "/migrator/v1/tenants"},
        {"POST", "/migrator/v2/service/?q", 307, "/migrator/v2/service?q"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.target);
        const auto found = router.find(request_for(c.method, c.target));
        ASSERT_TRUE(std::holds_alternative<Response>(found));
        const auto& response = std::get<Response>(found);
        EXPECT_EQ(response.status, c.status);
        EXPECT_EQ(location(response), c.location);
        if (c.status == 307) {
            EXPECT_EQ(response.body, "");
            EXPECT_EQ(response.content_type, "");
        } else {
            EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
        }
    }
}

TEST(Router, WritesTheLocationIntoTheBodyAsHtml) {
    const Router router = router_with("/migrator");
    const auto found = router.find(request_for("GET", "/migrator?a=\"><script>'&"));
    EXPECT_EQ(
        std::get<Response>(found).body,
        "<a href=\"/migrator/?a=&#34;&gt;&lt;script&gt;&#39;&amp;\">Moved Permanently</a>.\n\n"
    );
}

TEST(Router, AnswersNotFoundAndWrongMethod) {
    const Router router = router_with("/migrator");
    const struct {
        const char* method;
        const char* target;
        const char* allow;  // empty: 404
    } cases[] = {
        {"GET", "/", ""},
        {"GET", "/migrator/v1", ""},
        {"GET", "/migrator/v1/", ""},
        {"GET", "/migrator///", ""},
        {"GET", "//migrator//v1/config", ""},
        {"GET", "/migrator/v1/config//", ""},
        {"GET", "/Migrator/", ""},
        {"GET", "/migrator/V1/config", ""},
        {"GET", "/migrator/metrics", ""},
        {"POST", "/migrator", ""},
        {"POST", "/migrator/v1/config/", ""},
        {"get", "/nowhere", ""},
        {"OPTIONS", "*", ""},
        {"OPTIONS", "/migrator/v1/config", "GET"},
        {"GET", "/migrator/v2/service", "POST"},
        {"DELETE", "/migrator/v1/tenants", "GET, POST"},
        {"get", "/migrator/", "GET"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + c.target);
        const auto found = router.find(request_for(c.method, c.target));
        ASSERT_TRUE(std::holds_alternative<Response>(found));
        const auto& response = std::get<Response>(found);
        const std::string allow = c.allow;
        EXPECT_EQ(response.status, allow.empty() ? 404 : 405);
        EXPECT_EQ(response.body, allow.empty() ? "404 page not found" : "405 method not allowed");
        EXPECT_EQ(response.content_type, "text/plain");
        EXPECT_EQ(response.headers, allow.empty() ? Headers{} : (Headers{{"Allow", allow}}));
    }
}

TEST(Router, ServesTheBareHostWithoutAPrefix) {
    const Router router = router_with("");
    const auto found = router.find(request_for("GET", "/"));
    ASSERT_TRUE(std::holds_alternative<const Router::Route*>(found));
    const auto host = router.find(request_for("GET", "http://host"));
    EXPECT_TRUE(std::holds_alternative<const Router::Route*>(host));
}

TEST(Router, NeverRedirectsToAnotherHost) {
    Router router;
    router.add("GET", "//evil.example", Lane::Quick, nothing());
    router.add("GET", "/\\evil.example", Lane::Quick, nothing());
    for (const char* target : {"//evil.example/", "/\\evil.example/"}) {
        SCOPED_TRACE(target);
        const auto found = router.find(request_for("GET", target));
        ASSERT_TRUE(std::holds_alternative<Response>(found));
        EXPECT_EQ(std::get<Response>(found).status, 404);
    }
}

TEST(Router, RefusesASecondRouteForTheSame) {
    Router router = router_with("");
    EXPECT_THROW(router.add("GET", "/metrics", Lane::Work, nothing()), Error);
    EXPECT_NO_THROW(router.add("POST", "/metrics", Lane::Work, nothing()));
}

TEST(Router, ServesOneMoreSegmentAsTheId) {
    Router router = router_with("/migrator");
    router.add_with_id("GET", "/migrator/v1/runs", Lane::Quick, nothing());
    router.add_with_id("DELETE", "/migrator/v1/runs", Lane::Quick, nothing());
    router.add("GET", "/migrator/v1/runs/latest", Lane::Quick, nothing());
    const struct {
        const char* method;
        const char* target;
        const char* pattern;
        const char* parameter;
    } cases[] = {
        {"GET", "/migrator/v1/runs/abc", "/migrator/v1/runs/:id", "abc"},
        {"DELETE", "/migrator/v1/runs/abc?x=/y", "/migrator/v1/runs/:id", "abc"},
        {"GET", "/migrator/v1/runs/a%62%63", "/migrator/v1/runs/:id", "abc"},
        {"GET", "/migrator/v1/runs/a%20%C3%A9.b", "/migrator/v1/runs/:id", "a \xc3\xa9.b"},
        {"GET", "/migrator/v1/runs/:id", "/migrator/v1/runs/:id", ":id"},
        {"GET", "/migrator/v1/runs/latest", "/migrator/v1/runs/latest", ""},
        {"DELETE", "/migrator/v1/runs/latest", "/migrator/v1/runs/:id", "latest"},
        {"GET", "/migrator/v1/tenants", "/migrator/v1/tenants", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.target);
        const Request request = request_for(c.method, c.target);
        const auto found = router.find(request);
        ASSERT_TRUE(std::holds_alternative<const Router::Route*>(found));
        const Router::Route& route = *std::get<const Router::Route*>(found);
        EXPECT_EQ(route.pattern, c.pattern);
        EXPECT_EQ(route.parameter_of(request.path), c.parameter);
        EXPECT_EQ(route.method, c.method);
    }
}

TEST(Router, AnswersForARouteWithAnIdAsForOthers) {
    Router router;
    router.add_with_id("GET", "/v1/runs", Lane::Quick, nothing());
    router.add_with_id("DELETE", "/v1/runs", Lane::Quick, nothing());
    router.add("GET", "/v1/runs/latest", Lane::Quick, nothing());
    router.add("GET", "/v1/reports/", Lane::Quick, nothing());
    router.add_with_id("GET", "/v1/reports", Lane::Quick, nothing());
    const struct {
        const char* method;
        const char* target;
        int status;
        const char* header;  // Location or Allow
    } cases[] = {
        {"GET", "/v1/runs/abc/", 301, "/v1/runs/abc"},
        {"GET", "/v1/runs/a%20b/?x", 301, "/v1/runs/a%20b?x"},
        {"GET", "/v1/runs/a%62c/", 301, "/v1/runs/a%62c"},
        {"GET", "/v1/runs/abc%2f", 404, ""},
        {"GET", "/v1%2Fruns%2Fabc", 404, ""},
        {"GET", "/v1/%72uns/abc", 404, ""},
        {"DELETE", "/v1/runs/abc/", 307, "/v1/runs/abc"},
        {"GET", "/v1/reports", 301, "/v1/reports/"},
        {"POST", "/v1/runs/abc", 405, "GET, DELETE"},
        {"POST", "/v1/runs/latest", 405, "GET, DELETE"},
        {"GET", "/v1/runs", 404, ""},
        {"GET", "/v1/runs/", 404, ""},
        {"GET", "/v1/runs//", 404, ""},
        {"GET", "/v1/runs/a/b", 404, ""},
        {"GET", "/v1/runs/a%2Fb", 404, ""},
        {"GET", "/v1/runs/a//", 404, ""},
        {"GET", "/v1/runsabc", 404, ""},
        {"GET", "/v1/runs-/abc", 404, ""},
        {"POST", "/v1/runs/abc/", 404, ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + c.target);
        const auto found = router.find(request_for(c.method, c.target));
        ASSERT_TRUE(std::holds_alternative<Response>(found));
        const auto& response = std::get<Response>(found);
        EXPECT_EQ(response.status, c.status);
        const std::string header = response.headers.empty() ? "" : response.headers.front().second;
        EXPECT_EQ(header, c.header);
    }
}

TEST(Router, RefusesASecondRouteWithAnIdForTheSame) {
    Router router;
    router.add("GET", "/v1/runs", Lane::Work, nothing());
    EXPECT_NO_THROW(router.add_with_id("GET", "/v1/runs", Lane::Work, nothing()));
    EXPECT_THROW(router.add_with_id("GET", "/v1/runs", Lane::Work, nothing()), Error);
    EXPECT_NO_THROW(router.add("GET", "/v1/runs/latest", Lane::Work, nothing()));
}

TEST(Router, AlwaysHasAnAnswerToAnException) {
    log::redirect([](std::string_view) {});
    const auto failure = std::make_exception_ptr(std::runtime_error("broken"));
    Router router;
    EXPECT_EQ(router.error_response({}, failure).status, 500);
    EXPECT_EQ(router.error_response({}, std::make_exception_ptr(1)).status, 500);

    router.on_error([](const Request& request, std::exception_ptr) {
        return Response{.status = 424, .content_type = "", .body = request.path, .headers = {}};
    });
    EXPECT_EQ(router.error_response(request_for("GET", "/a"), failure).body, "/a");

    router.on_error([](const Request&, std::exception_ptr) -> Response { throw 1; });
    EXPECT_EQ(router.error_response({}, failure).status, 500);
    log::redirect({});
}

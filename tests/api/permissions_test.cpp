#include "api/permissions.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "api/api.hpp"
#include "api/routes.hpp"
#include "api/v2_schema.hpp"
#include "core/error.hpp"

namespace migrator::api {
namespace {

constexpr Role kRoles[] = {Role::None, Role::Read, Role::Plan, Role::Apply, Role::Admin};

/// Who the header `Who` says: nobody, somebody with that role, or somebody whose proof is bad.
std::optional<Principal> who_says_the_header(const http::Request& request) {
    const auto who = request.header("Who");
    if (!who) return std::nullopt;
    if (who == "liar") throw Error(ErrorKind::Unauthenticated, "unknown token");
    if (who == "somebody") return Principal{.name = "somebody", .proof = "token"};
    const auto role = role_called(*who);
    return Principal{.name = "a-" + std::string(*who), .proof = "token", .role = role.value()};
}

http::Headers headers_of(Role role) {
    return {{"Who", role == Role::None ? "somebody" : std::string(name_of(role))}};
}

struct Asking {
    std::string method;
    std::string path;
    std::string body;
    Role needed;
};

/// How to ask for each route; those of GraphQL fields are below.
std::vector<Asking> askings() {
    std::vector<Asking> all;
    for (const Permission& each : permissions()) {
        const auto space = each.operation.find(' ');
        if (space == std::string_view::npos) continue;
        const std::string method(each.operation.substr(0, space));
        std::string path(each.operation.substr(space + 1));
        if (const auto id = path.find("/:id"); id != std::string::npos) {
            path.replace(id + 1, 3, "run-1");
        }
        if (path == "/v2/service") {
            all.push_back({method, path, R"({"query":"{__typename}"})", each.role});
        } else if (path == "/v1/migrations" || path == "/v1/tenants") {
            if (method != "POST") {
                all.push_back({method, path, "", each.role});
                continue;
            }
            const std::string name = path == "/v1/tenants" ? R"("name":"south",)" : "";
            all.push_back(
                {method, path, "{" + name + R"("mode":"apply","response":"summary"})", each.role}
            );
            all.push_back(
                {method,
                 path,
                 "{" + name + R"("mode":"dry-run","response":"summary"})",
                 each.of_dry_run}
            );
        } else {
            all.push_back({method, path, method == "POST" ? "{}" : "", each.role});
        }
    }
    return all;
}

struct FieldAsking {
    std::string document;
    Role needed;
};

std::vector<FieldAsking> field_askings() {
    const auto mutation = [](const std::string& name, const std::string& rest) {
        const std::string tenant = name == "createTenant" ? R"(tenantName:"south",)" : "";
        return "mutation{" + name + "(input:{" + tenant + R"(versionName:"v")" + rest +
               "}){summary{tenants}}}";
    };
    std::vector<FieldAsking> all;
    for (const Permission& each : permissions()) {
        const std::string_view name = each.operation.substr(each.operation.find('.') + 1);
        if (each.operation.starts_with("Query.")) {
            std::string text = "{a:__typename " + std::string(name);
            if (name == "version" || name == "dbMigration") text += "(id:1)";
            const struct {
                const char* name;
                const char* rest;
            } screens[] = {
                {"me", "{name}"},
                {"tenantPage", "{tenants}"},
                {"tenant", R"((name:"north"){tenant})"},
                {"plan", "{command}"},
                {"rolloutPreview", "{working}"},
                {"runs", "{next}"},
                {"run", R"((id:"x"){id})"},
                {"versionPage", "{next}"},
                {"versionFiles", "(id:1){id}"},
                {"versionFile", R"((id:1,file:"x"){name})"}};
            const auto* screen = std::ranges::find(screens, name, [](const auto& row) {
                return std::string_view(row.name);
            });
            if (screen != std::end(screens)) {
                all.push_back({text + screen->rest + "}", each.role});
                continue;
            }
            if (name == "sourceMigration") text += R"((file:"x"))";
            if (name == "fleet")
                text += "{tenants}";
            else if (name == "analysis")
                text += "{files}";
            else if (name == "checks")
                text += "{asked}";
            else if (name == "drift")
                text += "{compared}";
            else if (name == "versions" || name == "version" || name == "dbMigration")
                text += "{id}";
            else
                text += "{name}";
            all.push_back({text + "}", each.role});
        } else if (name == "acceptMoved") {
            all.push_back({R"(mutation{acceptMoved(input:{from:"a",to:"b"})})", each.role});
        } else if (name == "retryRun") {
            all.push_back({R"(mutation{retryRun(id:"x"){summary{tenants}}})", each.role});
        } else if (name == "traceFiles") {
            all.push_back({R"(mutation{traceFiles(input:{scratch:true}){notes}})", each.role});
        } else if (name == "removeTenant") {
            all.push_back({R"(mutation{removeTenant(tenantName:"north")})", each.role});
        } else if (name == "acceptAsNew") {
            all.push_back({R"(mutation{...f} fragment f on Mutation{x:acceptAsNew})", each.role});
        } else if (each.operation.starts_with("Mutation.")) {
            const std::string mutated(name);
            all.push_back({mutation(mutated, ""), each.role});
            all.push_back({mutation(mutated, ",dryRun:false"), each.role});
            all.push_back({mutation(mutated, ",dryRun:true"), each.of_dry_run});
        }
    }
    return all;
}

class PermissionsTest : public test::Api {
protected:
    PermissionsTest() {
        arrange_files();
        gate = Gate(who_says_the_header);
    }

    http::Response ask_as(const Asking& asking, const http::Headers& headers) {
        return ask(asking.method, asking.path, asking.body, headers);
    }
};

TEST_F(PermissionsTest, EachRouteAnswersOnlyWhoHasItsRole) {
    for (const Asking& each : askings()) {
        SCOPED_TRACE(each.method + " " + each.path + " " + each.body);
        const bool is_public = each.needed == Role::None;
        const http::Response nobody = ask_as(each, {});
        const http::Response liar = ask_as(each, {{"Who", "liar"}, {"Authorization", "Bearer x"}});
        EXPECT_EQ(nobody.status == 401, !is_public) << nobody.body;
        EXPECT_EQ(liar.status == 401, !is_public) << liar.body;
        for (const Role role : kRoles) {
            const http::Response answer = ask_as(each, headers_of(role));
            SCOPED_TRACE(name_of(role));
            EXPECT_EQ(answer.status == 403, role < each.needed) << answer.body;
            EXPECT_NE(answer.status, 401);
            if (answer.status != 403) continue;
            EXPECT_TRUE(test::contains(answer.body, "needs at least the role ")) << answer.body;
        }
    }
}

TEST_F(PermissionsTest, EachFieldAnswersOnlyWhoHasItsRole) {
    for (const FieldAsking& each : field_askings()) {
        SCOPED_TRACE(each.document);
        const Asking asking{
            "POST",
            "/v2/service",
            boost::json::serialize(boost::json::object{{"query", each.document}}),
            each.needed};
        EXPECT_TRUE(test::contains(ask_as(asking, {}).body, R"("code":"UNAUTHENTICATED")"));
        for (const Role role : kRoles) {
            SCOPED_TRACE(name_of(role));
            const http::Response answer = ask_as(asking, headers_of(role));
            const bool is_refused = test::contains(answer.body, R"("code":"FORBIDDEN")");
            EXPECT_EQ(is_refused, role < each.needed) << answer.body;
            EXPECT_EQ(answer.status == 403, is_refused);
        }
    }
}

TEST_F(PermissionsTest, WhoIsRefusedChangesNothing) {
    for (const Role role : {Role::None, Role::Read, Role::Plan}) {
        for (const Asking& each : askings()) {
            if (each.method == "POST") ask_as(each, headers_of(role));
        }
        for (const FieldAsking& each : field_askings()) {
            ask("POST",
                "/v2/service",
                boost::json::serialize(boost::json::object{{"query", each.document}}),
                headers_of(role));
        }
    }
    EXPECT_EQ(ask("GET", "/v1/migrations/applied", "", headers_of(Role::Read)).body, "[]");
    EXPECT_EQ(ask("GET", "/v1/tenants", "", headers_of(Role::Read)).body, R"(["north"])");
}

TEST_F(PermissionsTest, AChallengeSaysWhetherAProofWasBad) {
    const auto challenge = [](const http::Response& response) -> std::string {
        for (const auto& [name, value] : response.headers) {
            if (name == "WWW-Authenticate") return value;
        }
        return "none";
    };
    EXPECT_EQ(challenge(ask("GET", "/v1/tenants")), R"(Bearer realm="migrator")");
    EXPECT_EQ(
        challenge(ask("GET", "/v1/tenants", "", {{"Who", "liar"}, {"Authorization", "Bearer x"}})),
        R"(Bearer realm="migrator", error="invalid_token", error_description="unknown token")"
    );
    EXPECT_EQ(challenge(ask("GET", "/v1/tenants", "", headers_of(Role::Read))), "none");
}

TEST_F(PermissionsTest, ARunIsCancelledByWhoAskedForItOrAnAdmin) {
    const auto as = [](const char* name, Role role) {
        return Gate([=](const http::Request&) {
            return Principal{.name = name, .proof = "token", .role = role};
        });
    };
    gate = as("ci", Role::Apply);
    http::Response response = post(
        "/v1/migrations",
        R"({"mode":"apply","response":"summary"})",
        {{"Prefer", "respond-async"}, {"X-Request-ID", "run-7"}}
    );
    ASSERT_EQ(response.status, 202);
    gate = as("i", Role::Apply);
    const http::Response refused = ask("DELETE", "/v1/runs/run-7");
    EXPECT_EQ(refused.status, 403);
    EXPECT_TRUE(test::contains(refused.body, "needs at least the role admin")) << refused.body;
    // Nor is it another's run again by its id.
    EXPECT_EQ(
        post(
            "/v1/migrations",
            R"({"mode":"apply","response":"summary"})",
            {{"Prefer", "respond-async"}, {"X-Request-ID", "run-7"}}
        ).status,
        400
    );
    gate = as("ops", Role::Admin);
    EXPECT_EQ(ask("DELETE", "/v1/runs/run-7").status, 202);
    gate = as("ci", Role::Apply);
    EXPECT_EQ(ask("DELETE", "/v1/runs/run-7").status, 202);
    finish(response);
}

TEST_F(PermissionsTest, HealthKeepsItsDetailsForReaders) {
    database.break_connection("no route to 10.0.0.7");
    const http::Response nobody = ask("GET", "/health");
    EXPECT_EQ(nobody.status, 503);
    EXPECT_TRUE(test::contains(nobody.body, R"("name":"DB","status":"DOWN")")) << nobody.body;
    EXPECT_FALSE(test::contains(nobody.body, "10.0.0.7")) << nobody.body;
    EXPECT_EQ(ask("GET", "/health", "", {{"Who", "liar"}}).body, nobody.body);
    EXPECT_EQ(ask("GET", "/health", "", headers_of(Role::None)).body, nobody.body);
    EXPECT_TRUE(test::contains(ask("GET", "/health", "", headers_of(Role::Read)).body, "10.0.0.7"));
}

TEST_F(PermissionsTest, WithoutProofsEverybodyMayDoEverything) {
    gate = Gate();
    for (const Asking& each : askings()) {
        const int status = ask_as(each, {}).status;
        EXPECT_TRUE(status != 401 && status != 403) << each.method << " " << each.path;
    }
}

TEST(Permissions, WhatHasNoRowCanNotBeAdded) {
    EXPECT_THROW(permission_for("GET /v1/new"), Error);
    http::Router router;
    const Gate gate;
    Routes routes(router, "", gate);
    const auto handler = [](const http::Request&) { return http::Response{}; };
    EXPECT_THROW(routes.add("GET", "/v1/new", http::Lane::Quick, handler), Error);
    EXPECT_THROW(routes.add_with_id("GET", "/v1/new", http::Lane::Quick, handler), Error);
    EXPECT_THROW(routes.add_open("GET", "/v1/new", http::Lane::Quick, handler), Error);
    EXPECT_THROW(routes.add_bare("GET", "/new", http::Lane::Quick, handler), Error);
}

}  // namespace
}  // namespace migrator::api

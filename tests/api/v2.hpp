#pragma once

#include <boost/json.hpp>
#include <string>

#include "api/api.hpp"

namespace migrator::api::test {

namespace json = boost::json;

/// Calls of the GraphQL service.
class V2 : public Api {
protected:
    http::Response query(const std::string& document, json::object variables = {}) {
        json::object body{{"query", document}};
        if (!variables.empty()) body["variables"] = std::move(variables);
        return post("/v2/service", json::serialize(body));
    }
    void expect(const http::Response& response, int status, const std::string& body) {
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
        EXPECT_EQ(response.body, body);
    }
    void apply(const std::string& name = "v1") {
        const http::Response response = query(
            "mutation ($name: String!) { createVersion(input: {versionName: $name}) { summary { "
            "tenants } } }",
            {{"name", name}}
        );
        ASSERT_EQ(response.status, 200) << response.body;
    }
};

}  // namespace migrator::api::test

// Who changed what, in REST and GraphQL.
#include "api/v2.hpp"
#include "core/error.hpp"

namespace migrator::api::test {
namespace {

class AuditRoute : public V2 {
protected:
    void apply_as(const std::string& name) {
        arrange_files();
        make_coordinator()->create_version(
            {.version_name = "v1",
             .request_id = "r-1",
             .asker =
                 {.principal = Principal{.name = name, .proof = "token", .role = Role::Apply},
                  .address = "10.0.0.7"}}
        );
    }
    std::string ask_page(const std::string& query) {
        coordinators.push_back(make_coordinator());
        const http::Router router = router_for(*coordinators.back());
        http::Request request{.method = "GET", .path = "/v1/audit", .query = query};
        const auto found = router.find(request);
        try {
            const auto step = std::get<const http::Router::Route*>(found)->handler(request);
            return std::get<http::Response>(step).body;
        } catch (const Error& error) {
            return error.what();
        }
    }
};

TEST_F(AuditRoute, IsEmptyWithoutTables) {
    EXPECT_EQ(ask_page(""), R"({"head":null,"next":null,"rows":[]})");
}

TEST_F(AuditRoute, ComesInPagesNewestFirst) {
    apply_as("ann \"x\"");
    const std::string newest = ask_page("first=1");
    EXPECT_TRUE(contains(newest, R"("next":2,"rows":[{"id":2,)")) << newest;
    EXPECT_TRUE(contains(newest, R"("outcome":"done","operation":"apply","principal":"ann \"x\"",)")
    ) << newest;
    EXPECT_TRUE(contains(newest, R"("details":{"name":"v1")")) << newest;
    const std::string last = ask_page("first=1&after=2");
    EXPECT_TRUE(contains(last, R"("next":null,"rows":[{"id":1,)")) << last;
    for (const char* wrong : {"first=0", "first=1001", "first=x", "first="}) {
        EXPECT_TRUE(contains(ask_page(wrong), "first must be an integer from 1 to 1000")) << wrong;
    }
    for (const char* wrong : {"after=0", "after=-1", "after=x", "after=1%27or%271"}) {
        EXPECT_TRUE(contains(ask_page(wrong), "after must be the ID of a row")) << wrong;
    }
}

TEST_F(AuditRoute, VersionsHaveTheirCreators) {
    apply_as("ann");
    database.record(source.files()[0], "north");  // somebody else's
    expect(
        query("{ versions { id createdBy } }"),
        200,
        R"({"data":{"versions":[{"id":2,"createdBy":null},{"id":1,"createdBy":"ann"}]}})"
    );
}

}  // namespace
}  // namespace migrator::api::test

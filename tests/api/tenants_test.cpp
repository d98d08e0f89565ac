// Tenants by page and filter, and all that is known of one.
#include "api/api.hpp"

namespace migrator::api::test {
namespace {

class Tenants : public Api {
protected:
    Tenants() {
        arrange_files();  // tenant north
        for (const char* tenant : {"east", "south", "West"}) database.add_tenant(tenant);
        file_ = source.files()[1];
        database.record(file_, "north");
        TenantState state;
        state.tenant = "east";
        state.version_id = 7;
        state.first_file = state.file = file_.file;
        state.state = "failed";
        state.sqlstate = "42P07";
        state.message = "ERROR: boom\nHINT: Look there.\nLOCATION: statement 1, line 1";
        database.add_state(state);
    }

    /// The names on the page, in order.
    std::string names(const std::string& query) {
        const std::string body = get("/v1/tenants?" + query).body;
        static const std::string mark = R"({"tenant":")";
        std::string found;
        for (auto at = body.find(mark); at != std::string::npos; at = body.find(mark, at + 1)) {
            const auto begin = at + mark.size();
            found += (found.empty() ? "" : " ") + body.substr(begin, body.find('"', begin) - begin);
        }
        return found;
    }

    Migration file_;
};

TEST_F(Tenants, AreAListOfNamesWithoutParameters) {
    EXPECT_EQ(get("/v1/tenants").body, R"(["north","east","south","West"])");
    EXPECT_EQ(get("/v1/tenants?unknown=1").body, R"(["north","east","south","West"])");
}

TEST_F(Tenants, ComeWithCountsAndOnlyWithTheNumberOfMissingFiles) {
    EXPECT_EQ(
        get("/v1/tenants?state=failed").body,
        R"({"tenants":4,"matching":1,"states":{"current":1,"lagging":0,"unmanaged":2,)"
        R"("unfinished":0,"failed":1,"planned":0},"levels":[{"file":null,"tenants":3},)"
        R"({"file":"/migrations/tenants/002.sql","tenants":1}],"next":null,"page":[)"
        R"({"tenant":"east","state":"failed","level":null,"missing":1,"versionId":7,)"
        R"("runState":"failed","file":"/migrations/tenants/002.sql","statement":0,)"
        R"("sqlstate":"42P07",)"
        R"("message":"ERROR: boom\nHINT: Look there.\nLOCATION: statement 1, line 1",)"
        R"("changed":"1970-01-01T00:00:00Z"}]})"
    );
}

TEST_F(Tenants, AreFilteredAndSorted) {
    const struct {
        const char* query;
        const char* names;
    } cases[] = {
        {"limit=10", "West east north south"},
        {"sort=name", "West east north south"},
        {"sort=attention", "east West south north"},
        {"search=ST", "West east"},
        {"search=st&sort=attention", "east West"},
        {"search=e%61st", "east"},
        {"search=nobody", ""},
        {"level=none", "West east south"},
        {"level=/migrations/tenants/002.sql", "north"},
        {"state=unmanaged", "West south"},
        {"state=unmanaged&search=sou", "south"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.query);
        EXPECT_EQ(names(c.query), c.names);
    }
}

TEST_F(Tenants, ComeInPagesThatDoNotShiftWhenTenantsComeAndGo) {
    EXPECT_EQ(names("sort=attention&limit=2"), "east West");
    const std::string body = get("/v1/tenants?sort=attention&limit=2").body;
    EXPECT_TRUE(contains(body, R"("next":"4.West")")) << body;
    database.remove_tenant("West");
    database.add_tenant("Aachen");
    EXPECT_EQ(names("sort=attention&limit=2&after=4.West"), "south north");
    EXPECT_EQ(names("limit=2&after=b"), "east north");
    EXPECT_TRUE(contains(get("/v1/tenants?limit=2&after=north").body, R"("next":null)"));
}

TEST_F(Tenants, RefuseParametersThatMeanNothing) {
    const struct {
        const char* query;
        const char* error;
    } cases[] = {
        {"state=lost", "state must be current, lagging, unmanaged, unfinished, failed or planned"},
        {"sort=size", "sort must be name or attention"},
        {"limit=0", "limit must be an integer from 1 to 1000"},
        {"limit=x", "limit must be an integer from 1 to 1000"},
        {"sort=attention&after=north", "after must be the value of next of another page"},
        {"search=%4", "the query of the URL is not percent-encoded correctly"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.query);
        const auto response = get(std::string("/v1/tenants?") + c.query);
        EXPECT_EQ(response.status, 400);
        EXPECT_TRUE(contains(response.body, c.error)) << response.body;
    }
}

TEST_F(Tenants, ShowOneWithItsFilesAndVersions) {
    const auto response = get("/v1/tenants/north");
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(contains(response.body, R"({"tenant":"north","state":"current",)"));
    EXPECT_TRUE(contains(response.body, R"("missing":[],"pending":[],"files":[{"id":1,)"))
        << response.body;
    EXPECT_TRUE(contains(response.body, R"("filesTotal":1,"versions":[{"id":1,)"));
    EXPECT_TRUE(contains(response.body, R"("failure":null})"));
}

TEST_F(Tenants, ShowWhyOneFailedAndWhatToDo) {
    const auto response = get("/v1/tenants/east");
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(contains(
        response.body,
        R"("failedStatement":1,"line":1,"statementText":"select 2;","sqlstate":"42P07",)"
        R"("message":"ERROR: boom\nHINT: Look there.",)"
    )) << response.body;
    EXPECT_TRUE(contains(response.body, "Look there. Fix the file, or the data of this tenant"));
    EXPECT_TRUE(contains(response.body, R"("pending":["/migrations/tenants/002.sql"])"));
}

TEST_F(Tenants, KnowNobodyWhoIsNotListed) {
    const auto response = get("/v1/tenants/nobody");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, R"({"error":"tenant nobody does not exist"})");
}

}  // namespace
}  // namespace migrator::api::test

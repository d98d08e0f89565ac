// What an operation may cost, when it ends, and what it reads.
#include <functional>

#include "api/v2.hpp"

namespace migrator::api::test {
namespace {

/// A database that counts what is asked of it.
class CountingConnector : public migrator::test::FakeConnector {
public:
    Applied read_applied(const std::vector<Migration>& sources) override {
        ++reads;
        return FakeConnector::read_applied(sources);
    }
    TenantList tenant_list() override {
        ++reads;
        if (on_read) on_read();
        return FakeConnector::tenant_list();
    }
    std::unique_ptr<db::AppliedRows> applied_migrations(const db::RowsWanted& wanted) override {
        ++reads;
        return FakeConnector::applied_migrations(wanted);
    }
    std::vector<Version> versions(const db::VersionsWanted& wanted) override {
        ++reads;
        if (on_read) on_read();
        return FakeConnector::versions(wanted);
    }

    int reads = 0;
    std::function<void()> on_read;
};

std::string aliases(int count, const std::function<std::string(int)>& field) {
    std::string text = "{";
    for (int i = 0; i < count; ++i) text += " a" + std::to_string(i) + ": " + field(i);
    return text + " }";
}
std::string aliases(int count, const std::string& field) {
    return aliases(count, [&](int) { return field; });
}

class V2Cost : public V2 {
protected:
    V2Cost() {
        connector = &counting_;
        arrange_files();
        counting_.add_tenant("north");
        apply();
        for (int i = 0; i < 40; ++i) {
            source.write(
                MigrationType::TenantMigration,
                "tenants",
                "1" + std::to_string(i) + ".sql",
                std::string(10'000, 'x')
            );
        }
        apply();
        counting_.reads = 0;
    }

    CountingConnector counting_;
};

TEST_F(V2Cost, ReadsEachSourceOnceForAllAliases) {
    const struct {
        const char* field;
        int reads;
        std::size_t loads;
    } cases[] = {
        {"sourceMigrations { name }", 0, 1},
        {R"(sourceMigration(file: "/migrations/ref/001.sql") { name })", 0, 1},
        {"tenants { name }", 1, 0},
        {"versions { id }", 1, 0},
        {"version(id: 1) { id }", 1, 0},
        {"fleet { tenants levels { file } page { next } }", 1, 1}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.field);
        counting_.reads = 0;
        const std::size_t loads = source.loads();
        const http::Response response = query(aliases(400, c.field));
        EXPECT_EQ(response.status, 200) << response.body.substr(0, 200);
        EXPECT_EQ(counting_.reads, c.reads);
        EXPECT_EQ(source.loads() - loads, c.loads);
    }
}

TEST_F(V2Cost, ReadsAgainForTheNextOperation) {
    query("{ tenants { name } }");
    query("{ tenants { name } }");
    EXPECT_EQ(counting_.reads, 2);
}

TEST_F(V2Cost, FailsForAllAliasesWhenAReadFails) {
    counting_.on_read = [] { throw Error(ErrorKind::Unavailable, "gone"); };
    const http::Response response = query(aliases(3, "versions { id }"));
    EXPECT_EQ(response.status, 500);
    EXPECT_TRUE(contains(response.body, "panic occurred: gone")) << response.body;
    EXPECT_EQ(counting_.reads, 1);
}

TEST_F(V2Cost, RefusesWhatReadsALotAgainAndAgain) {
    for (const std::string& document :
         {aliases(499, "versions { dbMigrations { contents } }"),
          "query{...a} fragment a on Query " + aliases(300, "versions {...m}") +
              " fragment m on Version{dbMigrations{contents}}",
          "{ versions { dbMigrations " + aliases(499, "contents") + " } }",
          "{ versions " + aliases(490, "dbMigrations { contents }") + " }",
          aliases(
              400, [](int i) { return "versions(file: \"" + std::to_string(i) + "\") { id }"; }
          ),
          aliases(400, [](int i) {
              return "fleet(first: " + std::to_string(i) + ") { tenants }";
          })}) {
        SCOPED_TRACE(document.substr(0, 150));
        counting_.reads = 0;
        const http::Response response = query(document);
        if (response.status == 200) ADD_FAILURE() << response.body.size() << " bytes";
        EXPECT_LE(counting_.reads, 1'000);
        EXPECT_TRUE(contains(response.body, "Operation is too expensive")) << response.body;
    }
}

TEST_F(V2Cost, AllowsWhatClientsAsk) {
    for (const std::string& document :
         {std::string("{ versions { id name created dbMigrations { id name contents schema } } "
                      "sourceMigrations { name contents } tenants { name } "
                      "fleet(first: 1000) { tenants levels { file } page { nodes { name } } } }"),
          aliases(
              50, [](int i) { return "fleet(first: " + std::to_string(i % 5) + ") { tenants }"; }
          ),
          std::string("{ a: version(id: 1) { ...v } b: version(id: 2) { ...v } } "
                      "fragment v on Version { id dbMigrations { id file } }")}) {
        SCOPED_TRACE(document.substr(0, 150));
        const http::Response response = query(document);
        EXPECT_EQ(response.status, 200) << response.body.substr(0, 200);
    }
}

TEST_F(V2Cost, EndsAQueryWhoseClientHasGone) {
    std::stop_source client;
    gone = client.get_token();
    counting_.on_read = [&] { client.request_stop(); };
    const http::Response response = query("{ tenants { name } versions { dbMigrations { id } } }");
    EXPECT_EQ(counting_.reads, 1);
    EXPECT_EQ(
        response.body,
        R"({"errors":[{"message":"the client has closed its connection",)"
        R"("extensions":{"code":"CANCELLED"}}],"data":null})"
    );
}

TEST_F(V2Cost, EndsAQueryThatTakesTooLong) {
    surroundings.query_timeout = std::chrono::milliseconds(1);
    counting_.on_read = [] {
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
        while (std::chrono::steady_clock::now() < end) {
        }
    };
    const http::Response response = query("{ tenants { name } versions { dbMigrations { id } } }");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(
        response.body,
        R"~({"errors":[{"message":"the query took longer than 1ms (queryTimeout)",)~"
        R"("extensions":{"code":"CANCELLED"}}],"data":null})"
    );
}

TEST_F(V2Cost, DoesNotCutAMutation) {
    std::stop_source client;
    client.request_stop();
    gone = client.get_token();
    surroundings.query_timeout = std::chrono::milliseconds(1);
    source.write(MigrationType::SingleMigration, "ref", "900.sql", "select 9;");
    const http::Response response =
        query(R"(mutation { createVersion(input: {versionName: "v9"}) { version { name } } })");
    EXPECT_EQ(response.body, R"({"data":{"createVersion":{"version":{"name":"v9"}}}})");
}

}  // namespace
}  // namespace migrator::api::test

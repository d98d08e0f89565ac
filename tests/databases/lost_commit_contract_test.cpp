// The connection is cut while COMMIT is on its way.
#include <cstdlib>

#include "core/error.hpp"
#include "databases/project_test.hpp"
#include "support/cutting_proxy.hpp"

namespace migrator::test {
namespace {

class LostCommit : public ProjectTest {
protected:
    /// The data source of the project, by way of `proxy`.
    void go_through(const CuttingProxy& proxy) {
        std::string& url = project().database.data_source;
        const auto at = url.find('@') + 1;
        url.replace(at, url.find('/', at) - at, "127.0.0.1:" + std::to_string(proxy.port()));
    }
    std::uint16_t server_port() {
        const std::string& url = project().database.data_source;
        const auto colon = url.find(':', url.find('@'));
        return static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
    }
    std::string rows_in_database() {
        return project().value("select count(*) from migrator.migrator_migrations");
    }
};

// The COMMIT that counts is the one with the rows of the run, or the next.
constexpr const char* kRows = "insert into migrator.migrator_migrations";
constexpr const char* kCommit = "commit";

TEST_P(LostCommit, ThatTookPlaceIsFoundOut) {
    project().write("catalog/001_a.sql", "create schema {schema};");
    project().apply();
    project().write("catalog/002_b.sql", "create table {schema}.b (x integer);");
    const std::string direct = project().database.data_source;
    const CuttingProxy proxy(server_port(), kRows, kCommit, CuttingProxy::Cut::AfterServer);
    go_through(proxy);
    const auto outcome = project().apply();
    EXPECT_TRUE(proxy.has_cut());
    EXPECT_EQ(outcome.summary.version_id, 2);
    project().database.data_source = direct;
    EXPECT_EQ(rows_in_database(), "2");
}

TEST_P(LostCommit, ThatDidNotTakePlaceIsAnErrorThatSaysSo) {
    project().write("catalog/001_a.sql", "create schema {schema};");
    project().apply();
    project().write("catalog/002_b.sql", "create table {schema}.b (x integer);");
    const std::string direct = project().database.data_source;
    const CuttingProxy proxy(server_port(), kRows, kCommit, CuttingProxy::Cut::BeforeServer);
    go_through(proxy);
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(proxy.has_cut());
    EXPECT_NE(text.find("Could not commit transaction"), std::string::npos) << text;
    EXPECT_NE(text.find("was rolled back"), std::string::npos) << text;
    project().database.data_source = direct;
    EXPECT_EQ(rows_in_database(), "1");
}

MIGRATOR_ON_DATABASE(LostCommit, "Postgresql");

}  // namespace
}  // namespace migrator::test

// The keys of a fleet over several servers.
#include "reading.hpp"

namespace migrator::config::test {
namespace {

const std::string kTwo =
    "servers:\n"
    "  east:\n"
    "    dataSource: user=shop password=${EAST} host=db-2\n"
    "  west:\n"
    "    dataSource: user=shop password=west-secret host=db-3\n"
    "    parallelism: 8\n"
    "serverConnections: 4\n"
    "catalogMigrations: [\"*_registry.sql\"]\n";

TEST(Servers, AreReadWithWhatTheyDifferIn) {
    const Reading reading{.yaml = kMinimal + kTwo, .environment = {{"EAST", "east-secret"}}};
    const Config config = reading.read();
    const db::ServersOptions& servers = config.database.servers;
    ASSERT_EQ(servers.named.size(), 2U);
    EXPECT_EQ(servers.named[0].name, "east");
    EXPECT_EQ(servers.named[0].data_source, "user=shop password=east-secret host=db-2");
    EXPECT_FALSE(servers.named[0].parallelism);
    EXPECT_EQ(servers.named[1].parallelism, 8U);
    EXPECT_EQ(servers.connections, 4U);
    EXPECT_EQ(servers.catalog_files, std::vector<std::string>{"*_registry.sql"});
    EXPECT_TRUE(servers.any());
    EXPECT_FALSE(read_yaml(kMinimal).database.servers.any());
}

TEST(Servers, AreShownWithoutTheirPasswords) {
    const Reading reading{.yaml = kMinimal + kTwo, .environment = {{"EAST", "east-secret"}}};
    const std::string shown = reading.read().redacted_yaml;
    EXPECT_TRUE(contains(
        shown,
        "servers:\n"
        "  east:\n"
        "    dataSource: user=shop password=*** host=db-2\n"
        "  west:\n"
        "    dataSource: user=shop password=*** host=db-3\n"
        "    parallelism: \"8\"\n"
    )) << shown;
    EXPECT_FALSE(contains(shown, "secret"));
}

TEST(Servers, ComeFromTheEnvironmentAsJson) {
    const Reading reading{
        .environment = {{"MIGRATOR_SERVERS", R"({"east": {"dataSource": "dbname=a host=b"}})"}}};
    EXPECT_EQ(reading.read().database.servers.named.at(0).data_source, "dbname=a host=b");
    const Reading wrong{.environment = {{"MIGRATOR_SERVERS", "[1"}}};
    EXPECT_TRUE(contains(wrong.error(), "is not a YAML or JSON mapping"));
}

TEST(Servers, OfWrongShapeAreRefusedWithTheirLine) {
    const struct {
        const char* yaml;
        const char* told;
    } cases[] = {
        {"servers: [a]\n", "must be a mapping"},
        {"servers:\n  east: dbname=x password=hush-hush\n", "\"NAME:\" with \"dataSource: …\""},
        {"servers:\n  east:\n    datasource: dbname=x\n", "may have dataSource and parallelism"},
        {"servers:\n  east:\n    parallelism: 2\n", "must have a dataSource"},
        {"servers:\n  catalog:\n    dataSource: dbname=x\n", "other than catalog"},
        {"servers:\n  e st:\n    dataSource: dbname=x\n", "letters, digits"},
        {"servers:\n  east:\n    dataSource: dbname=x\n    parallelism: 0\n", "from 1 to 10000"},
        {"servers:\n  east:\n    dataSource: user=shop dbname=shop\n",
         "names the server of dataSource again"},
        {"servers:\n  a:\n    dataSource: dbname=x\n  b:\n    dataSource: dbname=x\n",
         "the same dataSource under two names"},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.yaml);
        const std::string error = error_of(kMinimal + each.yaml);
        EXPECT_TRUE(contains(error, each.told)) << error;
        EXPECT_TRUE(contains(error, "migrator.yaml:")) << error;
        EXPECT_FALSE(contains(error, "hush-hush")) << error;
    }
}

TEST(Servers, OfARowMayReferToSecretsAndNotToVariables) {
    Reading reading{.environment = {{"HOME_SECRET", "not-for-rows"}}};
    reading.secret = [](const std::string& name) { return "secret of " + name; };
    const Lookups lookups = reading.lookups();
    EXPECT_EQ(
        resolved_data_source("dbname=x password='${aws-ssm:a}'", "postgres", lookups),
        "dbname=x password='secret of aws-ssm:a'"
    );
    EXPECT_EQ(resolved_data_source("dbname=x", "postgres", lookups), "dbname=x");
    for (const char* text : {"dbname=x user=${HOME_SECRET}", "password=${HOME_SECRET} dbname=x"}) {
        try {
            resolved_data_source(text, "postgres", lookups);
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_FALSE(contains(error.what(), "not-for-rows"));
        }
    }
}

}  // namespace
}  // namespace migrator::config::test

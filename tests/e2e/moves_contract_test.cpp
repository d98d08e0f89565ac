// The same files in another place, from the command line and over HTTP.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>

#include "e2e/bucket.hpp"
#include "e2e/service.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace migrator::e2e {
namespace {

namespace fs = std::filesystem;

/// A project that is applied from the folder "one", with a tenant, on SQLite.
class Moves : public testing::Test {
protected:
    Moves() {
        write("one/app/001.sql", "create table {schema}.a (i integer);");
        write("one/stores/002.sql", "create table {schema}.b (i integer);");
        use("one");
        EXPECT_EQ(run({"apply"}).exit_code, 0);
        EXPECT_EQ(run({"create-tenant", "north"}).exit_code, 0);
    }

    void write(const std::string& path, const std::string& text) const {
        folder_.write(path, text);
    }
    void use(const std::string& base) {
        environment_ = {
            {"MIGRATOR_DRIVER", "sqlite"},
            {"MIGRATOR_DATA_SOURCE", folder_.path() / "migrator.db"},
            {"MIGRATOR_BASE_LOCATION", base},
            {"MIGRATOR_SINGLE_MIGRATIONS", "app"},
            {"MIGRATOR_TENANT_MIGRATIONS", "stores"},
            {"MIGRATOR_S3_ENDPOINT", bucket_.url()},
            {"MIGRATOR_S3_REGION", "us-east-1"},
            {"MIGRATOR_S3_ANONYMOUS", "true"},
            {"MIGRATOR_S3_ADDRESSING_STYLE", "path"}};
    }
    test::Process::Result run(const std::vector<std::string>& arguments) const {
        return test::run_migrator(arguments, environment_, folder_.path());
    }
    /// Nothing is pending, and nothing else is amiss.
    void expect_settled(const std::string& base) {
        use(base);
        const auto plan = run({"plan", "--exit-code"});
        EXPECT_EQ(plan.exit_code, 0) << base << plan.out << plan.err;
    }
    void fill_bucket(const std::string& prefix) {
        bucket_.objects = {
            {prefix + "app/001.sql", "create table {schema}.a (i integer);"},
            {prefix + "stores/002.sql", "create table {schema}.b (i integer);"}};
    }
    fs::path path(const std::string& name) const { return folder_.path() / name; }
    /// "from" and "to" of the first base locations, as a JSON body.
    std::string bases(const std::string& from, const std::string& to) const {
        return boost::json::serialize(boost::json::object{
            {"from", path(from).string()}, {"to", path(to).string()}});
    }
    void write_configuration(const std::string& base) const {
        write(
            "migrator.yaml",
            "baseLocation: " + path(base).string() +
                "\ndriver: sqlite\ndataSource: " + path("migrator.db").string() +
                "\nsingleMigrations: [app]\ntenantMigrations: [stores]\nport: 0\n"
                "listenAddress: 127.0.0.1\n"
        );
    }

    test::TempDir folder_;
    Bucket bucket_;
    std::map<std::string, std::string> environment_;
};

TEST_F(Moves, NothingIsPendingFromAnyPlaceOfTheSameFiles) {
    fs::copy(path("one"), path("two"), fs::copy_options::recursive);
    fs::create_directory_symlink(path("two"), path("link"));
    fill_bucket("release/");
    for (const std::string& base : std::vector<std::string>{
             "two",
             "./two//",
             path("two"),
             "link",
             path("link"),
             "s3://bkt/release",
             "s3://bkt/release/",
             "one"}) {
        expect_settled(base);
    }
}

TEST_F(Moves, ABucketTakesOverAndTheFolderComesBack) {
    fill_bucket("release/");
    bucket_.objects["release/stores/003.sql"] = "create table {schema}.c (i integer);";
    use("s3://bkt/release");
    const auto applied = run({"apply"});
    EXPECT_EQ(applied.exit_code, 0) << applied.err;
    EXPECT_NE(applied.out.find("1 tenant file"), std::string::npos) << applied.out;
    expect_settled("s3://bkt/release/");
    write("one/stores/003.sql", "create table {schema}.c (i integer);");
    expect_settled("one");
}

TEST_F(Moves, TheCommandsOfARefusalAreTheWayOut) {
    write("two/app/001.sql", "create table {schema}.a (i integer);");
    write("two/stores/002.sql", "create table {schema}.b (i integer, edited integer);");
    write("two/stores/003.sql", "create table {schema}.c (i integer);");
    use("two");
    for (const char* command : {"apply", "validate"}) {
        const auto refused = run({command});
        EXPECT_EQ(refused.exit_code, 4) << command << refused.out << refused.err;
        const std::string text = refused.out + refused.err;
        EXPECT_NE(text.find("migrator accept --moved"), std::string::npos) << text;
    }
    EXPECT_EQ(run({"plan", "--exit-code"}).exit_code, 4);
    EXPECT_EQ(run({"status", "--exit-code"}).exit_code, 4);
    EXPECT_EQ(run({"accept", "--moved", path("one"), path("two")}).exit_code, 2) << "asks";
    EXPECT_EQ(run({"accept", "--moved", "one", "two", "--yes"}).exit_code, 0);
    EXPECT_EQ(run({"apply"}).exit_code, 4) << "edited";
    EXPECT_EQ(run({"accept", "stores/002.sql", "--yes"}).exit_code, 0);
    EXPECT_EQ(run({"apply"}).exit_code, 0);
    expect_settled("two");
}

TEST_F(Moves, MistakesOnTheCommandLineAreNamed) {
    use("one");
    const std::vector<std::vector<std::string>> cases = {
        {"accept"},
        {"accept", "--moved", "x"},
        {"accept", "x", "y"},
        {"accept", "--rewrite", "x"},
        {"accept", "--moved", "--as-new", "x", "y"}};
    for (const auto& words : cases) EXPECT_EQ(run(words).exit_code, 2);
    EXPECT_EQ(run({"accept", "--moved", "/nowhere", path("one"), "--yes"}).exit_code, 1);
    EXPECT_EQ(run({"accept", "--as-new", "--yes"}).exit_code, 1);
}

TEST_F(Moves, OverHttp) {
    fs::create_directories(path("two/stores"));
    write("two/app/001.sql", "create table {schema}.a (i integer, edited integer);");
    write("two/stores/003.sql", "create table {schema}.c (i integer);");
    write_configuration("two");
    const Service service(path("migrator.yaml"));
    const std::string apply = R"({"mode":"apply","response":"summary"})";
    auto answer = service.post("/v1/migrations", apply);
    EXPECT_EQ(answer.status, 424) << answer.body;
    EXPECT_NE(answer.body.find("accept --moved"), std::string::npos) << answer.body;
    const std::string mutation =
        R"js({"query":"mutation { createVersion(input: {versionName: \"x\"}) { summary { tenants } } }"})js";
    answer = service.post("/v2/service", mutation);
    EXPECT_NE(answer.body.find("FILE_MOVED"), std::string::npos) << answer.body;
    EXPECT_EQ(service.post("/v1/moves", R"({"from":"/nowhere"})").status, 400);
    EXPECT_EQ(service.post("/v1/moves", bases("nowhere", "two")).status, 404);
    answer = service.post("/v1/moves", bases("one", "two"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"files":2})");
    EXPECT_EQ(service.post("/v1/migrations", apply).status, 424) << "edited";
    write("two/app/001.sql", "create table {schema}.a (i integer);");
    answer = service.post("/v1/migrations", apply);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_NE(answer.body.find("stores/002.sql"), std::string::npos) << "missing: " << answer.body;
    answer = service.get("/v1/status");
    EXPECT_NE(answer.body.find(R"("missingFiles":[")"), std::string::npos) << answer.body;
    EXPECT_NE(
        service.get("/metrics").body.find(R"(migrator_files{finding="missing"} 1)"),
        std::string::npos
    );
}

TEST_F(Moves, ByGraphql) {
    fs::rename(path("one/stores/002.sql"), path("one/stores/0002.sql"));
    write_configuration("one");
    const Service service(path("migrator.yaml"));
    auto answer = service.post(
        "/v2/service", R"({"query":"{ fleet { moved { from to } late missingFiles } }"})"
    );
    EXPECT_NE(answer.body.find("stores/0002.sql"), std::string::npos) << answer.body;
    answer = service.post(
        "/v2/service",
        R"js({"query":"mutation { acceptMoved(input: {from: \"stores/002.sql\", to: \"stores/0002.sql\"}) }"})js"
    );
    EXPECT_EQ(answer.body, R"({"data":{"acceptMoved":1}})");
    fs::rename(path("one/stores/0002.sql"), path("one/stores/9.sql"));
    answer = service.post(
        "/v2/service", R"js({"query":"mutation { acceptAsNew(place: \"stores/9.sql\") }"})js"
    );
    EXPECT_NE(answer.body.find("one/stores/9.sql"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace migrator::e2e

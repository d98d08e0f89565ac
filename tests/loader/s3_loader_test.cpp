#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "core/sha256.hpp"
#include "loader/s3_loader_fixture.hpp"

namespace migrator::loader::test {
namespace {

TEST_F(S3LoaderTest, IdentityIsTheLocationAsConfiguredAndTheWholeKey) {
    const struct {
        const char* location;
        const char* key;
        const char* file;
    } cases[] = {
        {"s3://bkt", "migrations/ref/1.sql", "s3://bkt/migrations/ref/1.sql"},
        {"s3://bkt/", "migrations/ref/1.sql", "s3://bkt//migrations/ref/1.sql"},
        {"s3://bkt/app/prod",
         "app/prod/migrations/ref/1.sql",
         "s3://bkt/app/prod/app/prod/migrations/ref/1.sql"},
        {"s3://bkt/app/prod/",
         "app/prod/migrations/ref/1.sql",
         "s3://bkt/app/prod//app/prod/migrations/ref/1.sql"}};
    options.directories[MigrationType::SingleMigration] = {"migrations/ref"};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.location);
        options.base_location = c.location;
        bucket.put(c.key, "select 1");
        const auto sources = load();
        ASSERT_EQ(sources.size(), 1U);
        const std::string file = c.file;
        EXPECT_EQ(
            sources[0],
            (Migration{
                "1.sql",
                file.substr(0, file.rfind('/')),
                file,
                MigrationType::SingleMigration,
                "select 1",
                sha256_hex("select 1")})
        );
    }
}

TEST_F(S3LoaderTest, ListsDirectoriesWithTheirSlashAndDeeperLevels) {
    options.directories[MigrationType::TenantMigration] = {"tenants"};
    options.directories[MigrationType::TenantScript] = {"tenants-scripts"};
    for (const char* key :
         {"ref/2.sql",
          "ref/",
          "ref/sub/",
          "ref/sub/1.sql",
          "tenants/10.sql",
          "tenants/3.sql",
          "tenants-scripts/0.sql",
          "tenants2/0.sql"}) {
        bucket.put(key, std::string("-- ") + key);
    }
    const auto sources = load();
    EXPECT_EQ(
        files_of(sources),
        (std::vector<std::string>{
            "s3://bkt/ref/sub/1.sql",
            "s3://bkt/tenants/10.sql",
            "s3://bkt/ref/2.sql",
            "s3://bkt/tenants/3.sql",
            "s3://bkt/tenants-scripts/0.sql"})
    );
    EXPECT_EQ(schema_of_directory(sources[0].source_dir), "sub");
    EXPECT_EQ(sources[4].type, MigrationType::TenantScript);
}

TEST_F(S3LoaderTest, ReadsAllPagesAndTheMostUnusualKeys) {
    bucket.page_size = 10;
    std::vector<std::string> keys;
    for (int i = 0; i < 95; ++i) keys.push_back("ref/" + std::to_string(1000 + i) + ".sql");
    for (const char* name : {"a b+c=d@e~f(1)'*!,:.sql", "\xC3\xBC//x.sql", "./y%20.sql", "&<z>"}) {
        keys.push_back(std::string("ref/") + name);
    }
    for (const std::string& key : keys) bucket.put(key, key);
    auto sources = load();
    ASSERT_EQ(sources.size(), keys.size());
    for (const Migration& source : sources) EXPECT_EQ("s3://bkt/" + source.contents, source.file);
    EXPECT_EQ(std::ranges::count_if(world.requests(), is_list), 10);
}

TEST_F(S3LoaderTest, RequestsGoToTheHostThatTheBucketNeeds) {
    const struct {
        const char* name;
        const char* bucket;
        S3AddressingStyle style;
        const char* endpoint;
        const char* url;
    } cases[] = {
        {"usual", "bkt", S3AddressingStyle::Auto, "", "https://bkt.s3.eu-west-1.amazonaws.com/?"},
        {"dots",
         "my.bkt",
         S3AddressingStyle::Auto,
         "",
         "https://s3.eu-west-1.amazonaws.com/my.bkt?"},
        {"path", "bkt", S3AddressingStyle::Path, "", "https://s3.eu-west-1.amazonaws.com/bkt?"},
        {"own server",
         "bkt",
         S3AddressingStyle::Auto,
         "http://127.0.0.1:9/b/",
         "http://127.0.0.1:9/b/bkt?"},
        {"own server, virtual",
         "bkt",
         S3AddressingStyle::Virtual,
         "http://localhost:9",
         "http://bkt.localhost:9/?"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        options.base_location = std::string("s3://") + c.bucket;
        options.s3_addressing_style = c.style;
        options.s3_endpoint = c.endpoint;
        load();
        EXPECT_EQ(world.requests().back().url.find(c.url), 0U) << world.requests().back().url;
    }
}

TEST_F(S3LoaderTest, SendsWhatIsAskedForAndAnonymousRequestsUnsigned) {
    bucket.put("ref/1.sql", "x");
    options.s3_request_payer = true;
    load();
    for (const Request& request : world.requests()) {
        EXPECT_EQ(header_of(request.headers, "x-amz-request-payer"), "requester");
        expect_contains(header_of(request.headers, "authorization"), "/eu-west-1/s3/aws4_request");
    }
    EXPECT_EQ(header_of(world.requests().back().headers, "if-match"), "\"" + md5_of("x") + "\"");
    options.s3_anonymous = true;
    load();
    EXPECT_EQ(header_of(world.requests().back().headers, "authorization"), "");
}

TEST_F(S3LoaderTest, LaterLoadsReadOnlyTheListingAndWhatIsNew) {
    bucket.put("ref/1.sql", "one");
    bucket.put("ref/2.sql", "two");
    const OpenLoader open = opener();
    const auto first = open()->load();
    std::size_t before = world.requests().size();
    EXPECT_EQ(before, 3U);
    EXPECT_EQ(open()->load(), first);
    EXPECT_EQ(world.requests().size() - before, 1U);

    before = world.requests().size();
    bucket.put("ref/2.sql", "changed");
    const auto later = open()->load();
    EXPECT_EQ(world.requests().size() - before, 2U);
    EXPECT_EQ(later[0], first[0]);
    EXPECT_EQ(later[1].contents, "changed");
    EXPECT_EQ(later[1].check_sum, sha256_hex("changed"));
}

TEST_F(S3LoaderTest, NothingThereIsNoErrorButAWarning) {
    const auto loader = opener()();
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(loader->load().empty());
        const Report report = loader->report();
        ASSERT_EQ(report.warnings.size(), 1U);
        EXPECT_EQ(report.warnings[0].location, "s3://bkt/ref/");
        EXPECT_EQ(report.warnings[0].text, "has no objects; check the spelling");
        ASSERT_EQ(report.directories.size(), 1U);
        EXPECT_EQ(report.directories[0].location, "s3://bkt/ref/");
        EXPECT_EQ(report.directories[0].files, 0U);
    }
    bucket.put("ref/README.md", "words");
    EXPECT_TRUE(loader->load().empty());
    ASSERT_EQ(loader->report().warnings.size(), 1U);
    expect_contains(loader->report().warnings[0].text, "no objects that are migrations");
}

TEST_F(S3LoaderTest, ObjectsThatAreNoMigrationsByTheirNamesAreNotRead) {
    options.ignore_files = {"*.down.sql", "s3://bkt/ref/9*"};
    for (const char* key :
         {"ref/.DS_Store",
          "ref/1.sql",
          "ref/1.sql.orig",
          "ref/2.down.sql",
          "ref/9.sql",
          "ref/.git/HEAD",
          "ref/README"}) {
        bucket.put(key, std::string("\0", 1));
    }
    bucket.put("ref/1.sql", "select 1");
    const auto loader = opener()();
    EXPECT_EQ(files_of(loader->load()), (std::vector<std::string>{"s3://bkt/ref/1.sql"}));
    std::vector<std::string> ignored;
    for (const auto& file : loader->report().ignored) {
        ignored.push_back(file.file.substr(13) + " " + file.pattern);
    }
    EXPECT_EQ(
        ignored,
        (std::vector<std::string>{
            ".DS_Store .*",
            ".git/HEAD .*",
            "1.sql.orig *.orig",
            "2.down.sql *.down.sql",
            "9.sql s3://bkt/ref/9*",
            "README README*"})
    );
    EXPECT_EQ(world.requests().size(), 2U) << "a listing, and one object";
    EXPECT_TRUE(loader->report().warnings.empty());
}

TEST_F(S3LoaderTest, ObjectsInFoldersBelowAreRunUnlessToldOtherwise) {
    for (const char* key : {"ref/2.sql", "ref/sub/1.sql", "ref/sub/deep/3.sql", "ref/own/4.sql"}) {
        bucket.put(key, "select 1");
    }
    options.directories[MigrationType::TenantMigration] = {"ref/own"};
    const auto loaded = [&](Nested nested) {
        options.nested = nested;
        const auto loader = opener()();
        const auto sources = loader->load();
        return std::pair(files_of(sources), loader->report());
    };
    const std::vector<std::string> all = {
        "s3://bkt/ref/sub/1.sql",
        "s3://bkt/ref/2.sql",
        "s3://bkt/ref/sub/deep/3.sql",
        "s3://bkt/ref/own/4.sql"};
    const auto [by_storage, warned] = loaded(Nested::ByStorage);
    EXPECT_EQ(by_storage, all) << "each once: the longest configured prefix has it";
    ASSERT_EQ(warned.warnings.size(), 1U);
    EXPECT_EQ(warned.warnings[0].location, "s3://bkt/ref/");
    EXPECT_EQ(
        warned.warnings[0].text,
        "2 files in folders below it are run, the first: s3://bkt/ref/sub/1.sql (in schema sub); "
        "set nested: run to keep it so without this warning, nested: ignore to change it, or "
        "nested: refuse"
    );
    const auto [run, run_report] = loaded(Nested::Run);
    EXPECT_EQ(run, all);
    EXPECT_TRUE(run_report.warnings.empty());
    const auto [rest, ignore_report] = loaded(Nested::Ignore);
    EXPECT_EQ(rest, (std::vector<std::string>{"s3://bkt/ref/2.sql", "s3://bkt/ref/own/4.sql"}));
    EXPECT_TRUE(ignore_report.warnings.empty());
    ASSERT_EQ(ignore_report.ignored.size(), 2U);
    EXPECT_EQ(ignore_report.ignored[0].file, "s3://bkt/ref/sub/1.sql");
    EXPECT_EQ(ignore_report.ignored[0].pattern, "");
    options.nested = Nested::Refuse;
    expect_contains(
        error_of_load(ErrorKind::Configuration),
        "2 files are in folders below s3://bkt/ref/, the first: s3://bkt/ref/sub/1.sql; nested: "
        "refuse"
    );
}

}  // namespace
}  // namespace migrator::loader::test

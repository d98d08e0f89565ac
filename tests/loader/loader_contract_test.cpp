#include <gtest/gtest.h>

#include "cloud/aws/surroundings.hpp"
#include "core/error.hpp"
#include "core/sha256.hpp"
#include "loader/s3_server.hpp"
#include "support/temp_dir.hpp"

namespace migrator::loader {
namespace {

/// A storage to put files into, and what a loader needs to read them.
class Storage {
public:
    virtual ~Storage() = default;
    virtual void put(const std::string& path, const std::string& contents) = 0;
    virtual Options options() const = 0;
    virtual OpenLoader open(const Options& options) = 0;
};

class DiskStorage : public Storage {
public:
    void put(const std::string& path, const std::string& contents) override {
        dir_.write(path, contents);
    }
    Options options() const override { return {.base_location = dir_.path().string()}; }
    OpenLoader open(const Options& options) override {
        return make_opener(options, cloud::aws::system_surroundings());
    }

private:
    migrator::test::TempDir dir_;
};

class S3Storage : public Storage {
public:
    void put(const std::string& path, const std::string& contents) override {
        server_.put(path, contents);
    }
    Options options() const override { return server_.options(); }
    OpenLoader open(const Options& options) override {
        return make_opener(options, server_.surroundings());
    }

private:
    test::S3Server server_;
};

class LoaderContract : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        const bool is_s3 = GetParam() == std::string_view("S3");
        if (is_s3) test::skip_without_s3();
        if (is_s3 && !test::S3Server::is_there()) return;
        storage = is_s3 ? std::unique_ptr<Storage>(new S3Storage)
                        : std::unique_ptr<Storage>(new DiskStorage);
        options = storage->options();
        options.directories[MigrationType::SingleMigration] = {
            "migrations/config", "migrations/ref"};
        options.directories[MigrationType::TenantMigration] = {"migrations/tenants"};
        options.directories[MigrationType::SingleScript] = {"scripts/config"};
        options.directories[MigrationType::TenantScript] = {"scripts/tenants"};
    }
    void put_everywhere() {
        for (const char* path :
             {"scripts/tenants/0.sql",
              "scripts/config/0.sql",
              "migrations/tenants/2.sql",
              "migrations/tenants/1.sql",
              "migrations/ref/2.sql",
              "migrations/config/10.sql",
              "migrations/config/a.sql",
              "migrations/config/B.sql"}) {
            storage->put(path, std::string("-- ") + path);
        }
    }

    std::unique_ptr<Storage> storage;
    Options options;
};

TEST_P(LoaderContract, GivesAllFilesInSourceOrder) {
    put_everywhere();
    const auto sources = storage->open(options)()->load();
    std::vector<std::string> files;
    for (const Migration& source : sources) {
        files.push_back(source.file.substr(options.base_location.size() + 1));
        EXPECT_EQ(source.contents, "-- " + files.back());
        EXPECT_EQ(source.check_sum, sha256_hex(source.contents));
        EXPECT_EQ(source.file, source.source_dir + "/" + source.name);
    }
    EXPECT_EQ(
        files,
        (std::vector<std::string>{
            "migrations/tenants/1.sql",
            "migrations/config/10.sql",
            "migrations/ref/2.sql",
            "migrations/tenants/2.sql",
            "migrations/config/B.sql",
            "migrations/config/a.sql",
            "scripts/config/0.sql",
            "scripts/tenants/0.sql"})
    );
    EXPECT_EQ(sources.at(0).type, MigrationType::TenantMigration);
    EXPECT_EQ(sources.at(1).type, MigrationType::SingleMigration);
    EXPECT_EQ(sources.at(6).type, MigrationType::SingleScript);
    EXPECT_EQ(sources.at(7).type, MigrationType::TenantScript);
}

TEST_P(LoaderContract, SeesNewAndChangedFilesAtOnce) {
    put_everywhere();
    const OpenLoader open = storage->open(options);
    const auto before = open()->load();
    storage->put("migrations/ref/2.sql", "changed");
    storage->put("migrations/ref/3.sql", "new");
    const auto after = open()->load();
    ASSERT_EQ(after.size(), before.size() + 1);
    EXPECT_EQ(after[2].contents, "changed");
    EXPECT_EQ(after[4].contents, "new");
}

TEST_P(LoaderContract, KeepsBytesAsTheyAre) {
    put_everywhere();
    const std::string bytes = "\xEF\xBB\xBFselect 1;\r\n\xFF\n\n ";
    storage->put("migrations/config/10.sql", bytes);
    storage->put("migrations/config/a.sql", "");
    const auto sources = storage->open(options)()->load();
    EXPECT_EQ(sources.at(1).contents, bytes);
    EXPECT_EQ(sources.at(5).contents, "");
}

TEST_P(LoaderContract, RefusesANulByte) {
    put_everywhere();
    storage->put("migrations/ref/2.sql", std::string("a\0b", 3));
    try {
        storage->open(options)()->load();
        ADD_FAILURE() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
        EXPECT_NE(std::string(error.what()).find("migrations/ref/2.sql: NUL"), std::string::npos);
    }
}

TEST_P(LoaderContract, PingLooksAtTheBaseLocationOnly) {
    EXPECT_NO_THROW(storage->open(options)()->ping());
    options.base_location += options.base_location.starts_with("s3://") ? "-none" : "/none";
    try {
        storage->open(options)()->ping();
        ADD_FAILURE() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Storages,
    LoaderContract,
    ::testing::Values("Disk", "S3"),
    [](const auto& chosen) { return std::string(chosen.param); }
);

}  // namespace
}  // namespace migrator::loader

// No room left for what a run writes: a clear error, nothing half done, and the next run completes.
#include <sys/mount.h>

#include <filesystem>

#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

class FullDisk : public testing::Test {
protected:
    FullDisk() {
        site_.write_logs();
        EXPECT_EQ(site_.run({"create-tenant", "north"}).exit_code, 0);
        EXPECT_EQ(site_.run({"apply"}).exit_code, 0);
    }
    /// Files for north of which the second needs four megabytes.
    void write_files() {
        site_.write_entry("stores/010_small.sql");
        site_.write_entry(
            "stores/011_large.sql",
            "create table {schema}.large (b);\ninsert into {schema}.large with recursive n(x) as "
            "(select 1 union all select x + 1 from n where x < 4000) select zeroblob(1000) from n;"
        );
    }
    void expect_clear_failure(const Process::Result& result) {
        EXPECT_EQ(result.exit_code, 1) << result.err;
        EXPECT_NE(result.err.find("011_large.sql"), std::string::npos) << result.err;
        EXPECT_EQ(site_.entries("north"), "");
        EXPECT_EQ(site_.applied("name like '01%'"), "0");
        EXPECT_EQ(site_.run({"status"}).exit_code, 0);
    }
    void expect_next_run_completes() {
        const auto next = site_.run({"apply"});
        EXPECT_EQ(next.exit_code, 0) << next.err;
        EXPECT_EQ(site_.entries("north"), "010_small.sql,011_large.sql");
        EXPECT_EQ(site_.applied("name like '01%'"), "2");
    }

    Site site_{Driver::Sqlite, ""};
};

TEST_F(FullDisk, LimitOnTheSizeOfFilesIsAnErrorThatLosesNothing) {
    constexpr const char* kPrlimit = "/usr/bin/prlimit";
    if (!std::filesystem::exists(kPrlimit)) GTEST_SKIP() << kPrlimit << " is not there";
    write_files();
    expect_clear_failure(Process(site_.command({"apply"}, {kPrlimit, "--fsize=1000000"})).wait());
    expect_next_run_completes();
}

TEST_F(FullDisk, FullFileSystemIsAnErrorThatLosesNothing) {
    const std::filesystem::path data = site_.folder() + "/db";
    const std::filesystem::path copy = site_.folder() + "/copy";
    std::filesystem::copy(data, copy);
    if (mount("tmpfs", data.c_str(), "tmpfs", 0, "size=2m") != 0) {
        GTEST_SKIP() << "only root may mount a file system";
    }
    const auto unmount = [&](void*) { umount2(data.c_str(), MNT_DETACH); };
    const std::unique_ptr<FullDisk, decltype(unmount)> mounted(this, unmount);
    for (const auto& file : std::filesystem::directory_iterator(copy)) {
        std::filesystem::copy(file, data / file.path().filename());
    }
    write_files();
    const auto failed = site_.run({"apply"});
    expect_clear_failure(failed);
    EXPECT_NE(failed.err.find("full"), std::string::npos) << failed.err;
    ASSERT_EQ(mount("tmpfs", data.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
    expect_next_run_completes();
}

}  // namespace
}  // namespace migrator::test

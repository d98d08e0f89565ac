#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "core/error.hpp"
#include "loader/disk.hpp"
#include "support/temp_dir.hpp"
#include "support/unprivileged.hpp"

namespace migrator::loader {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

class DiskLoaderFailure : public testing::Test {
protected:
    /// The kind and the message of what load() throws; "BASE" stands for the base location.
    std::pair<ErrorKind, std::string> failure(const std::string& directory = "d") const {
        try {
            DiskLoader({.base_location = base_.path(),
                        .directories = {{MigrationType::SingleMigration, {directory}}}}
            ).load();
        } catch (const Error& error) {
            return {error.kind(), shortened(error.what())};
        }
        return {ErrorKind::Internal, "no exception"};
    }
    std::string shortened(std::string text) const {
        const std::string base = base_.path();
        for (auto at = text.find(base); at != std::string::npos; at = text.find(base)) {
            text.replace(at, base.size(), "BASE");
        }
        return text;
    }

    test::TempDir base_;
};

using Failure = std::pair<ErrorKind, std::string>;

TEST_F(DiskLoaderFailure, ADirectoryIsMissing) {
    EXPECT_EQ(
        failure(),
        Failure(
            ErrorKind::Configuration,
            "Could not read source dir BASE/d: open BASE/d: no such file or directory"
        )
    );
}

TEST_F(DiskLoaderFailure, ADirectoryIsAFile) {
    base_.write("d", "x");
    EXPECT_EQ(
        failure(),
        Failure(
            ErrorKind::Configuration,
            "Could not read source dir BASE/d: open BASE/d: not a directory"
        )
    );
}

TEST_F(DiskLoaderFailure, NothingMayBeRead) {
    const auto file = base_.write("d/1.sql", "x");
    fs::permissions(base_.path(), fs::perms::all);
    fs::permissions(file, fs::perms::none);
    const auto failure_of_others = [&] {
        const test::Unprivileged others;
        return failure();
    };
    EXPECT_EQ(
        failure_of_others(),
        Failure(
            ErrorKind::MigrationFailed,
            "Could not read file BASE/d/1.sql: open BASE/d/1.sql: permission denied"
        )
    );
    fs::permissions(base_.path() / "d", fs::perms::none);
    EXPECT_EQ(
        failure_of_others(),
        Failure(
            ErrorKind::Configuration,
            "Could not read source dir BASE/d: open BASE/d: permission denied"
        )
    );
    fs::permissions(base_.path() / "d", fs::perms::owner_all);
}

TEST_F(DiskLoaderFailure, ALinkLeadsNowhere) {
    base_.write("d/1.sql", "x");
    fs::create_symlink("nowhere", base_.path() / "d/2.sql");
    EXPECT_EQ(
        failure(),
        Failure(
            ErrorKind::MigrationFailed,
            "Could not read file BASE/d/2.sql: follow link BASE/d/2.sql: no such file or directory"
        )
    );
}

TEST_F(DiskLoaderFailure, ALinkLeadsToItself) {
    fs::create_directory(base_.path() / "d");
    fs::create_symlink("2.sql", base_.path() / "d/2.sql");
    EXPECT_EQ(
        failure(),
        Failure(
            ErrorKind::MigrationFailed,
            "Could not read file BASE/d/2.sql: follow link BASE/d/2.sql: too many levels of "
            "symbolic links"
        )
    );
}

TEST_F(DiskLoaderFailure, ANamedPipeIsNotWaitedFor) {
    base_.write("d/1.sql", "x");
    ASSERT_EQ(::mkfifo((base_.path() / "d/pipe").c_str(), 0600), 0);
    const Failure expected(
        ErrorKind::MigrationFailed,
        "Could not read file BASE/d/pipe: not a regular file but a named pipe"
    );
    EXPECT_EQ(failure(), expected);
}

TEST_F(DiskLoaderFailure, ALinkToADeviceIsNoFile) {
    fs::create_directory(base_.path() / "d");
    fs::create_symlink("/dev/null", base_.path() / "d/null");
    const Failure expected(
        ErrorKind::MigrationFailed,
        "Could not read file BASE/d/null: not a regular file but a device"
    );
    EXPECT_EQ(failure(), expected);
}

TEST_F(DiskLoaderFailure, ASocketIsNoFile) {
    fs::create_directory(base_.path() / "d");
    const std::string path = base_.path() / "d/socket";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(socket);
    const Failure expected(
        ErrorKind::MigrationFailed,
        "Could not read file BASE/d/socket: not a regular file but a socket"
    );
    EXPECT_EQ(failure(), expected);
}

TEST_F(DiskLoaderFailure, ANulByteIsNamedWithItsOffset) {
    const struct {
        const char* name;
        std::string contents;
        std::string message;
    } cases[] = {
        {"in the middle",
         "select 1;\0select 2;"s,
         "9; databases do not accept NUL bytes: remove it"},
        {"first of several", "\0\0"s, "0; databases do not accept NUL bytes: remove it"},
        {"UTF-16, little end first",
         "\xFF\xFEs\0e\0"s,
         "3; the file looks like UTF-16: save it as UTF-8"},
        {"UTF-16, big end first",
         "\xFE\xFF\0s\0e"s,
         "2; the file looks like UTF-16: save it as UTF-8"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        base_.write("d/1.sql", c.contents);
        EXPECT_EQ(
            failure(),
            Failure(
                ErrorKind::MigrationFailed,
                "Could not read file BASE/d/1.sql: NUL byte at offset " + c.message
            )
        );
    }
}

TEST_F(DiskLoaderFailure, OfManyBadFilesTheFirstIsNamed) {
    for (int i = 1000; i < 1600; ++i) {
        base_.write("d/" + std::to_string(i), i >= 1250 ? "\0"s : "x");
    }
    for (int repeat = 0; repeat < 10; ++repeat) {
        ASSERT_NE(failure().second.find("BASE/d/1250: NUL byte"), std::string::npos);
    }
}

TEST_F(DiskLoaderFailure, PingLooksAtTheBaseLocationAlone) {
    const std::string base = base_.path();
    DiskLoader(
        {.base_location = base, .directories = {{MigrationType::SingleMigration, {"missing"}}}}
    ).ping();
    try {
        DiskLoader({.base_location = base + "/none"}).ping();
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_EQ(shortened(error.what()), "open BASE/none: no such file or directory");
    }
}

}  // namespace
}  // namespace migrator::loader

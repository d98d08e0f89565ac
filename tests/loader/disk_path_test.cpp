#include "loader/disk_path.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/error.hpp"
#include "support/temp_dir.hpp"

namespace migrator::loader {
namespace {

/// Changes into a folder, and back at the end; puts $PWD back too.
class AbsoluteLocation : public testing::Test {
protected:
    AbsoluteLocation() {
        real_ = temp_.path() / "real";
        link_ = temp_.path() / "link";
        std::filesystem::create_directory(real_);
        std::filesystem::create_directory_symlink(real_, link_);
        std::filesystem::current_path(real_);
    }
    ~AbsoluteLocation() override {
        std::filesystem::current_path(before_);
        if (pwd_.empty()) {
            ::unsetenv("PWD");
        } else {
            ::setenv("PWD", pwd_.c_str(), 1);
        }
    }

    test::TempDir temp_;
    std::string real_;
    std::string link_;

private:
    static std::string pwd_now() {
        const char* pwd = std::getenv("PWD");
        return pwd == nullptr ? "" : pwd;
    }
    const std::filesystem::path before_ = std::filesystem::current_path();
    const std::string pwd_ = pwd_now();
};

TEST_F(AbsoluteLocation, StartsAtTheWorkingDirectory) {
    ::unsetenv("PWD");
    EXPECT_EQ(absolute_location("."), real_);
    EXPECT_EQ(absolute_location(""), real_);
    EXPECT_EQ(absolute_location("m/"), real_ + "/m");
    EXPECT_EQ(absolute_location("../m"), std::string(temp_.path() / "m"));
    EXPECT_EQ(absolute_location("/srv/m/../n/"), "/srv/n");
}

TEST_F(AbsoluteLocation, KeepsTheLinkInPwd) {
    ::setenv("PWD", link_.c_str(), 1);
    EXPECT_EQ(absolute_location("m"), link_ + "/m");
}

TEST_F(AbsoluteLocation, TakesNoPwdOfAnotherDirectory) {
    for (const char* pwd : {"/", "/nowhere", ".", ""}) {
        SCOPED_TRACE(pwd);
        ::setenv("PWD", pwd, 1);
        EXPECT_EQ(absolute_location("m"), real_ + "/m");
    }
}

TEST_F(AbsoluteLocation, SaysWhenTheWorkingDirectoryIsGone) {
    ::unsetenv("PWD");
    std::filesystem::remove(real_);
    try {
        absolute_location("m");
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_STREQ(
            error.what(),
            "Could not convert baseLocation to absolute path: getwd: no such file or directory"
        );
    }
    EXPECT_EQ(absolute_location("/m"), "/m");
}

}  // namespace
}  // namespace migrator::loader

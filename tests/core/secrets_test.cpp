#include "core/secrets.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::test {
namespace {

class Secrets : public ::testing::Test {
protected:
    ~Secrets() override {
        secrets::forget_all();
        log::redirect(nullptr);
    }
};

TEST_F(Secrets, AreHiddenWhereverTheyStand) {
    EXPECT_TRUE(secrets::add("hunter22"));
    EXPECT_TRUE(secrets::add("hunter22"));
    EXPECT_TRUE(secrets::add("a hunter22 b"));
    EXPECT_EQ(secrets::hidden("hunter22"), "***");
    EXPECT_EQ(secrets::hidden("xhunter22hunter22y"), "x******y");
    EXPECT_EQ(secrets::hidden("the a hunter22 b of hunter22"), "the *** of ***");
    EXPECT_EQ(secrets::hidden("hunter2 hunter"), "hunter2 hunter");
    EXPECT_EQ(secrets::hidden(""), "");
}

TEST_F(Secrets, HaveEightBytes) {
    EXPECT_FALSE(secrets::add("seven77"));
    EXPECT_FALSE(secrets::add(""));
    EXPECT_EQ(secrets::hidden("seven77"), "seven77");
}

TEST_F(Secrets, AreInNoErrorAndNoLine) {
    secrets::add("hunter22");
    const Error error(ErrorKind::Unavailable, "could not resolve hunter22@host");
    EXPECT_STREQ(error.what(), "could not resolve ***@host");
    std::string logged;
    log::redirect([&](std::string_view line) { logged += line; });
    log::error("lost hunter22");
    EXPECT_NE(logged.find("lost ***"), std::string::npos) << logged;
    EXPECT_EQ(logged.find("hunter22"), std::string::npos);
}

TEST_F(Secrets, AreAddedWhileOthersHide) {
    std::atomic<bool> ends = false;
    std::jthread reader([&] {
        while (!ends) secrets::hidden("secret-0001 secret-0002");
    });
    for (int i = 1'000; i < 1'500; ++i) secrets::add("secret-" + std::to_string(i));
    ends = true;
    EXPECT_EQ(secrets::hidden("secret-1200"), "***");
}

}  // namespace
}  // namespace migrator::test

#include "db/sql/renewable_source.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace migrator::db::sql {
namespace {

/// A server that takes one password; the sources are passwords, the texts have a "password=" in
/// front.
class RenewedPasswords : public testing::Test {
protected:
    RenewableSource<std::string> source(std::string password, bool renewable = true) {
        std::function<std::string()> renewed;
        if (renewable) {
            renewed = [this] {
                ++renewals_;
                return "password=" + renewed_;
            };
        }
        return {std::move(password), std::move(renewed), [](const std::string& text) {
                    return text.substr(text.find('=') + 1);
                }};
    }
    auto open() {
        return [this](const std::string& password) {
            tried_.push_back(password);
            if (is_down_) throw Error(ErrorKind::Unavailable, "the server is down");
            if (password != good_) throw RefusedPassword(ErrorKind::Unavailable, "not " + password);
            return std::make_unique<int>(1);
        };
    }

    std::string good_ = "good";
    std::string renewed_ = "good";
    bool is_down_ = false;
    int renewals_ = 0;
    std::vector<std::string> tried_;
};

using Passwords = std::vector<std::string>;

TEST_F(RenewedPasswords, AreNotAskedForWhileTheFirstWorks) {
    auto passwords = source("good");
    EXPECT_TRUE(passwords.connect(open()));
    EXPECT_EQ(renewals_, 0);
}

TEST_F(RenewedPasswords, AreTriedWhenOneIsRefusedAndKept) {
    auto passwords = source("old");
    EXPECT_TRUE(passwords.connect(open()));
    EXPECT_EQ(passwords.current(), "good");
    EXPECT_TRUE(passwords.connect(open()));
    EXPECT_EQ(tried_, (Passwords{"old", "good", "good"}));
    EXPECT_EQ(renewals_, 1);
}

TEST_F(RenewedPasswords, AreNotKeptWhenTheyAreRefusedToo) {
    renewed_ = "wrong";
    auto passwords = source("old");
    EXPECT_THROW(passwords.connect(open()), RefusedPassword);
    EXPECT_EQ(passwords.current(), "old");
    EXPECT_EQ(tried_, (Passwords{"old", "wrong"}));
}

TEST_F(RenewedPasswords, AreNotTriedWhenTheyAreTheSame) {
    renewed_ = "old";
    auto passwords = source("old");
    EXPECT_THROW(passwords.connect(open()), RefusedPassword);
    EXPECT_EQ(tried_, Passwords{"old"});
}

TEST_F(RenewedPasswords, NeedSomewhereToComeFrom) {
    auto passwords = source("old", false);
    EXPECT_THROW(passwords.connect(open()), RefusedPassword);
    EXPECT_EQ(tried_, Passwords{"old"});
}

TEST_F(RenewedPasswords, AreNotAskedForWhenSomethingElseIsWrong) {
    is_down_ = true;
    auto passwords = source("old");
    EXPECT_THROW(passwords.connect(open()), Error);
    EXPECT_EQ(renewals_, 0);
}

}  // namespace
}  // namespace migrator::db::sql

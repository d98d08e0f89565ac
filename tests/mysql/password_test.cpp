#include "db/mysql/password.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "db/mysql/mysql.hpp"

namespace migrator::db::mysql {
namespace {

class MysqlPassword : public testing::Test {
protected:
    MysqlPassword() {
        options_.database_token =
            [this](const std::string& host, std::uint16_t port, const std::string& user) {
                asked_ = host + ":" + std::to_string(port) + " " + user;
                return std::string("the-token");
            };
    }
    static std::string token_source(const std::string& rest) {
        return "app:" + std::string(kDatabaseToken) + "@" + rest;
    }
    DataSource with_token(const std::string& rest) {
        return with_password(parse_data_source(token_source(rest)), options_);
    }
    static void expect_refused(const std::function<void()>& work, const std::string& said) {
        try {
            work();
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_NE(std::string(error.what()).find(said), std::string::npos) << error.what();
            EXPECT_EQ(std::string(error.what()).find("hush"), std::string::npos) << error.what();
        }
    }

    Options options_;
    std::string asked_;
};

TEST_F(MysqlPassword, StaysAsItIsWithoutAToken) {
    const DataSource source = with_password(parse_data_source("app:p@tcp(db)/"), options_);
    EXPECT_EQ(source.password, "p");
    EXPECT_EQ(source.tls, Tls::Off);
    EXPECT_EQ(asked_, "");
}

TEST_F(MysqlPassword, TokenIsSignedForTheHostAndSentOverVerifiedTlsOnly) {
    for (const char* rest : {"tcp(db:3307)/", "tcp(db:3307)/?tls=true"}) {
        SCOPED_TRACE(rest);
        const DataSource source = with_token(
            std::string(rest) + (std::string(rest).ends_with('/') ? "?" : "&") + "tlsCA=%2Fca.pem"
        );
        EXPECT_EQ(source.password, "the-token");
        EXPECT_EQ(source.tls, Tls::Verified);
        EXPECT_EQ(source.tls_ca, "/ca.pem");
        EXPECT_TRUE(source.allows_cleartext_passwords) << "that is how RDS takes it";
        EXPECT_EQ(asked_, "db:3307 app");
    }
    with_token("tcp(db:3307)/?rds_host=signed&tlsCA=%2Fca.pem");
    EXPECT_EQ(asked_, "signed:3307 app");
}

TEST_F(MysqlPassword, TokenIsRefusedWhereOthersCouldReadIt) {
    for (const char* rest :
         {"tcp(db)/?tls=skip-verify",
          "tcp(db)/?tls=preferred",
          "tcp(db)/?tls=true&allowFallbackToPlaintext=true"}) {
        SCOPED_TRACE(rest);
        expect_refused([&] { with_token(rest); }, "only to a verified server");
    }
    expect_refused([&] { with_token("unix(/hush)/"); }, "not a socket");
    options_.database_token = nullptr;
    expect_refused([&] { with_token("tcp(db)/"); }, "not supported here");
    EXPECT_EQ(asked_, "");
}

TEST_F(MysqlPassword, ClearTextNeedsTlsThatCantFallBack) {
    for (const char* parameters :
         {"allowCleartextPasswords=true",
          "allowCleartextPasswords=true&tls=preferred",
          "allowCleartextPasswords=true&tls=true&allowFallbackToPlaintext=true"}) {
        SCOPED_TRACE(parameters);
        options_.data_source = std::string("app:hush@tcp(db)/?") + parameters;
        expect_refused([&] { make_server(options_); }, "allowCleartextPasswords");
    }
    for (const char* good :
         {"app:hush@tcp(db)/?allowCleartextPasswords=true&tls=true",
          "app:hush@tcp(db)/?allowCleartextPasswords=true&tls=skip-verify",
          "app:hush@unix(/s)/?allowCleartextPasswords=true"}) {
        options_.data_source = good;
        EXPECT_NO_THROW(make_server(options_)) << good;
    }
}

TEST_F(MysqlPassword, OldPasswordsAreRefused) {
    options_.data_source = "app:hush@tcp(db)/?allowOldPasswords=true";
    expect_refused([&] { make_server(options_); }, "allowOldPasswords is not supported");
}

TEST_F(MysqlPassword, RolesOfPostgresqlAreRefused) {
    options_.data_source = "app:hush@tcp(db)/";
    options_.set_role = "owner";
    expect_refused([&] { make_server(options_); }, "setRole");
}

TEST_F(MysqlPassword, AuthoritiesAreThoseOfTheDataSourceFirst) {
    DataSource source;
    source.tls_ca = "/mine.pem";
    EXPECT_EQ(authorities(source, true), "/mine.pem");
    EXPECT_EQ(authorities(source, false), "/mine.pem");
}

}  // namespace
}  // namespace migrator::db::mysql

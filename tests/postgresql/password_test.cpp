#include "db/postgresql/password.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "db/postgresql/postgresql.hpp"

namespace migrator::db::postgresql {
namespace {

Options options_with_token() {
    Options options;
    options.database_token = [](const std::string& host, std::uint16_t port, const std::string& user
                             ) {
        return "token for " + user + " at " + host + ":" + std::to_string(port);
    };
    return options;
}

std::string value(const DataSource& source, const char* key) {
    const std::string* found = source.find(key);
    return found == nullptr ? "(none)" : *found;
}

TEST(DatabaseToken, StandsInThePlaceOfThePassword) {
    const struct {
        const char* data_source;
        const char* password;
    } cases[] = {
        {"host=db.rds user=app password=${aws-rds-token}", "token for app at db.rds:5432"},
        {"postgres://app:${aws-rds-token}@db.rds:6000/shop", "token for app at db.rds:6000"},
        {"host=localhost rds_host=db.rds port=6000 user=app password=${aws-rds-token}",
         "token for app at db.rds:6000"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.data_source);
        const DataSource source =
            with_password(parse_data_source(c.data_source), options_with_token());
        EXPECT_EQ(value(source, "password"), c.password);
        EXPECT_EQ(value(source, "sslmode"), "verify-full");
    }
}

TEST(DatabaseToken, LeavesOtherPasswordsAlone) {
    const DataSource source =
        with_password(parse_data_source("host=h user=u password=p"), options_with_token());
    EXPECT_EQ(value(source, "password"), "p");
    EXPECT_EQ(value(source, "sslmode"), "(none)");
}

TEST(DatabaseToken, IsRefusedWhereItWouldNotBeSafeOrPossible) {
    const struct {
        const char* data_source;
        const char* message;
    } cases[] = {
        {"host=h user=u sslmode=require password=${aws-rds-token}", "verify-full"},
        {"host=h user=u sslmode=disable password=${aws-rds-token}", "verify-full"},
        {"host=h password=${aws-rds-token}", "needs user"},
        {"user=u password=${aws-rds-token}", "needs host"},
        {"host=a,b user=u password=${aws-rds-token}", "several"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.data_source);
        try {
            with_password(parse_data_source(c.data_source), options_with_token());
            FAIL() << "was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_NE(std::string(error.what()).find(c.message), std::string::npos) << error.what();
        }
    }
    EXPECT_THROW(
        with_password(parse_data_source("host=h user=u password=${aws-rds-token}"), Options{}),
        Error
    );
}

/// A server that refuses every password, and remembers who came.
class RefusingServer {
public:
    RefusingServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(socket_, any, size), 0);
        EXPECT_EQ(::listen(socket_, 8), 0);
        EXPECT_EQ(::getsockname(socket_, any, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~RefusingServer() { end(); }
    RefusingServer(const RefusingServer&) = delete;
    RefusingServer& operator=(const RefusingServer&) = delete;

    std::string data_source(const std::string& user) const {
        return "host=127.0.0.1 sslmode=disable gssencmode=disable password=p port=" +
               std::to_string(port_) + " user=" + user;
    }
    /// The users of the connections that came, after the last one.
    std::vector<std::string> users() {
        end();
        return users_;
    }

private:
    void serve() {
        while (true) {
            const int client = ::accept(socket_, nullptr, nullptr);
            if (client < 0) return;
            char bytes[1024];
            const ssize_t got = ::read(client, bytes, sizeof bytes);
            const std::string startup(bytes, got > 0 ? static_cast<std::size_t>(got) : 0);
            const std::size_t user = startup.find(std::string("user\0", 5));
            if (user != std::string::npos) users_.emplace_back(startup.c_str() + user + 5);
            constexpr char kRefusal[] =
                "SFATAL\0C28P01\0Mpassword authentication failed for user\0";
            const std::string body(kRefusal, sizeof kRefusal);
            const auto length = htonl(static_cast<std::uint32_t>(body.size() + 4));
            const std::string answer =
                "E" + std::string(reinterpret_cast<const char*>(&length), 4) + body;
            if (::write(client, answer.data(), answer.size()) < 0) return;
            ::close(client);
        }
    }
    void end() {
        if (!thread_.joinable()) return;
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }

    const int socket_;
    std::uint16_t port_ = 0;
    std::vector<std::string> users_;
    std::thread thread_;
};

TEST(RefusedPassword, IsFetchedAnewOnce) {
    RefusingServer refusing;
    Options options;
    options.data_source = refusing.data_source("old");
    options.renewed_data_source = [&] { return refusing.data_source("new"); };
    const auto server = make_server(options);
    EXPECT_THROW(server->connect(), Error);
    EXPECT_EQ(refusing.users(), (std::vector<std::string>{"old", "new"}));
}

TEST(RefusedPassword, IsNotTriedAgainWhenItIsTheSame) {
    RefusingServer refusing;
    Options options;
    options.data_source = refusing.data_source("same");
    options.renewed_data_source = [&] { return refusing.data_source("same"); };
    const auto server = make_server(options);
    EXPECT_THROW(server->connect(), Error);
    EXPECT_EQ(refusing.users(), (std::vector<std::string>{"same"}));
}

}  // namespace
}  // namespace migrator::db::postgresql

#include "db/sqlserver/connect_deadline.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace migrator::db::sqlserver {
namespace {

/// A server that takes connections and says nothing.
class SilentServer {
public:
    SilentServer() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        bind(file_, reinterpret_cast<sockaddr*>(&address), size);
        listen(file_, 5);
        getsockname(file_, reinterpret_cast<sockaddr*>(&address), &size);
        address_ = address;
    }
    ~SilentServer() { close(file_); }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;

    std::uint16_t port() const { return ntohs(address_.sin_port); }
    int connect() const {
        const int file = socket(AF_INET, SOCK_STREAM, 0);
        EXPECT_EQ(
            ::connect(file, reinterpret_cast<const sockaddr*>(&address_), sizeof address_), 0
        );
        return file;
    }

private:
    int file_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address_{};
};

TEST(ConnectDeadline, EndsWhatWasBegunSinceThenAndNothingElse) {
    const SilentServer server;
    const SilentServer other;
    const int before = server.connect();
    ConnectDeadline deadline(server.port(), std::chrono::milliseconds(50));
    const int elsewhere = other.connect();
    const int late = server.connect();
    char byte = 0;
    EXPECT_EQ(recv(late, &byte, 1, 0), 0);  // waits until it is shut down
    EXPECT_TRUE(deadline.end());
    for (const int file : {before, elsewhere}) {
        EXPECT_EQ(recv(file, &byte, 1, MSG_DONTWAIT), -1);  // still open
    }
    for (const int file : {before, elsewhere, late}) close(file);
}

TEST(ConnectDeadline, LeavesWhatIsDoneInTime) {
    const SilentServer server;
    int file = -1;
    {
        ConnectDeadline deadline(server.port(), std::chrono::hours(1));
        file = server.connect();
        EXPECT_FALSE(deadline.end());
    }
    char byte = 0;
    EXPECT_EQ(recv(file, &byte, 1, MSG_DONTWAIT), -1);
    close(file);
}

}  // namespace
}  // namespace migrator::db::sqlserver

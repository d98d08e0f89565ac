// The service is asked to end, or its client goes away, while an apply is running.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

/// One request on a connection of its own.
class Call {
public:
    Call(int port, const std::string& method, const std::string& path, const std::string& body)
        : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto* to = reinterpret_cast<const sockaddr*>(&address);
        if (connect(socket_, to, sizeof address) != 0) throw std::runtime_error("can't connect");
        const std::string request = method + " " + path +
                                    " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                                    "Content-Type: application/json\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body;
        if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
            throw std::runtime_error("can't send");
        }
    }
    ~Call() { close(socket_); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// The whole answer, to the end of the connection.
    std::string answer() const {
        std::string text;
        std::array<char, 4'096> buffer{};
        ssize_t size = 0;
        while ((size = recv(socket_, buffer.data(), buffer.size(), 0)) > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return text;
    }

private:
    const int socket_;
};

class ServiceStop : public PostgresqlSiteTest {
protected:
    void SetUp() override {
        PostgresqlSiteTest::SetUp();
        if (IsSkipped()) return;
        make_gates();
        site().write_logs();
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
        site().write_entry("catalog/010_first.sql", gate("go"));
    }
    /// A service with an apply in work.
    void start_service(const std::string& shutdown_timeout) {
        std::vector<std::string> arguments = named(site(), "service");
        arguments.insert(arguments.begin(), "serve");
        arguments.insert(arguments.end(), {"--set", "shutdownTimeout=" + shutdown_timeout});
        service_ = site().start(arguments);
        const std::string line = service_->wait_for_line("listening on");
        port_ = std::stoi(line.substr(line.rfind(':') + 1));
    }
    std::unique_ptr<Call> begin_apply() {
        auto call = std::make_unique<Call>(
            port_, "POST", "/v1/migrations", R"({"mode": "apply", "response": "summary"})"
        );
        wait_for_query("service", "%wait_at%");
        return call;
    }

    std::unique_ptr<Process> service_;
    int port_ = 0;
};

TEST_F(ServiceStop, LetsARunningApplyFinish) {
    start_service("120s");
    const auto call = begin_apply();
    service_->send_signal(SIGTERM);
    service_->wait_for_line("shutting down");
    open_gate("go");
    const std::string answer = call->answer();
    EXPECT_NE(answer.find("HTTP/1.1 200"), std::string::npos) << answer;
    EXPECT_EQ(service_->wait().exit_code, 0);
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
    EXPECT_EQ(site().applied("name = '010_first.sql'"), "1");
}

TEST_F(ServiceStop, CancelsAndRollsBackWhatTakesLongerThanTheShutdownTimeout) {
    start_service("1s");
    const auto call = begin_apply();
    service_->send_signal(SIGTERM);
    const std::string answer = call->answer();
    EXPECT_NE(answer.find("HTTP/1.1 500"), std::string::npos) << answer;
    EXPECT_NE(answer.find("canceled"), std::string::npos) << answer;
    EXPECT_EQ(service_->wait().exit_code, 0);
    EXPECT_EQ(site().entries("catalog"), "");
    EXPECT_EQ(site().applied("name = '010_first.sql'"), "0");
    open_gate("go");
    EXPECT_EQ(site().run({"apply", "--lock-timeout", "0s"}).exit_code, 0);
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
}

TEST_F(ServiceStop, AClientThatDisconnectsCancelsNothing) {
    start_service("120s");
    begin_apply().reset();
    open_gate("go");
    wait_until("the apply has finished", [&] {
        return site().applied("name = '010_first.sql'") == "1";
    });
    EXPECT_EQ(site().entries("catalog"), "010_first.sql");
    service_->send_signal(SIGTERM);
    EXPECT_EQ(service_->wait().exit_code, 0);
}

}  // namespace
}  // namespace migrator::test

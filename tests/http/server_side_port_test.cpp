#include "tls_site.hpp"

using namespace migrator::http;
using namespace migrator::http::test;

class SidePortOfAServer : public TlsSite {
protected:
    SidePortOfAServer() {
        side_router_.add_bare("GET", "/metrics", Lane::Quick, [](const Request&) {
            return text("metric 1");
        });
    }
    SidePort side() const { return {.port = 0, .router = side_router_, .purpose = "metrics"}; }

    Router side_router_;
};

TEST_F(SidePortOfAServer, HasRoutesOfItsOwn) {
    LogLines lines;
    const RunningServer server(options(), router, {}, nullptr, side());
    EXPECT_TRUE(lines.has("metrics on 127.0.0.1:" + std::to_string(server.side_port())));
    Client main(server.port());
    EXPECT_EQ(main.ask(request("GET", "/hello")).body, "hi");
    EXPECT_EQ(main.ask(request("GET", "/metrics")).status, 404);
    Client beside(server.side_port());
    EXPECT_EQ(beside.ask(request("GET", "/metrics")).body, "metric 1");
    EXPECT_EQ(beside.ask(request("GET", "/hello")).status, 404);
}

TEST_F(SidePortOfAServer, SpeaksPlainHttpBesideTls) {
    const RunningServer server(
        client_certificate_options(ClientCertificates::Required), router, {}, nullptr, side()
    );
    Client beside(server.side_port());
    EXPECT_EQ(beside.ask(request("GET", "/metrics")).body, "metric 1");
}

TEST_F(SidePortOfAServer, AnswersWhenAllConnectionsAreInUse) {
    Options few = options();
    few.max_connections = 2;
    const RunningServer server(few, router, {}, nullptr, side());
    Client first(server.port());
    Client second(server.port());
    EXPECT_EQ(first.ask(request("GET", "/hello")).status, 200);
    EXPECT_EQ(second.ask(request("GET", "/hello")).status, 200);
    {
        Client beside(server.side_port());
        EXPECT_EQ(beside.ask(request("GET", "/metrics")).body, "metric 1");
    }
    first.close();
    Client third(server.port());
    EXPECT_EQ(third.ask(request("GET", "/hello")).body, "hi");
}

TEST_F(SidePortOfAServer, EndsWithTheServer) {
    RunningServer server(options(), router, {}, nullptr, side());
    Client beside(server.side_port());
    EXPECT_EQ(beside.ask(request("GET", "/metrics")).body, "metric 1");
    server.stop();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_EQ(beside.read_to_end(), "");
    EXPECT_THROW(Client{server.side_port()}, std::runtime_error);
}

#include "db/postgresql/product.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "db/postgresql/postgresql.hpp"
#include "support/small_http_server.hpp"

namespace migrator::db::postgresql {
namespace {

using migrator::test::ServedConnection;
using migrator::test::SmallHttpServer;

TEST(UnsupportedProduct, IsKnownByWhatTheServerReports) {
    const struct {
        const char* server_version;
        const char* crdb_version;
        const char* product;
    } cases[] = {
        {"15.4 (Debian 15.4-1)", "", ""},
        {"10.23", "", ""},
        {"16.3-YBoat", "", ""},
        {"", "", ""},
        {"13.0.0", "CockroachDB CCL v23.1.11", "CockroachDB"},
        {"11.2-YB-2.20.1.0-b0", "", "YugabyteDB"},
        {"15.12-YB-2025.1.0.0-b0", "", "YugabyteDB"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(unsupported_product({c.server_version, c.crdb_version}), c.product)
            << c.server_version;
    }
}

/// A message of PostgreSQL's protocol (3.0) from the server.
std::string message(char type, std::string_view body) {
    const auto length = static_cast<std::uint32_t>(body.size() + 4);
    std::string text(1, type);
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(length >> shift & 0xffU);
    return text.append(body);
}

std::string reports(std::string_view name, std::string_view value) {
    return message('S', std::string(name) + '\0' + std::string(value) + '\0');
}

class StartingClient final : public ServedConnection {
public:
    using ServedConnection::ServedConnection;
    /// What it has sent, at most a packet; empty when it has ended.
    std::string said() {
        std::array<char, 4096> bytes{};
        const ssize_t length = read(bytes.data(), bytes.size());
        return length <= 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(length));
    }
};

/// Speaks the protocol as far as a connection begins, and reports what it is told to. Then it
/// writes down what the client says first, and ends.
class Stranger {
public:
    explicit Stranger(std::string reported)
        : server_(
              [this, reported = std::move(reported)](ServedConnection& connection) {
                  auto& client = static_cast<StartingClient&>(connection);
                  client.said();
                  client.write(message('R', std::string(4, '\0')) + reported);
                  client.write(message('K', std::string(8, '\1')) + message('Z', "I"));
                  asked_.add(client.said().substr(0, 1));
              },
              [](int socket) { return std::make_unique<StartingClient>(socket); }
          ) {}

    std::unique_ptr<sql::Server> server(UnsupportedServer unsupported) const {
        Options options;
        options.driver = "postgres";
        options.data_source =
            "host=127.0.0.1 sslmode=disable gssencmode=disable user=app password=SECRET port=" +
            std::to_string(server_.port());
        options.unsupported_server = unsupported;
        return make_server(options);
    }
    /// The type of the first message after the beginning.
    std::string asked() const { return asked_.only(); }

private:
    migrator::test::RequestLog asked_;
    SmallHttpServer server_;
};

std::string error_of(const std::function<void()>& work, ErrorKind kind) {
    try {
        work();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), kind) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

TEST(UnsupportedProduct, IsRefusedBeforeAnythingIsAsked) {
    for (const std::string& reported :
         {reports("server_version", "13.0.0") + reports("crdb_version", "CockroachDB CCL v23.1.11"),
          reports("server_version", "11.2-YB-2.20.1.0-b0")}) {
        for (const bool locks : {false, true}) {
            const auto stranger = std::make_unique<Stranger>(reported);
            const auto server = stranger->server(UnsupportedServer::Refuse);
            const std::string why = error_of(
                [&] {
                    if (locks) {
                        server->try_lock();
                    } else {
                        server->connect();
                    }
                },
                ErrorKind::Configuration
            );
            EXPECT_NE(why.find("not PostgreSQL"), std::string::npos) << why;
            EXPECT_NE(why.find("unsupportedServer: allow"), std::string::npos) << why;
            EXPECT_EQ(why.find("SECRET"), std::string::npos) << why;
        }
    }
}

TEST(UnsupportedProduct, IsAskedWhereThatIsAllowed) {
    const Stranger stranger(
        reports("server_version", "13.0.0") + reports("crdb_version", "CockroachDB CCL v23.1.11")
    );
    const auto session = stranger.server(UnsupportedServer::Allow)->connect();
    error_of(
        [&] { session->query("select 1", {}, [](const sql::Row&) {}); }, ErrorKind::Unavailable
    );
    EXPECT_EQ(stranger.asked(), "Q");
}

}  // namespace
}  // namespace migrator::db::postgresql

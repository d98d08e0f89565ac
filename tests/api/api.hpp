#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <variant>

#include "api/router.hpp"
#include "core/log.hpp"
#include "support/fake_connector.hpp"
#include "support/fake_loader.hpp"

namespace migrator::api::test {

/// The routes in this process, on a database and files in memory. No sockets.
class Api : public ::testing::Test {
protected:
    Api() {
        log::redirect([this](std::string_view line) { logged += std::string(line) + "\n"; });
        surroundings.build = {"v1.2.0", "abc123", "2026-01-31T12:00:00Z"};
        surroundings.redacted_config = "driver: postgres\n";
    }
    ~Api() override { log::redirect(nullptr); }

    coordinator::Coordinator make_coordinator() {
        return {
            {.connector = *connector,
             .open_loader = source.opener(),
             .clock =
                 [] {
                     return std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000));
                 },
             .owner = "host-a, process 7"},
            options};
    }

    /// The answer to a request, as the server gives it.
    http::Response ask(
        const std::string& method, const std::string& path, const std::string& body = {}
    ) {
        coordinator::Coordinator coordinator = make_coordinator();
        const http::Router router = make_router(coordinator, surroundings);
        http::Request request;
        request.method = method;
        request.target = request.path = path;
        request.body = body;
        request.id = "request-1";
        const auto found = router.find(request);
        if (const auto* answer = std::get_if<http::Response>(&found)) return *answer;
        try {
            const http::Step step = std::get<const http::Router::Route*>(found)->handler(request);
            while (true) {
                auto result = step();
                if (auto* answer = std::get_if<http::Response>(&result)) return *answer;
                ++waits;
                if (on_wait) on_wait();
            }
        } catch (...) {
            request.body.clear();
            return router.error_response(request, std::current_exception());
        }
    }
    http::Response get(const std::string& path) { return ask("GET", path); }
    http::Response post(const std::string& path, const std::string& body) {
        return ask("POST", path, body);
    }

    /// A single migration, a tenant migration, a script for tenants; one tenant.
    void arrange_files() {
        source.write(MigrationType::SingleMigration, "ref", "001.sql", "select 1;");
        source.write(MigrationType::TenantMigration, "tenants", "002.sql", "select 2;");
        source.write(MigrationType::TenantScript, "scripts", "a.sql", "");
        database.add_tenant("north");
    }

    migrator::test::FakeConnector database;
    db::Connector* connector = &database;
    migrator::test::FakeSource source;
    coordinator::Options options;
    Surroundings surroundings;
    std::string logged;
    int waits = 0;  ///< how often a run had to wait
    std::function<void()> on_wait;
};

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace migrator::api::test

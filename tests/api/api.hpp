#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/router.hpp"
#include "core/log.hpp"
#include "support/fake_connector.hpp"
#include "support/fake_loader.hpp"
#include "support/fake_notifier.hpp"

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

    static TimePoint now() { return TimePoint(std::chrono::seconds(1'000'000)); }

    std::unique_ptr<coordinator::Coordinator> make_coordinator() {
        return std::make_unique<coordinator::Coordinator>(dependencies(), options);
    }

    coordinator::Dependencies dependencies() {
        return {
            .connector = *connector,
            .open_loader = source.opener(),
            .clock = now,
            .owner = "host-a, process 7",
            .notifier = &notifier,
            .metrics = &metrics,
            .time = {.pause = [this](auto, const std::stop_token& stopped) {
                ++waits;
                if (on_wait && !stopped.stop_requested()) on_wait();
            }}};
    }

    http::Router router_for(coordinator::Coordinator& coordinator) {
        return make_router(
            {.coordinator = coordinator,
             .detached_runs = detached_runs,
             .health = health,
             .metrics = metrics,
             .spool = spool_override != nullptr ? *spool_override : spool,
             .gate = gate},
            surroundings
        );
    }

    /// The answer to a request, as the server gives it, its body in one piece.
    http::Response ask(
        const std::string& method,
        const std::string& path,
        const std::string& body = {},
        const http::Headers& headers = {}
    ) {
        http::Response response = answer(method, path, body, headers);
        if (response.spooled) {
            std::string text(response.spooled->size(), '\0');
            response.spooled->read(0, text.data(), text.size());
            response.body += text;
            response.spooled.reset();
        }
        response.body += std::exchange(response.tail, {});
        return response;
    }
    http::Response get(const std::string& path) { return ask("GET", path); }
    http::Response post(
        const std::string& path, const std::string& body, const http::Headers& headers = {}
    ) {
        return ask("POST", path, body, headers);
    }

    /// Does the work behind an answer, as the server does.
    static void finish(http::Response& response) {
        if (response.background) response.background();
        response.background = nullptr;
    }

private:
    http::Response answer(
        const std::string& method,
        const std::string& path,
        const std::string& body,
        const http::Headers& headers
    ) {
        coordinators.push_back(make_coordinator());  // lives on: work may go on behind an answer
        const http::Router router = router_for(
            coordinator_override != nullptr ? *coordinator_override : *coordinators.back()
        );
        http::Request request;
        request.method = method;
        request.target = path;
        const auto question = path.find('?');
        request.path = path.substr(0, question);
        if (question != std::string::npos) request.query = path.substr(question + 1);
        request.body = body;
        request.id = "request-1";
        request.headers = headers;
        request.gone = gone;
        for (const auto& [name, value] : headers) {
            if (name == "X-Request-ID") request.id = value;
        }
        const auto found = router.find(request);
        if (const auto* answer = std::get_if<http::Response>(&found)) return *answer;
        const auto& route = *std::get<const http::Router::Route*>(found);
        request.parameter = route.parameter_of(request.path);
        try {
            http::Reply result = route.handler(request);
            while (const auto* rest = std::get_if<http::GoesOn>(&result)) {
                const auto go_on = rest->answer;
                result = go_on();
            }
            return std::get<http::Response>(result);
        } catch (...) {
            request.body.clear();
            return router.error_response(request, std::current_exception());
        }
    }

protected:
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
    migrator::test::FakeNotifier notifier;
    metrics::Registry metrics{"v1.2.0 @ abc123", {}};
    Gate gate;
    http::SpoolSpace spool{http::SpoolOptions{}};
    http::SpoolSpace* spool_override = nullptr;                ///< used instead, when given
    coordinator::Coordinator* coordinator_override = nullptr;  ///< used instead, when given
    coordinator::Options options;
    Surroundings surroundings;
    std::string logged;
    int waits = 0;  ///< how often a run had to wait
    std::function<void()> on_wait;
    std::stop_source stop;
    std::stop_token gone;  ///< of the clients that ask

    std::vector<std::unique_ptr<coordinator::Coordinator>> coordinators;
    coordinator::DetachedRuns detached_runs{
        dependencies(), std::chrono::seconds(1), stop.get_token(), std::chrono::milliseconds(5)};
    coordinator::Health health{
        {{"DB", [this] { database.ping(); }}, {"Loader", [this] { source.opener()()->ping(); }}}};
};

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace migrator::api::test

#pragma once

#include <boost/json.hpp>
#include <string>

#include "e2e/service.hpp"
#include "e2e/site_test.hpp"

namespace migrator::e2e {

inline constexpr const char* kApply = R"({"mode":"apply","response":"summary"})";
inline constexpr const char* kMutation =
    R"({"query":"mutation { createVersion(input: {versionName: \"v\"}) { version { id } } }"})";

/// A POST that starts a run: of v1 and of v2.
struct RunKind {
    const char* name;
    const char* path;
    const char* body;
};
inline constexpr RunKind kRunKinds[] = {
    {"v1", "/v1/migrations", kApply}, {"v2", "/v2/service", kMutation}};

/// The arguments of a process that serves `site`, and on PostgreSQL shows up as `name` there.
inline std::vector<std::string> serving(
    const test::Site& site, const std::string& name, const std::vector<std::string>& settings = {}
) {
    std::vector<std::string> arguments;
    if (!site.on_sqlite()) arguments = test::named(site, name);
    // Nobody reads a service's log while a test polls it.
    arguments.insert(arguments.end(), {"--set", "logLevel=WARN"});
    for (const std::string& setting : settings) {
        if (setting.starts_with("logLevel=")) arguments.resize(arguments.size() - 2);
        arguments.insert(arguments.end(), {"--set", setting});
    }
    return arguments;
}

inline Service serve(
    const test::Site& site, const std::string& name, const std::vector<std::string>& settings = {}
) {
    return Service(site.folder() + "/migrator.yaml", {}, serving(site, name, settings));
}

/// What a client does with long runs, at `service` or at a proxy before it: anything with `ask`.
template <typename Server>
Answer start_run(const Server& server, const std::string& id, const RunKind& kind = kRunKinds[0]) {
    return server.ask(
        "POST", kind.path, kind.body, "Prefer: respond-async\r\nX-Request-ID: " + id + "\r\n"
    );
}

template <typename Server>
boost::json::object show_run(const Server& server, const std::string& id) {
    const Answer answer = server.ask("GET", "/v1/runs/" + id);
    if (answer.status != 200) throw std::runtime_error(answer.head + answer.body);
    return boost::json::parse(answer.body).as_object();
}

template <typename Server>
std::string state_of(const Server& server, const std::string& id) {
    return std::string(show_run(server, id).at("state").as_string());
}

/// Waits until the run is in this state, and returns it.
template <typename Server>
boost::json::object wait_for_state(
    const Server& server, const std::string& id, const std::string& state
) {
    boost::json::object run;
    test::wait_until(id + " is " + state, [&] {
        run = show_run(server, id);
        const bool ended = run.contains("endedAt") && run.at("state") != state.c_str();
        if (ended) throw std::runtime_error(id + " has ended: " + boost::json::serialize(run));
        return run.at("state") == state.c_str();
    });
    return run;
}

}  // namespace migrator::e2e

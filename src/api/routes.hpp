#pragma once

#include <string>

#include "api/gate.hpp"
#include "http/router.hpp"

namespace migrator::api {

/// The routes of the API. All of them are added here, behind the gate. Each needs a row in
/// permissions.cpp: without one, all throw Internal.
class Routes {
public:
    /// `router` and `gate` live longer. `prefix` is normalised: "" or "/migrator".
    Routes(http::Router& router, std::string prefix, const Gate& gate)
        : router_(router), prefix_(std::move(prefix)), gate_(gate) {}

    /// As those of the Router; `path` comes behind the prefix.
    void add(const char* method, const std::string& path, http::Lane lane, http::Handler handler);
    void add_with_id(
        const char* method,
        const std::string& path,
        http::Lane lane,
        http::Handler handler,
        const std::string& suffix = {}
    );
    /// For everybody: whose proof is not good is nobody, who may see less.
    void add_open(
        const char* method, const std::string& path, http::Lane lane, http::Handler handler
    );
    /// With the prefix and without it.
    void add_bare(
        const char* method, const std::string& path, http::Lane lane, http::Handler handler
    );

    const std::string& prefix() const { return prefix_; }

private:
    http::Router& router_;
    const std::string prefix_;
    const Gate& gate_;
};

}  // namespace migrator::api

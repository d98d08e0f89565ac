#pragma once

#include <string>

#include "http/router.hpp"

namespace migrator::api {

/// The routes of the API. All of them are added here, so what every request has to pass (who may
/// ask, what is counted) belongs around its handler here.
class Routes {
public:
    /// `router` lives longer. `prefix` is normalised: "" or "/migrator".
    Routes(http::Router& router, std::string prefix)
        : router_(router), prefix_(std::move(prefix)) {}

    /// As those of the Router; `path` comes behind the prefix.
    void add(const char* method, const std::string& path, http::Lane lane, http::Handler handler);
    void add_with_id(
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
};

}  // namespace migrator::api

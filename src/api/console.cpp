#include "api/console.hpp"

#include "console/pages.hpp"

namespace migrator::api {

void add_console(Routes& routes) {
    using http::Lane;
    const auto file = [](const http::Request& request) -> http::Response {
        return console::answer(request, request.parameter, console::files());
    };
    const auto folder = [](const http::Request&) { return console::redirect_to_folder(); };
    routes.add("GET", "/console", Lane::Quick, folder);
    routes.add("GET", "/console/", Lane::Quick, file);
    routes.add_with_id("GET", "/console", Lane::Quick, file);
}

}  // namespace migrator::api

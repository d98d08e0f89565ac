#include "http/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "http/target.hpp"
#include "http/text.hpp"

namespace migrator::http {

namespace {

/// `path` with one slash at its end more or less.
std::string with_slash_toggled(std::string_view path) {
    if (path.ends_with('/')) return std::string(path.substr(0, path.size() - 1));
    return std::string(path) + "/";
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

/// An encoded slash makes one segment of what is decoded to two.
bool hides_slash(std::string_view path) {
    return path.find("%2f") != std::string_view::npos || path.find("%2F") != std::string_view::npos;
}

std::string escape_html(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&#34;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

/// Header fields are ASCII; a target may hold other bytes as they are.
std::string escape_non_ascii(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        escaped += byte < 0x80 ? std::string(1, c) : fmt::format("%{:02x}", byte);
    }
    return escaped;
}

/// Where a request goes whose slash at the end is wrong; percent-encoding and query as sent.
std::string toggled_location(const Request& request) {
    const std::string_view target = request.target;
    const std::string_view path = path_of(target);
    return escape_non_ascii(with_slash_toggled(path) + std::string(target.substr(path.size())));
}

/// A browser takes "//host/" and "/\host/" for another host.
bool stays_on_host(std::string_view location) {
    return location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\");
}

Response redirect(std::string_view method, const std::string& location) {
    if (method != "GET" && method != "HEAD") {
        return {.status = 307, .content_type = "", .body = "", .headers = {{"Location", location}}};
    }
    return {
        .status = 301,
        .content_type = "text/html; charset=utf-8",
        .body = fmt::format("<a href=\"{}\">Moved Permanently</a>.\n\n", escape_html(location)),
        .headers = {{"Location", location}}};
}

Response plain_text(int status, std::string text) {
    return {.status = status, .content_type = "text/plain", .body = std::move(text), .headers = {}};
}

}  // namespace

/// A path, as it is and as it was sent.
struct Router::Place {
    explicit Place(const Request& request)
        : Place(request.path, std::string(path_of(request.target))) {}

    Place with_slash_toggled() const {
        return {http::with_slash_toggled(path), http::with_slash_toggled(sent)};
    }

    bool is_of(const Route& route) const {
        if (!route.serves(path) || hides_slash(sent)) return false;
        if (!route.with_id) return !is_disguised(sent);
        if (!sent.ends_with(route.suffix)) return false;
        const std::string rest = sent.substr(0, sent.size() - route.suffix.size());
        return !is_disguised(rest.substr(0, rest.rfind('/')));
    }

    std::string path;
    std::string sent;

private:
    Place(std::string its_path, std::string as_sent)
        : path(std::move(its_path)), sent(std::move(as_sent)) {}
};

bool Router::Route::serves(std::string_view decoded_path) const {
    if (!with_id) return decoded_path == path;
    if (!decoded_path.ends_with(suffix)) return false;
    decoded_path.remove_suffix(suffix.size());
    const std::size_t begin = path.size() + 1;
    return decoded_path.size() > begin && decoded_path.starts_with(path) &&
           decoded_path.find('/', path.size()) == path.size() &&
           decoded_path.find('/', begin) == std::string_view::npos;
}

std::string Router::Route::parameter_of(std::string_view decoded_path) const {
    if (!with_id) return "";
    const std::size_t begin = path.size() + 1;
    return std::string(decoded_path.substr(begin, decoded_path.size() - begin - suffix.size()));
}

void Router::add(std::string method, std::string path, Lane lane, Handler handler) {
    add(Route{
        .method = std::move(method),
        .path = std::move(path),
        .lane = lane,
        .handler = std::move(handler)});
}

void Router::add_with_id(
    std::string method, std::string path, Lane lane, Handler handler, std::string suffix
) {
    add(Route{
        .method = std::move(method),
        .path = std::move(path),
        .lane = lane,
        .handler = std::move(handler),
        .with_id = true,
        .suffix = std::move(suffix)});
}

void Router::add_bare(std::string method, std::string path, Lane lane, Handler handler) {
    add(Route{
        .method = std::move(method),
        .path = std::move(path),
        .lane = lane,
        .handler = std::move(handler),
        .bare = true});
}

void Router::add(Route route) {
    route.pattern = route.with_id ? route.path + "/:id" + route.suffix : route.path;
    const bool is_there = std::any_of(routes_.begin(), routes_.end(), [&](const Route& other) {
        return other.method == route.method && other.path == route.path &&
               other.with_id == route.with_id && other.suffix == route.suffix;
    });
    if (is_there) {
        throw Error(
            ErrorKind::Internal,
            fmt::format("the route {} {} already exists", route.method, route.pattern)
        );
    }
    routes_.push_back(std::move(route));
}

void Router::add_header(std::string name, std::string value) {
    headers_.emplace_back(std::move(name), std::move(value));
}

void Router::on_error(std::function<Response(const Request&, std::exception_ptr)> handler) {
    on_error_ = std::move(handler);
}

void Router::error_bodies(ErrorBody make) { error_body_ = std::move(make); }

std::string Router::error_body(std::string_view path, int status, std::string_view message) const {
    return error_body_ ? error_body_(path, status, message) : http::error_body(message);
}

const Router::Route* Router::route_of(std::string_view method, const Place& place) const {
    const Route* found = nullptr;
    for (const Route& route : routes_) {
        if (route.method != method || !place.is_of(route)) continue;
        if (!route.with_id) return &route;
        found = &route;
    }
    return found == nullptr && method == "HEAD" ? route_of("GET", place) : found;
}

std::string Router::methods_of(const Place& place) const {
    std::vector<std::string_view> methods;
    for (const Route& route : routes_) {
        const bool is_new =
            std::find(methods.begin(), methods.end(), route.method) == methods.end();
        if (is_new && place.is_of(route)) methods.push_back(route.method);
    }
    return fmt::format("{}", fmt::join(methods, ", "));
}

std::variant<const Router::Route*, Response> Router::find(const Request& request) const {
    const Place place(request);
    if (const Route* route = route_of(request.method, place)) return route;
    if (route_of(request.method, place.with_slash_toggled()) != nullptr) {
        const std::string location = toggled_location(request);
        if (stays_on_host(location)) return redirect(request.method, location);
    }
    const std::string methods = methods_of(place);
    if (methods.empty()) return plain_text(404, "404 page not found");
    Response response = plain_text(405, "405 method not allowed");
    response.headers.emplace_back("Allow", methods);
    return response;
}

Response Router::error_response(const Request& request, std::exception_ptr error) const noexcept {
    Response nothing{.status = 500, .content_type = "", .body = "", .headers = {}};
    try {
        try {
            if (on_error_) return on_error_(request, error);
            log::panic("Panic recovered: " + text_of(error));
        } catch (...) {
            log::panic(fmt::format(
                "Panic recovered: {} (while answering: {})",
                text_of(std::current_exception()),
                text_of(error)
            ));
        }
    } catch (...) {
        // Not even a log line could be made: out of memory. The client still gets an answer.
        return nothing;
    }
    return nothing;
}

}  // namespace migrator::http

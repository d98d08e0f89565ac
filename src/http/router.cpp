#include "http/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::http {

namespace {

/// `path` with one slash at its end more or less. `end` is how the last slash may be written.
std::string with_slash_toggled(
    std::string_view path, std::initializer_list<std::string_view> ends
) {
    for (const std::string_view end : ends) {
        if (path.ends_with(end)) return std::string(path.substr(0, path.size() - end.size()));
    }
    return std::string(path) + "/";
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
    const std::size_t path_end = std::min(target.find('?'), target.size());
    const std::string path = with_slash_toggled(target.substr(0, path_end), {"/", "%2F", "%2f"});
    return escape_non_ascii(path + std::string(target.substr(path_end)));
}

/// A browser takes "//host/" and "/\host/" for another host.
bool stays_on_host(std::string_view location) {
    return location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\");
}

Response redirect(std::string_view method, const std::string& location) {
    if (method != "GET") {
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

std::string text_of(const std::exception_ptr& error) try {
    if (error) std::rethrow_exception(error);
    return "no exception";
} catch (const std::exception& exception) {
    return exception.what();
} catch (...) {
    return "an exception of an unknown type";
}

}  // namespace

Handler answering(std::function<Response(const Request&)> answer) {
    return [answer = std::move(answer)](Request request) -> Step {
        return [answer, request = std::move(request)] { return answer(request); };
    };
}

void Router::add(std::string method, std::string path, Lane lane, Handler handler) {
    add(Route{std::move(method), std::move(path), lane, std::move(handler), false});
}

void Router::add_bare(std::string method, std::string path, Lane lane, Handler handler) {
    add(Route{std::move(method), std::move(path), lane, std::move(handler), true});
}

void Router::add(Route route) {
    if (route_of(route.method, route.path) != nullptr) {
        throw Error(
            ErrorKind::Internal,
            fmt::format("the route {} {} is there already", route.method, route.path)
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

const Router::Route* Router::route_of(std::string_view method, std::string_view path) const {
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& route) {
        return route.method == method && route.path == path;
    });
    return found == routes_.end() ? nullptr : &*found;
}

std::string Router::methods_of(std::string_view path) const {
    std::string methods;
    for (const Route& route : routes_) {
        if (route.path != path) continue;
        methods += (methods.empty() ? "" : ", ") + route.method;
    }
    return methods;
}

std::variant<const Router::Route*, Response> Router::find(const Request& request) const {
    if (const Route* route = route_of(request.method, request.path)) return route;
    if (route_of(request.method, with_slash_toggled(request.path, {"/"})) != nullptr) {
        const std::string location = toggled_location(request);
        if (stays_on_host(location)) return redirect(request.method, location);
    }
    const std::string methods = methods_of(request.path);
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

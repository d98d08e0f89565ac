#include "console/pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::console {
namespace {

constexpr std::string_view kPage = "index.html";
constexpr const char* kPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'";

/// Up to the next `separator`, which `text` loses, too; without blanks around it.
std::string_view next_part(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return trimmed(part);
}

/// "q=0" and "q=0.000" forbid what they stand behind.
bool is_forbidden(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view parameter = next_part(parameters, ';');
        if (!starts_with_ignoring_case(parameter, "q=0")) continue;
        return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
    }
    return false;
}

/// Whether `Accept-Encoding` names `coding`. "*" is not looked at: browsers name what they know.
bool accepts(const http::Request& request, std::string_view coding) {
    std::string_view all = request.header("Accept-Encoding").value_or("");
    while (!all.empty()) {
        std::string_view item = next_part(all, ',');
        const std::string_view name = next_part(item, ';');
        if (equal_ignoring_case(name, coding)) return !is_forbidden(item);
    }
    return false;
}

bool knows(const http::Request& request, std::string_view tag) {
    std::string_view all = request.header("If-None-Match").value_or("");
    while (!all.empty()) {
        std::string_view item = next_part(all, ',');
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == tag) return true;
    }
    return false;
}

http::Response response_for(const File& file) {
    const bool is_page = file.name == kPage;
    return {
        .content_type = std::string(file.content_type),
        .headers = {
            {"Cache-Control", is_page ? "no-cache" : "public, max-age=31536000, immutable"},
            {"Content-Security-Policy", kPolicy},
            {"Vary", "Accept-Encoding"}}};
}

const File& file_called(std::string_view name, std::span<const File> files) {
    if (files.empty()) {
        throw Error(
            ErrorKind::NotFound,
            "this program was built without the console (-DCONSOLE=OFF, or node and npm were "
            "missing); build it with -DCONSOLE=ON"
        );
    }
    const auto found = std::ranges::find(files, name, &File::name);
    if (found != files.end()) return *found;
    throw Error(ErrorKind::NotFound, fmt::format("the console has no file {}", name));
}

}  // namespace

http::Response answer(
    const http::Request& request, std::string_view name, std::span<const File> files
) {
    constexpr int kNotModified = 304;
    const File& file = file_called(name.empty() ? kPage : name, files);
    http::Response response = response_for(file);
    // The same tag for each coding would let a cache mix them up.
    std::string_view coding;
    if (accepts(request, "br")) {
        coding = "br";
    } else if (accepts(request, "gzip")) {
        coding = "gzip";
    }
    const std::string tag = fmt::format("\"{}{}{}\"", file.tag, coding.empty() ? "" : "-", coding);
    response.headers.emplace_back("ETag", tag);
    if (knows(request, tag)) {
        response.status = kNotModified;
        response.content_type.clear();
        return response;
    }
    if (!coding.empty()) response.headers.emplace_back("Content-Encoding", coding);
    response.body = coding == "br" ? file.brotli : coding == "gzip" ? file.gzip : file.plain;
    return response;
}

http::Response redirect_to_folder() {
    constexpr int kFound = 302;
    return {
        .status = kFound,
        .content_type = "text/plain; charset=utf-8",
        .body = "console/\n",
        .headers = {{"Location", "console/"}}};
}

}  // namespace migrator::console

#include "http_client/request_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string_view>

#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::http_client {
namespace {

using std::chrono::milliseconds;

/// RFC 9110's characters of a method or a header's name.
bool is_token(std::string_view text) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20U && byte != 0x7fU);
    });
}

/// An option that does not take hold could switch off a check of certificates: never ignored.
template <typename Value>
void set(CURL* curl, CURLoption option, Value value) {
    const CURLcode result = curl_easy_setopt(curl, option, value);
    if (result == CURLE_OK) return;
    throw Error(
        ErrorKind::Internal,
        fmt::format(
            "libcurl rejected option {}: {}", static_cast<int>(option), curl_easy_strerror(result)
        )
    );
}

void set_method_and_body(CURL* curl, const Request& request) {
    if (request.method == "HEAD") {
        set(curl, CURLOPT_NOBODY, 1L);
        return;
    }
    if (request.method != "GET" || !request.body.empty()) {
        set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    set(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_connection(CURL* curl, const Request& request, const Limits& limits) {
    set(curl, CURLOPT_NOSIGNAL, 1L);
    // Else the end of a request waits for a name server that does not answer, beyond every limit.
    set(curl, CURLOPT_QUICK_EXIT, 1L);
    set(curl, CURLOPT_CONNECTTIMEOUT_MS, in_milliseconds(limits.connect));
    if (limits.total.count() == 0) {
        const auto stall = std::chrono::ceil<std::chrono::seconds>(limits.stall).count();
        set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::max<decltype(stall)>(stall, 1)));
    } else {
        set(curl, CURLOPT_TIMEOUT_MS, in_milliseconds(limits.total));
    }
    if (request.direct) {
        set(curl, CURLOPT_PROXY, "");
        set(curl, CURLOPT_NOPROXY, "*");
    }
    set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    set(curl, CURLOPT_PATH_AS_IS, 1L);  // what is signed is what is sent
    set(curl, CURLOPT_FOLLOWLOCATION, 0L);
    set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(curl, CURLOPT_USERAGENT, "migrator");
    set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    set(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!request.ca_file.empty()) {
        set(curl, CURLOPT_CAINFO, request.ca_file.c_str());
        set(curl, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
}

}  // namespace

void HeaderList::add(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list_.release());  // it is the beginning of the longer one
    list_.reset(longer);
}

long in_milliseconds(milliseconds limit) {
    return static_cast<long>(std::max<milliseconds::rep>(limit.count(), 1));  // 0 would be no limit
}

/// Counts headers instead of naming them: what is wrong with a name may be that a secret stands in
/// it.
void check(const Request& request) {
    if (!is_token(request.method)) {
        throw Error(ErrorKind::InvalidRequest, "HTTP request: the method is invalid");
    }
    const auto refuse = [&](std::string_view what) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format("{} {}: {}", request.method, origin_of(request.url), what)
        );
    };
    if (!Url::parse(request.url)) {
        refuse("the URL must begin with http:// or https:// and contain no white space");
    }
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
        const auto& [name, value] = request.headers[i];
        if (!is_token(name)) {
            refuse(
                fmt::format("the name of header {} is empty or contains invalid characters", i + 1)
            );
        }
        if (!is_header_value(value)) {
            refuse(fmt::format("the value of header {} contains control characters", i + 1));
        }
    }
}

HeaderList headers_of(const Request& request) {
    HeaderList list;
    bool has_content_type = false;
    for (const auto& [name, value] : request.headers) {
        if (equal_ignoring_case(name, "Content-Length") ||
            equal_ignoring_case(name, "Transfer-Encoding"))
            continue;
        has_content_type = has_content_type || equal_ignoring_case(name, "Content-Type");
        const bool is_empty = value.find_first_not_of(" \t") == std::string::npos;
        list.add(
            is_empty ? name + ";" : fmt::format("{}: {}", name, value)
        );  // curl's way to send none at all
    }
    // Without these curl makes up a type, and waits for "100 Continue" before a long body.
    if (!has_content_type) list.add("Content-Type:");
    list.add("Expect:");
    return list;
}

void set_options(
    CURL* curl,
    const Request& request,
    const Url& url,
    const HeaderList& headers,
    const Limits& limits
) {
    set_connection(curl, request, limits);
    set(curl, CURLOPT_CURLU, url.handle());
    set(curl, CURLOPT_HTTPHEADER, headers.get());
    set_method_and_body(curl, request);
}

}  // namespace migrator::http_client

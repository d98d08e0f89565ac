#include "http_client/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string_view>

#include "core/error.hpp"
#include "core/freed_by.hpp"
#include "http_client/answer.hpp"
#include "http_client/url.hpp"

namespace migrator::http_client {
namespace {

using std::chrono::milliseconds;
using CurlHandle = std::unique_ptr<CURL, FreedBy<curl_easy_cleanup>>;
using ErrorText = std::array<char, CURL_ERROR_SIZE>;

/// Never undone: other threads may be in the middle of a request when the process ends.
void initialize_curl() {
    static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result == CURLE_OK) return;
    throw Error(
        ErrorKind::Internal, fmt::format("libcurl can't start: {}", curl_easy_strerror(result))
    );
}

/// RFC 9110's characters of a method or a header's name.
bool is_token(std::string_view text) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kOthers.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20U && byte != 0x7fU);
    });
}

bool is_named(const std::string& name, const char* other) {
    return strcasecmp(name.c_str(), other) == 0;
}

/// What curl takes and frees as a list.
class HeaderList {
public:
    void add(const std::string& line) {
        curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        static_cast<void>(list_.release());  // it is the beginning of the longer one
        list_.reset(longer);
    }
    curl_slist* get() const { return list_.get(); }

private:
    std::unique_ptr<curl_slist, FreedBy<curl_slist_free_all>> list_;
};

/// No part of a request may end up as another part of it. The message counts headers instead of
/// naming them: what is wrong with a name may be that a secret stands in it.
void check(const Request& request) {
    if (!is_token(request.method)) {
        throw Error(ErrorKind::InvalidRequest, "HTTP request: the method is no word");
    }
    const auto refuse = [&](std::string_view what) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format("{} {}: {}", request.method, origin_of(request.url), what)
        );
    };
    if (!Url::parse(request.url)) {
        refuse("the URL must be one of http or https, without white space");
    }
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
        const auto& [name, value] = request.headers[i];
        if (!is_token(name)) {
            refuse(fmt::format("the name of header {} is empty or has wrong characters", i + 1));
        }
        if (!is_header_value(value)) {
            refuse(fmt::format("the value of header {} has control characters in it", i + 1));
        }
    }
}

HeaderList headers_of(const Request& request) {
    HeaderList list;
    bool has_content_type = false;
    for (const auto& [name, value] : request.headers) {
        if (is_named(name, "Content-Length") || is_named(name, "Transfer-Encoding")) continue;
        has_content_type = has_content_type || is_named(name, "Content-Type");
        const bool is_empty = value.find_first_not_of(" \t") == std::string::npos;
        list.add(is_empty ? name + ";" : name + ": " + value);  // curl's way to send none at all
    }
    // Without these curl makes up a type, and waits for "100 Continue" before a long body.
    if (!has_content_type) list.add("Content-Type:");
    list.add("Expect:");
    return list;
}

/// An option that does not take hold could switch off a check of certificates: never ignored.
template <typename Value>
void set(CURL* curl, CURLoption option, Value value) {
    const CURLcode result = curl_easy_setopt(curl, option, value);
    if (result == CURLE_OK) return;
    throw Error(
        ErrorKind::Internal,
        fmt::format(
            "libcurl refuses option {}: {}", static_cast<int>(option), curl_easy_strerror(result)
        )
    );
}

long in_milliseconds(milliseconds limit) {
    return static_cast<long>(std::max<milliseconds::rep>(limit.count(), 1));  // 0 would be no limit
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
    set(curl, CURLOPT_TIMEOUT_MS, in_milliseconds(limits.total));
    set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
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

std::string shown(milliseconds limit) {
    const auto ms = in_milliseconds(limit);
    return ms % 1'000 == 0 ? fmt::format("{} s", ms / 1'000) : fmt::format("{} ms", ms);
}

std::string time_out_reason(CURL* curl, const Limits& limits) {
    curl_off_t until_connected = 0;
    curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &until_connected);
    if (until_connected > 0) return "no answer within " + shown(limits.total);
    return "no connection within " + shown(std::min(limits.connect, limits.total));
}

}  // namespace

Response send(const Request& request, const Limits& limits) {
    check(request);
    initialize_curl();
    const auto url = Url::parse(request.url);
    const HeaderList headers = headers_of(request);
    Answer answer(limits.response_bytes);
    ErrorText details{};

    const CurlHandle curl(curl_easy_init());
    if (!curl) throw std::bad_alloc();
    set(curl.get(), CURLOPT_ERRORBUFFER, details.data());
    set_connection(curl.get(), request, limits);
    set(curl.get(), CURLOPT_CURLU, url->handle());
    set(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    set_method_and_body(curl.get(), request);
    answer.receive_from(curl.get());

    const CURLcode result = curl_easy_perform(curl.get());
    answer.rethrow();
    if (result == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
        return answer.take(static_cast<int>(status));
    }
    std::string reason = details.data();
    if (reason.empty() || url->is_told_by(reason)) reason = curl_easy_strerror(result);
    if (result == CURLE_OPERATION_TIMEDOUT) reason = time_out_reason(curl.get(), limits);
    if (!answer.objection().empty()) reason = answer.objection();
    throw Error(
        ErrorKind::Unavailable, fmt::format("{} {}: {}", request.method, url->origin(), reason)
    );
}

}  // namespace migrator::http_client

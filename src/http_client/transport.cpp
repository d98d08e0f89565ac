#include "http_client/transport.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>

#include "core/freed_by.hpp"
#include "http_client/answer.hpp"
#include "http_client/request_options.hpp"
#include "http_client/url.hpp"

namespace migrator::http_client {
namespace {

using std::chrono::milliseconds;
using CurlHandle = std::unique_ptr<CURL, FreedBy<curl_easy_cleanup>>;
/// Takes back what curl was told of one request; its connections stay open.
using CurlReset = std::unique_ptr<CURL, FreedBy<curl_easy_reset>>;
using ErrorText = std::array<char, CURL_ERROR_SIZE>;

/// Never undone: other threads may be in the middle of a request when the process ends.
void initialize_curl() {
    static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result == CURLE_OK) return;
    throw Error(
        ErrorKind::Internal, fmt::format("could not start libcurl: {}", curl_easy_strerror(result))
    );
}

TransportFailure failure_of(CURLcode result) {
    switch (result) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return TransportFailure::Resolve;
        case CURLE_COULDNT_CONNECT:
            return TransportFailure::Connect;
        case CURLE_OPERATION_TIMEDOUT:
            return TransportFailure::Timeout;
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
        case CURLE_PARTIAL_FILE:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
            return TransportFailure::Interrupted;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return TransportFailure::Certificate;
        default:
            return TransportFailure::Other;
    }
}

std::string shown(milliseconds limit) {
    const auto ms = in_milliseconds(limit);
    return ms % 1'000 == 0 ? fmt::format("{} s", ms / 1'000) : fmt::format("{} ms", ms);
}

std::string time_out_reason(CURL* curl, const Limits& limits) {
    curl_off_t until_connected = 0;
    curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &until_connected);
    const bool has_total = limits.total.count() != 0;
    if (until_connected > 0) {
        return has_total ? "no response within " + shown(limits.total)
                         : "no data received for " + shown(limits.stall);
    }
    const auto limit = has_total ? std::min(limits.connect, limits.total) : limits.connect;
    return "no connection within " + shown(limit);
}

class CurlTransport : public Transport {
public:
    CurlTransport() : curl_(open()) {}
    Response send(const Request& request, const Limits& limits) override;

private:
    static CurlHandle open() {
        initialize_curl();
        CurlHandle curl(curl_easy_init());
        if (!curl) throw std::bad_alloc();
        return curl;
    }

    CurlHandle curl_;
};

Response CurlTransport::send(const Request& request, const Limits& limits) {
    check(request);
    const auto url = Url::parse(request.url);
    const HeaderList headers = headers_of(request);
    Answer answer(limits.response_bytes);
    ErrorText details{};
    CURL* curl = curl_.get();
    const CurlReset reset(curl);  // before what curl points at goes
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, details.data());
    set_options(curl, request, *url, headers, limits);
    answer.receive_from(curl);

    const CURLcode result = curl_easy_perform(curl);
    answer.rethrow();
    if (result == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        return answer.take(static_cast<int>(status));
    }
    TransportFailure failure = failure_of(result);
    std::string reason = details.data();
    if (reason.empty() || url->is_told_by(reason)) reason = curl_easy_strerror(result);
    if (failure == TransportFailure::Timeout) reason = time_out_reason(curl, limits);
    if (!answer.objection().empty()) {
        reason = answer.objection();
        failure = TransportFailure::TooLarge;
    }
    throw TransportError(failure, fmt::format("{} {}: {}", request.method, url->origin(), reason));
}

}  // namespace

std::unique_ptr<Transport> make_transport() { return std::make_unique<CurlTransport>(); }

}  // namespace migrator::http_client

#include "http_client/answer.hpp"

#include <fmt/format.h>

#include "core/ascii.hpp"

namespace migrator::http_client {
namespace {

constexpr std::size_t kHeaderLimit = 262'144;

}  // namespace

void Answer::receive_from(CURL* curl) {
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Answer::on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Answer::on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
}

std::size_t Answer::on_header(char* bytes, std::size_t, std::size_t length, void* self) {
    auto& answer = *static_cast<Answer*>(self);
    return answer.take_piece(length, [&] { return answer.add_header({bytes, length}); });
}

std::size_t Answer::on_body(char* bytes, std::size_t, std::size_t length, void* self) {
    auto& answer = *static_cast<Answer*>(self);
    return answer.take_piece(length, [&] { return answer.add_body({bytes, length}); });
}

template <typename Add>
std::size_t Answer::take_piece(std::size_t length, Add add) noexcept {
    try {
        if (add()) return length;
    } catch (...) {  // nothing may pass through C
        thrown_ = std::current_exception();
    }
    return length == 0 ? 1 : 0;  // any other number than `length` stops the transfer
}

bool Answer::add_header(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > kHeaderLimit) {
        objection_ = fmt::format("the response headers are larger than {} bytes", kHeaderLimit);
        return false;
    }
    if (line.starts_with("HTTP/")) response_.headers.clear();  // after "100 Continue"
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/") || colon == std::string_view::npos) return true;
    response_.headers.emplace_back(
        lower_case(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1))
    );
    return true;
}

bool Answer::add_body(std::string_view piece) {
    if (piece.size() > body_limit_ - response_.body.size()) {
        objection_ = fmt::format("the response is larger than {} bytes", body_limit_);
        return false;
    }
    response_.body += piece;
    return true;
}

}  // namespace migrator::http_client

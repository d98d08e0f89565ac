#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include "http_client/http_client.hpp"

namespace migrator::http_client {

/// Takes an answer from curl piece by piece, and stops it when it is too long.
class Answer {
public:
    explicit Answer(std::size_t body_limit) : body_limit_(body_limit) {}
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    /// The object has to stay where it is until the transfer has ended.
    void receive_from(CURL* curl);

    /// Why it stopped the transfer; empty when it did not.
    const std::string& objection() const { return objection_; }
    /// Throws what a callback of curl could not let through.
    void rethrow() const {
        if (thrown_) std::rethrow_exception(thrown_);
    }
    Response take(int status) {
        response_.status = status;
        return std::move(response_);
    }

private:
    static std::size_t on_header(char* bytes, std::size_t, std::size_t length, void* self);
    static std::size_t on_body(char* bytes, std::size_t, std::size_t length, void* self);
    /// Calls `add`, which says whether there is room; returns what curl wants to hear.
    template <typename Add>
    std::size_t take_piece(std::size_t length, Add add) noexcept;
    bool add_header(std::string_view line);
    bool add_body(std::string_view piece);

    std::size_t body_limit_;
    std::size_t header_bytes_ = 0;
    Response response_;
    std::string objection_;
    std::exception_ptr thrown_;
};

}  // namespace migrator::http_client

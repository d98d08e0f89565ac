#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace migrator::http {

/// Why a request goes to no handler. The connection is closed after the answer: nobody knows
/// where the next request would begin.
struct Refusal {
    int status = 400;
    std::string message;

    bool operator==(const Refusal&) const = default;
};

/// Reads one HTTP/1.x request from bytes, within limits. Knows nothing of sockets.
class RequestParser {
public:
    struct Limits {
        std::size_t header_bytes = 0;  ///< request line and header fields
        std::size_t body_bytes = 0;    ///< without the framing of chunks
    };

    explicit RequestParser(const Limits& limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Takes what it can and returns how many bytes that were; call it again with the rest and
    /// what comes after it. Takes nothing once there is a refusal or the request is complete.
    std::size_t feed(std::string_view input);

    /// A byte of a request has come; empty lines in front of it don't count.
    bool begun() const;
    bool header_complete() const;
    bool complete() const;
    /// How much of the body has come; it takes no more memory than about twice that.
    std::size_t body_bytes() const;
    /// Frees the memory of the body; to be called of a request that is not taken.
    void drop_body();
    const std::optional<Refusal>& refusal() const;

    /// The path, decoded; empty until the header has come.
    const std::string& path() const;

    /// True once, when the client sends its body only after "100 Continue".
    bool take_continue();

    /// What follows holds when the request is complete.
    bool keep_alive() const;
    /// 11 or 10, for HTTP/1.1 and 1.0.
    unsigned version() const;
    /// The request, but for `id` and `client_ip`. Once.
    Request take();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace migrator::http

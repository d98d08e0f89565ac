#pragma once

#include <memory>
#include <string>

#include "core/error.hpp"
#include "http_client/http_client.hpp"

namespace migrator::http_client {

/// What stopped a request before there was an answer, by what can be done about it.
enum class TransportFailure : unsigned char {
    Resolve,      ///< no such host
    Connect,      ///< refused, or no route
    Timeout,      ///< a time limit, or a transfer that stalled
    Interrupted,  ///< the connection ended in mid-answer, or the like: worth another try
    Certificate,  ///< the other side is not who it should be
    TooLarge,     ///< the answer is over the limit
    Other,
};

/// Unavailable, with the kind of failure. The message is that of `send`.
class TransportError : public Error {
public:
    TransportError(TransportFailure failure, const std::string& message)
        : Error(ErrorKind::Unavailable, message), failure_(failure) {}
    TransportFailure failure() const noexcept { return failure_; }

private:
    TransportFailure failure_;
};

/// Requests over connections that are kept open between them. One thread at a time; the seam for
/// fakes.
class Transport {
public:
    virtual ~Transport() = default;
    /// As `http_client::send`, but its Unavailable is a TransportError.
    virtual Response send(const Request& request, const Limits& limits) = 0;
};

std::unique_ptr<Transport> make_transport();

}  // namespace migrator::http_client

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/principal.hpp"
#include "http/spool.hpp"

namespace migrator::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What a client has proved with its TLS certificate, which an authority of `tlsClientCa` signed.
struct ClientCertificate {
    std::string subject;           ///< as in RFC 2253: "CN=ci,O=Example"; what is not ASCII is \XX
    std::vector<std::string> dns;  ///< of the subjectAltName, as all that follow
    std::vector<std::string> uri;  ///< such as SPIFFE's
    std::vector<std::string> email;
    bool operator==(const ClientCertificate&) const = default;
};

/// A request, read whole.
struct Request {
    std::string method;     ///< "GET", upper-case
    std::string target;     ///< path and query as sent
    std::string path;       ///< percent-decoded, without the query
    std::string query;      ///< as sent, without '?'
    std::string parameter;  ///< the last segment of a path of `Router::add_with_id`, decoded
    Headers headers;
    std::string body;
    std::string id;         ///< X-Request-ID, or one made here
    std::string client_ip;  ///< an address, as `client_address` finds it; "-" when it has gone
    /// Who asks; nothing where no proof is configured, or none was given.
    std::optional<Principal> principal;
    /// Nothing without TLS, and where the client showed none.
    std::optional<ClientCertificate> certificate;
    /// Requested when the client has closed its side: nobody waits for the answer. Callbacks run on
    /// the thread of the sockets, so they must not wait. Never requested for work that goes on
    /// behind the answer.
    std::stop_token gone;

    /// The first header of that name, in any case.
    std::optional<std::string_view> header(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type;  ///< empty: no such header
    std::string body;
    Headers headers;                 ///< beside Content-Type, Content-Length, Connection
    std::shared_ptr<Spool> spooled;  ///< sent after `body`; may be null
    std::string tail;                ///< sent after `spooled`
    /// Work that goes on after this answer, on the lane that it was made on and with the request's
    /// id in the log; may be null. What it throws is logged. At shutdown it counts as a request in
    /// work.
    std::function<void()> background;
};

}  // namespace migrator::http

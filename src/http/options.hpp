#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/network.hpp"

namespace migrator::http {

enum class ClientCertificates : std::uint8_t { Optional, Required };

/// Where the files for TLS are, all PEM. Constant after start-up.
struct TlsOptions {
    std::string certificate;  ///< and its chain; empty: no TLS
    std::string key;
    std::string client_ca;  ///< who signs client certificates; empty: clients aren't asked for any
    ClientCertificates client_certificates = ClientCertificates::Optional;
    std::chrono::milliseconds recheck{2'000};             ///< for changed files, at new connections
    std::chrono::milliseconds handshake_timeout{10'000};  ///< for all of it
    std::size_t max_handshakes = 1'024;                   ///< in progress
};

/// Limits and addresses of the server. Constant after start-up.
struct Options {
    std::string listen_address = "0.0.0.0";
    std::uint16_t port = 8080;  ///< 0: any free port, for tests
    std::size_t max_body_bytes = 1'048'576;
    std::size_t max_body_memory_bytes = 67'108'864;  ///< for the bodies of all requests together
    std::size_t max_header_bytes = 16'384;
    std::chrono::milliseconds first_head_timeout{10'000};  ///< for a connection's first header
    std::chrono::milliseconds keep_alive_timeout{75'000};  ///< longer than the balancer's
    std::chrono::milliseconds read_timeout{30'000};      ///< for a whole request, once it has begun
    std::chrono::milliseconds write_timeout{60'000};     ///< without progress of the peer
    std::chrono::milliseconds shutdown_timeout{25'000};  ///< for running requests after SIGTERM
    std::size_t max_connections = 4'096;
    std::size_t max_connections_per_client = 1'024;  ///< of one address that is no trusted proxy
    std::size_t other_files =
        1'024;                     ///< open files beside connections: databases, storage, sources
    std::size_t workers = 8;       ///< threads for Lane::Work, at most
    std::size_t queue_limit = 64;  ///< requests that wait for them; more: 503
    std::size_t patient_workers = 18;  ///< threads for Lane::Patient, at most
    /// Names of this service: pages of these hosts may send requests with a body.
    std::vector<std::string> allowed_hosts;
    /// Peers whose X-Forwarded-For counts; empty: those with a private address.
    Networks trusted_proxies;
    TlsOptions tls;
    std::optional<std::uint16_t> metrics_port;  ///< of its own, plain HTTP; 0: any free port
};

/// Where answers of any size go. Constant after start-up.
struct SpoolOptions {
    std::string directory = "/tmp";             ///< for unlinked files
    std::size_t total_bytes = 1'073'741'824;    ///< of all answers together, in files
    std::size_t memory_bytes = 8'388'608;       ///< of one answer, before it goes to a file
    std::size_t all_memory_bytes = 33'554'432;  ///< of all answers; more go to files at once
    /// Of one answer, beside that: small ones are answered whatever large ones have taken.
    std::size_t always_memory_bytes = 65'536;
};

}  // namespace migrator::http

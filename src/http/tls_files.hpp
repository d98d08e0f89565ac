#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "http/options.hpp"
#include "http/tls_context.hpp"

namespace migrator::http {

/// Certificate, key and authorities of a listener, read again when their files have changed. For
/// the sockets' thread only.
class TlsFiles {
public:
    /// Throws Configuration as `make_tls_context`. Logs a warning when others may read the key,
    /// and when the certificate has expired.
    explicit TlsFiles(TlsOptions options);

    /// For a new connection. Looks at most every `TlsOptions::recheck` whether the files are
    /// others now; what can't be used is logged once, and the old files stay in use.
    const TlsContext& current();

private:
    /// What tells one state of a file from another, also behind a symbolic link.
    struct Stamp {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = -1;  ///< -1: there is none
        std::int64_t modified_ns = 0;
        bool operator==(const Stamp&) const = default;
    };
    using Stamps = std::array<Stamp, 3>;
    static Stamp stamp_of(const std::string& file);
    Stamps stamps() const;
    void warn() const;

    const TlsOptions options_;
    Stamps stamps_;  ///< of the last try
    TlsContext context_;
    std::chrono::steady_clock::time_point checked_ = std::chrono::steady_clock::now();
};

}  // namespace migrator::http

#pragma once

#include <openssl/evp.h>

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/algorithm.hpp"
#include "core/freed_by.hpp"

namespace migrator::access {

/// A key that verifies signatures of its own algorithm, and no others. Constant: safe from every
/// thread.
class PublicKey {
public:
    /// A key of a JWKS (RFC 7517). Nothing for a key that is not for signatures, of another kind
    /// (a symmetric one above all), too weak, or damaged: a set may hold such beside others.
    static std::optional<PublicKey> from_jwk(const boost::json::object& jwk);
    /// A P-256 key in PEM, for ES256. Nothing for any other text.
    static std::optional<PublicKey> from_pem(const std::string& pem, std::string id);

    /// Empty when it has none.
    const std::string& id() const noexcept { return id_; }
    bool is_for(Algorithm algorithm) const noexcept;
    /// False also for an algorithm that is not the key's own.
    bool verifies(Algorithm algorithm, std::string_view signed_text, std::string_view signature)
        const;

private:
    using Handle = std::shared_ptr<EVP_PKEY>;

    PublicKey(std::string id, Handle key, std::vector<Algorithm> algorithms);

    std::string id_;
    Handle key_;
    std::vector<Algorithm> algorithms_;  ///< an RSA key without "alg" has two
};

}  // namespace migrator::access

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "cloud/aws/credentials.hpp"
#include "cloud/aws/secrets.hpp"
#include "cloud/aws/surroundings.hpp"

namespace migrator::app {

/// What this process asks of a cloud beside its files: secrets for the configuration, passwords
/// for the database. Nothing is looked up before it is needed. Safe for all threads.
class Cloud {
public:
    Cloud();

    const cloud::aws::Surroundings& surroundings() const { return surroundings_; }

    /// The value of a reference in `${…}`; for `config::Lookups::secret`.
    std::string secret(const std::string& reference);
    /// Secrets are fetched anew from now on.
    void forget_secrets() { secrets_.forget(); }

    /// For `db::Options::database_token`.
    std::string database_token(
        const std::string& host, std::uint16_t port, const std::string& user
    );

private:
    const cloud::aws::Surroundings surroundings_;
    cloud::aws::Secrets secrets_;
    std::mutex mutex_;
    std::shared_ptr<cloud::aws::CredentialSource> credentials_;  ///< for tokens; null until needed
};

}  // namespace migrator::app

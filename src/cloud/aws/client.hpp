#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cloud/aws/credentials.hpp"
#include "cloud/aws/signature.hpp"

namespace migrator::cloud::aws {

/// A service that refused a call, with its own words. Its message is for people and says what was
/// tried, the code, the request id, and who we are.
class ServiceError : public Error {
public:
    ServiceError(ErrorKind kind, std::string code, int status, const std::string& message)
        : Error(kind, message), code_(std::move(code)), status_(status) {}
    const std::string& code() const noexcept { return code_; }
    int status() const noexcept { return status_; }

private:
    std::string code_;
    int status_;
};

/// Region and endpoint of a service: docs/cloud.md, "Regions and endpoints".
struct Endpoint {
    std::string region;
    std::string url;         ///< scheme, host, port
    std::string base_path;   ///< in front of every path; may be empty
    bool is_custom = false;  ///< overridden: not AWS itself, as far as is known
};

/// `service` as in Scope. `region` wins over all that the environment says; empty: resolved.
/// `configured` is an endpoint URL of the configuration; empty: none. Throws Configuration.
Endpoint resolve_endpoint(
    const Surroundings& surroundings,
    const std::string& service,
    const std::string& profile,
    const std::string& region,
    const std::string& configured
);

/// Sends calls: signs each try anew, retries with growing, jittered pauses (docs/cloud.md,
/// "Retries"), refreshes credentials that a service calls expired, and corrects a clock that is off
/// ("Clock skew"). One thread at a time; the credentials and the clock's offset are shared.
class Client {
public:
    /// `credentials` may be null: nothing is signed.
    Client(const Surroundings& surroundings, std::shared_ptr<CredentialSource> credentials);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// What a service's answer means. `code` is its error code; empty: it has none.
    enum class Verdict : unsigned char { Done, Transient, Throttled, Expired, Skewed, Failed };
    struct Judged {
        Verdict verdict;
        std::string code;
    };
    using Judge = std::function<Judged(const http_client::Response& response)>;

    struct Options {
        http_client::Limits limits;
        /// Nothing: `AWS_MAX_ATTEMPTS`, else `max_attempts` of the profile, else 5.
        std::optional<int> attempts{};
    };
    /// The answer that was judged Done or Failed, or the last one when the tries are used up.
    /// Throws TransportError, and what CredentialSource throws. `what` is for the log: "list
    /// s3://bucket/prefix".
    http_client::Response send(
        const std::string& what,
        const Call& call,
        const Scope& scope,
        const Judge& judge,
        const Options& options
    );

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace migrator::cloud::aws

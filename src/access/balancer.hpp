#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "access/options.hpp"
#include "access/public_key.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"

namespace migrator::access {

/// "eu-west-1" of the ARN of an Application Load Balancer; empty for any other text.
std::string region_of_balancer(std::string_view arn);

/// Where AWS shows the public keys of the balancers of that region.
std::string balancer_keys_url(std::string_view region);

/// Verifies the header `x-amzn-oidc-data` (a form of JWT of its own: padded, its claims about the
/// signature in the header). Thread-safe; one thread at a time fetches a key.
class BalancerVerifier {
public:
    BalancerVerifier(Balancer balancer, std::chrono::milliseconds fetch_timeout, Clock clock);

    /// Waits at most for the timeout. Throws Unauthenticated, and Unavailable when the key can't
    /// be had.
    Principal verify(std::string_view header);

private:
    using Lock = std::unique_lock<std::mutex>;

    PublicKey key_called(const std::string& id);
    PublicKey fetch_key(const std::string& id) const;
    void check_claims_of_header(const boost::json::object& header) const;
    /// Counts a question; throws when there were too many lately.
    void count_question();

    const Balancer balancer_;
    const std::string keys_url_;
    const std::chrono::milliseconds timeout_;
    const Clock clock_;

    std::mutex mutex_;
    std::condition_variable fetched_;
    std::map<std::string, PublicKey> keys_;
    TimePoint minute_began_;
    int asked_this_minute_ = 0;
    bool fetching_ = false;
    int waiting_ = 0;
};

}  // namespace migrator::access

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "access/options.hpp"
#include "access/public_key.hpp"
#include "core/time.hpp"

namespace migrator::access {

/// The keys of one issuer, fetched on use and kept. Thread-safe; however many ask, one fetches.
class IssuerKeys {
public:
    /// `where` says how to reach the issuer; its grant is not used.
    IssuerKeys(Issuer where, std::chrono::milliseconds fetch_timeout, Clock clock);

    /// The key of that ID; without an ID the only one for `algorithm`. Waits for the issuer at most
    /// for the timeout, and only when there are no keys, old ones only, or none of that ID.
    /// Throws Unauthenticated when the issuer has no such key, Unavailable when its keys can't be
    /// had and none are kept.
    PublicKey find(const std::string& id, Algorithm algorithm);

private:
    using Keys = std::vector<PublicKey>;
    using Lock = std::unique_lock<std::mutex>;

    struct Answer {
        Keys keys;
        std::chrono::seconds lifetime;
    };

    Answer ask() const;
    std::string keys_url(std::chrono::steady_clock::time_point deadline) const;
    std::string authorization_for(const std::string& url) const;

    std::optional<PublicKey> find_kept(const std::string& id, Algorithm algorithm) const;
    bool has_usable_keys() const;
    bool is_stale() const;
    bool may_ask() const;
    /// Fetches, or waits for who does; what came of it stands in the fields.
    void refresh(Lock& lock);
    void wait_for_other(Lock& lock);

    const Issuer where_;
    const std::chrono::milliseconds timeout_;
    const Clock clock_;

    std::mutex mutex_;
    std::condition_variable fetched_;
    Keys keys_;
    std::optional<TimePoint> keys_since_;
    std::chrono::seconds lifetime_{0};
    std::optional<TimePoint> asked_at_;
    std::string failure_;  ///< of the last time; empty when it went well
    bool fetching_ = false;
    int waiting_ = 0;
};

}  // namespace migrator::access

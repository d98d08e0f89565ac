#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "support/signing_key.hpp"
#include "support/small_http_server.hpp"

namespace migrator::test {

/// An OpenID Connect provider's discovery and keys, on a free port of this machine.
class IdentityProvider {
public:
    enum class State { Up, Down, Silent };

    IdentityProvider() : server_([this](ServedConnection& connection) { serve(connection); }) {
        forget_proxies();
    }
    ~IdentityProvider() { become(State::Up); }  // whoever waits is let go
    IdentityProvider(const IdentityProvider&) = delete;
    IdentityProvider& operator=(const IdentityProvider&) = delete;

    std::string issuer() const { return "http://" + server_.host() + "/realms/shop"; }
    std::string keys_url() const { return server_.url("/keys"); }
    std::string url(const std::string& path) const { return server_.url(path); }

    /// JWKs, each a JSON object.
    void show(const std::vector<std::string>& jwks) {
        std::string text;
        for (const auto& jwk : jwks) text += (text.empty() ? "" : ",") + jwk;
        show_text("{\"keys\":[" + text + "]}");
    }
    void show_text(const std::string& text) {
        const std::lock_guard lock(mutex_);
        keys_ = text;
    }
    /// "Cache-Control: max-age=60\r\n"
    void send_with_keys(const std::string& headers) {
        const std::lock_guard lock(mutex_);
        headers_ = headers;
    }
    void claim_to_be(const std::string& issuer) {
        const std::lock_guard lock(mutex_);
        claimed_ = issuer;
    }
    void name_keys_url(const std::string& url) {
        const std::lock_guard lock(mutex_);
        named_keys_url_ = url;
    }
    void become(State state) {
        const std::lock_guard lock(mutex_);
        state_ = state;
        changed_.notify_all();
    }

    /// How often the keys were asked for, answered or not.
    int times_asked_for_keys() const {
        const std::lock_guard lock(mutex_);
        return asked_for_keys_;
    }
    /// The whole last request for keys.
    std::string last_request() const {
        const std::lock_guard lock(mutex_);
        return last_request_;
    }
    void wait_until_asked(int times) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return asked_for_keys_ >= times; });
    }

private:
    void serve(ServedConnection& connection) {
        const std::string request = connection.read_request();
        const bool is_for_keys = request.starts_with("GET /keys");
        std::unique_lock lock(mutex_);
        if (is_for_keys) {
            ++asked_for_keys_;
            last_request_ = request;
            changed_.notify_all();
        }
        changed_.wait(lock, [this] { return state_ != State::Silent; });
        const State state = state_;
        const std::string headers = headers_;
        std::string body = keys_;
        if (!is_for_keys) {
            body = "{\"issuer\":\"" + (claimed_.empty() ? issuer() : claimed_) +
                   "\",\"jwks_uri\":\"" + (named_keys_url_.empty() ? keys_url() : named_keys_url_) +
                   "\"}";
        }
        lock.unlock();
        const bool is_known =
            is_for_keys ||
            request.starts_with("GET /realms/shop/.well-known/openid-configuration ");
        if (state == State::Down) return connection.answer(503, "down");
        connection.answer(is_known ? 200 : 404, body, headers);
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::Up;
    std::string keys_ = "{\"keys\":[]}";
    std::string headers_;
    std::string claimed_;
    std::string named_keys_url_;
    std::string last_request_;
    int asked_for_keys_ = 0;
    SmallHttpServer server_;  // the last: its threads use what is above
};

}  // namespace migrator::test

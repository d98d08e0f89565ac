#include "access/issuer_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <iterator>
#include <utility>

#include "access/jws.hpp"
#include "access/strict_json.hpp"
#include "access/urls.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/number.hpp"
#include "http_client/http_client.hpp"

namespace migrator::access {
namespace {

using std::chrono::seconds;
using Deadline = std::chrono::steady_clock::time_point;

constexpr seconds kUsualLifetime{300};
constexpr seconds kLeastLifetime{60};
constexpr seconds kMostLifetime{3600};
/// How long keys are used while their issuer does not answer.
constexpr std::chrono::hours kKeptFor{24};
/// Between two questions, whatever tokens ask for.
constexpr seconds kAskAgainAfter{30};
/// The same, while there are no keys at all.
constexpr seconds kTryAgainAfter{5};
/// A flood of tokens with unknown keys must not hold every worker.
constexpr int kMostWaiting = 8;
constexpr std::size_t kMostKeys = 100;

std::chrono::milliseconds left_until(Deadline deadline) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now()
    );
}

seconds lifetime_by(const std::string& cache_control) {
    constexpr std::string_view kMaxAge = "max-age=";
    const auto found = cache_control.find(kMaxAge);
    if (found == std::string::npos) return kUsualLifetime;
    const auto from = found + kMaxAge.size();
    const auto end =
        std::min(cache_control.find_first_not_of("0123456789", from), cache_control.size());
    const auto age = parse_number<std::int64_t>(cache_control.substr(from, end - from));
    if (!age) return kUsualLifetime;
    return std::clamp(seconds(std::min<std::int64_t>(*age, 86'400)), kLeastLifetime, kMostLifetime);
}

[[noreturn]] void refuse_issuer_answer(const std::string& url, std::string_view why) {
    throw Error(ErrorKind::Unavailable, fmt::format("{}: {}", http_client::origin_of(url), why));
}

std::vector<PublicKey> keys_in(const std::string& body, const std::string& url) {
    const auto set = strict_json_object(body);
    const auto* list = set && set->contains("keys") ? set->at("keys").if_array() : nullptr;
    if (list == nullptr) refuse_issuer_answer(url, "the response is not a JSON Web Key Set");
    std::vector<PublicKey> keys;
    for (const auto& jwk : *list) {
        if (keys.size() >= kMostKeys) break;
        if (!jwk.is_object()) continue;
        if (auto key = PublicKey::from_jwk(jwk.get_object())) keys.push_back(*std::move(key));
    }
    if (keys.empty()) {
        refuse_issuer_answer(url, "the key set has no RSA, P-256 or Ed25519 key for signatures");
    }
    return keys;
}

}  // namespace

IssuerKeys::IssuerKeys(Issuer where, std::chrono::milliseconds fetch_timeout, Clock clock)
    : where_(std::move(where)), timeout_(fetch_timeout), clock_(std::move(clock)) {}

PublicKey IssuerKeys::find(const std::string& id, Algorithm algorithm) {
    Lock lock(mutex_);
    // Where nobody asked for long, the keys are too old to be used without a look.
    const bool must_look =
        !has_usable_keys() || (is_stale() && clock_() >= *keys_since_ + 2 * lifetime_);
    if (must_look) {
        if (fetching_ || may_ask()) refresh(lock);
    } else if (is_stale() && !fetching_ && may_ask()) {
        refresh(lock);  // the others use the old keys meanwhile
    }
    if (!has_usable_keys()) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "the keys of issuer {} are not available{}{}",
                where_.url,
                failure_.empty() ? "" : ": ",
                failure_
            )
        );
    }
    if (auto key = find_kept(id, algorithm)) return *std::move(key);
    if (fetching_ || may_ask()) {
        refresh(lock);
        if (auto key = find_kept(id, algorithm)) return *std::move(key);
    }
    refuse_token(
        id.empty() ? "the token has no key ID, and its issuer has no single key for its algorithm"
                   : "the token's key is unknown to its issuer"
    );
}

std::optional<PublicKey> IssuerKeys::find_kept(const std::string& id, Algorithm algorithm) const {
    const PublicKey* found = nullptr;
    for (const PublicKey& key : keys_) {
        if (!key.is_for(algorithm) || (!id.empty() && key.id() != id)) continue;
        if (found != nullptr && id.empty()) return std::nullopt;
        if (found == nullptr) found = &key;
    }
    return found == nullptr ? std::nullopt : std::optional(*found);
}

bool IssuerKeys::has_usable_keys() const {
    return keys_since_ && clock_() < *keys_since_ + kKeptFor;
}

bool IssuerKeys::is_stale() const { return !keys_since_ || clock_() >= *keys_since_ + lifetime_; }

bool IssuerKeys::may_ask() const {
    const seconds pause = has_usable_keys() ? kAskAgainAfter : kTryAgainAfter;
    return !asked_at_ || clock_() >= *asked_at_ + pause;
}

void IssuerKeys::refresh(Lock& lock) {
    if (fetching_) return wait_for_other(lock);
    fetching_ = true;
    asked_at_ = clock_();
    lock.unlock();
    std::optional<Answer> answer;
    std::string failure;
    try {
        answer = ask();
    } catch (const std::exception& error) {
        failure = error.what();
    }
    lock.lock();
    fetching_ = false;
    if (!failure.empty() && failure != failure_) {
        log::warn(fmt::format("the keys of issuer {} can't be read: {}", where_.url, failure));
    }
    failure_ = failure;
    if (answer) {
        keys_ = std::move(answer->keys);
        keys_since_ = clock_();
        lifetime_ = answer->lifetime;
    }
    fetched_.notify_all();
}

void IssuerKeys::wait_for_other(Lock& lock) {
    if (waiting_ >= kMostWaiting) return;
    ++waiting_;
    fetched_.wait_for(lock, timeout_, [this] { return !fetching_; });
    --waiting_;
}

IssuerKeys::Answer IssuerKeys::ask() const {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout_;
    const std::string url = where_.jwks_url.empty() ? keys_url(deadline) : where_.jwks_url;
    const auto set = fetch(
        {.url = url, .ca_file = where_.ca_file, .authorization = authorization_for(url)},
        left_until(deadline)
    );
    return {.keys = keys_in(set.body, url), .lifetime = lifetime_by(set.cache_control)};
}

std::string IssuerKeys::keys_url(Deadline deadline) const {
    std::string url = where_.url;
    if (url.ends_with('/')) url.pop_back();
    url += "/.well-known/openid-configuration";
    const auto document = fetch(
        {.url = url, .ca_file = where_.ca_file, .authorization = authorization_for(url)},
        left_until(deadline)
    );
    const auto configuration = strict_json_object(document.body);
    if (!configuration) refuse_issuer_answer(url, "the OpenID configuration is not a JSON object");
    const auto* issuer = text_member(*configuration, "issuer");
    if (issuer == nullptr || *issuer != where_.url) {
        refuse_issuer_answer(url, "the OpenID configuration names another issuer");
    }
    const auto* keys = text_member(*configuration, "jwks_uri");
    std::string result = keys == nullptr ? "" : std::string(keys->data(), keys->size());
    // A provider elsewhere must not send us to a service of this machine.
    const bool leads_inside = is_loopback_url(result) && !is_loopback_url(where_.url);
    if (!is_safe_url(result) || leads_inside) {
        refuse_issuer_answer(url, "the OpenID configuration has no https URL for its keys");
    }
    return result;
}

std::string IssuerKeys::authorization_for(const std::string& url) const {
    if (where_.token_file.empty()) return {};
    // Only who was configured may see the token.
    const bool was_configured =
        url == where_.jwks_url || http_client::origin_of(url) == http_client::origin_of(where_.url);
    if (!was_configured) return {};
    std::ifstream file(where_.token_file, std::ios::binary);
    std::string token{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
        throw Error(ErrorKind::Unavailable, fmt::format("{} can't be read", where_.token_file));
    }
    return "Bearer " + std::string(trimmed(token));
}

}  // namespace migrator::access

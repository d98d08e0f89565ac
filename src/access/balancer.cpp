#include "access/balancer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "access/grants.hpp"
#include "access/jws.hpp"
#include "access/strict_json.hpp"
#include "access/urls.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::access {
namespace {

/// AWS rotates its keys seldom; who invents IDs must not make us ask for each.
constexpr int kMostQuestionsPerMinute = 10;
constexpr int kMostWaitingForBalancer = 8;
constexpr std::size_t kMostBalancerKeys = 16;
constexpr std::size_t kLongestBalancerKeyId = 64;

/// The part of an ARN; parts stand between colons.
std::string_view arn_part(std::string_view arn, int index) {
    for (; index > 0; --index) {
        const auto colon = arn.find(':');
        if (colon == std::string_view::npos) return {};
        arn.remove_prefix(colon + 1);
    }
    return arn.substr(0, arn.find(':'));
}

void check_pinned(
    const boost::json::object& header, std::string_view name, const std::string& wanted
) {
    const auto* value = text_member(header, name);
    if (value == nullptr || std::string_view(value->data(), value->size()) != wanted) {
        refuse_token(fmt::format("the balancer's header has another `{}` than is configured", name)
        );
    }
}

}  // namespace

std::string region_of_balancer(std::string_view arn) {
    const std::string allowed = std::string(kLettersAndDigits) + "-";
    const auto region = arn_part(arn, 3);
    const bool is_balancer = arn_part(arn, 0) == "arn" && arn_part(arn, 1).starts_with("aws") &&
                             arn_part(arn, 2) == "elasticloadbalancing" &&
                             arn_part(arn, 5).starts_with("loadbalancer/app/") &&
                             consists_of(region, allowed);
    return is_balancer ? std::string(region) : "";
}

std::string balancer_keys_url(std::string_view region) {
    if (region.starts_with("us-gov-")) {
        return fmt::format("https://s3-{0}.amazonaws.com/aws-elb-public-keys-prod-{0}/", region);
    }
    if (region.starts_with("cn-")) {
        return fmt::format("https://s3.{0}.amazonaws.com.cn/aws-elb-public-keys-prod-{0}/", region);
    }
    return fmt::format("https://public-keys.auth.elb.{}.amazonaws.com/", region);
}

BalancerVerifier::BalancerVerifier(
    Balancer balancer, std::chrono::milliseconds fetch_timeout, Clock clock
)
    : balancer_(std::move(balancer)),
      keys_url_(
          balancer_.keys_url.empty() ? balancer_keys_url(region_of_balancer(balancer_.signer))
                                     : balancer_.keys_url
      ),
      timeout_(fetch_timeout),
      clock_(std::move(clock)),
      minute_began_(clock_()) {}

Principal BalancerVerifier::verify(std::string_view header) {
    const Jws jws = parse_jws(header, Padding::Allowed);
    // Before the key is fetched: what is not ours makes no work.
    check_claims_of_header(jws.header);
    const auto key = key_called(jws.key_id);
    if (!key.verifies(jws.algorithm, jws.signed_text, jws.signature)) {
        refuse_token("the signature of the balancer's header is wrong");
    }
    Principal principal{.name = {}, .proof = "balancer", .role = Role::None};
    for (const Grant& grant : balancer_.grants) {
        const Role role = role_by(grant, jws.claims);
        if (role <= principal.role) continue;
        principal.role = role;
        principal.name = name_by(grant, jws.claims);
    }
    if (principal.name.empty()) principal.name = name_by({}, jws.claims);
    return principal;
}

void BalancerVerifier::check_claims_of_header(const boost::json::object& header) const {
    const auto* algorithm = text_member(header, "alg");
    if (algorithm == nullptr || *algorithm != "ES256") {
        refuse_token("the balancer's header is not signed with ES256");
    }
    check_pinned(header, "signer", balancer_.signer);
    check_pinned(header, "client", balancer_.client);
    check_pinned(header, "iss", balancer_.issuer);
    check_times(header, clock_());
    const auto* id = text_member(header, "kid");
    const std::string allowed = std::string(kLettersAndDigits) + "-";
    if (id == nullptr || id->size() > kLongestBalancerKeyId ||
        !consists_of({id->data(), id->size()}, allowed)) {
        refuse_token("the key ID of the balancer's header is damaged");
    }
}

PublicKey BalancerVerifier::key_called(const std::string& id) {
    Lock lock(mutex_);
    if (const auto kept = keys_.find(id); kept != keys_.end()) return kept->second;
    if (fetching_ && waiting_ < kMostWaitingForBalancer) {
        ++waiting_;
        fetched_.wait_for(lock, timeout_, [this] { return !fetching_; });
        --waiting_;
        if (const auto kept = keys_.find(id); kept != keys_.end()) return kept->second;
    }
    if (fetching_) throw Error(ErrorKind::Unavailable, "the balancer's keys are not available");
    count_question();
    fetching_ = true;
    lock.unlock();
    std::optional<PublicKey> key;
    std::exception_ptr failure;
    try {
        key = fetch_key(id);
    } catch (...) {  // the others have to know that nobody asks any more
        failure = std::current_exception();
    }
    lock.lock();
    fetching_ = false;
    fetched_.notify_all();
    if (failure) std::rethrow_exception(failure);
    if (keys_.size() >= kMostBalancerKeys) keys_.clear();
    return keys_.emplace(id, *std::move(key)).first->second;
}

void BalancerVerifier::count_question() {
    const auto now = clock_();
    if (now >= minute_began_ + std::chrono::minutes(1)) {
        minute_began_ = now;
        asked_this_minute_ = 0;
    }
    if (asked_this_minute_ >= kMostQuestionsPerMinute) {
        refuse_token("the key of the balancer's header is unknown");
    }
    ++asked_this_minute_;
}

PublicKey BalancerVerifier::fetch_key(const std::string& id) const {
    const auto answer =
        fetch({.url = keys_url_ + id, .ca_file = {}, .authorization = {}}, timeout_);
    auto key = PublicKey::from_pem(answer.body, id);
    if (!key) {
        throw Error(ErrorKind::Unavailable, "the balancer's key is not a P-256 key in PEM");
    }
    return *std::move(key);
}

}  // namespace migrator::access

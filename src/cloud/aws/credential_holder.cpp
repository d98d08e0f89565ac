#include "cloud/aws/credential_holder.hpp"

#include <fmt/format.h>

#include "core/log.hpp"

namespace migrator::cloud::aws {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;

constexpr minutes kSoon{15};
constexpr minutes kNow{5};
constexpr minutes kShortLife{20};
constexpr minutes kPauseAfterFailure{1};

bool are_the_same(const Credentials& one, const Credentials& other) {
    return one.access_key_id == other.access_key_id &&
           one.secret_access_key == other.secret_access_key &&
           one.session_token == other.session_token;
}

}  // namespace

CredentialHolder::Need CredentialHolder::need() const {
    if (!current_) return Need::Now;
    if (refused_ && are_the_same(*refused_, current_->credentials)) return Need::Now;
    if (!current_->credentials.expires) return Need::None;
    const nanoseconds left = *current_->credentials.expires - surroundings_.clock();
    const bool is_short = lifetime_ < kShortLife;
    const nanoseconds now = is_short ? lifetime_ / 10 : nanoseconds(kNow);
    const nanoseconds soon = is_short ? lifetime_ / 4 : nanoseconds(kSoon);
    if (left <= now) return Need::Now;
    return left <= soon ? Need::Soon : Need::None;
}

Credentials CredentialHolder::get() {
    std::unique_lock lock(mutex_);
    while (true) {
        const Need how_urgent = need();
        if (how_urgent == Need::None) return current_->credentials;
        if (how_urgent == Need::Soon) {
            if (is_refreshing_ || surroundings_.clock() < next_try_) return current_->credentials;
            try {
                refresh(lock);
            } catch (const Error& error) {
                log::warn(fmt::format(
                    "AWS credentials: could not refresh, still using the current ones: {}",
                    error.what()
                ));
            }
            continue;
        }
        if (!is_refreshing_) {
            refresh(lock);
            return current_->credentials;
        }
        refreshed_.wait(lock, [this] { return !is_refreshing_; });
        // One answer for all who waited: else each of them would wait for a failure of its own.
        if (failure_) throw Error(failure_->kind, failure_->message);
    }
}

void CredentialHolder::refresh(std::unique_lock<std::mutex>& lock) {
    is_refreshing_ = true;
    failure_.reset();
    // Whatever happens, those who wait must go on.
    const auto give_up = [&](ErrorKind kind, const char* message) {
        if (!lock.owns_lock()) lock.lock();
        is_refreshing_ = false;
        failure_ = Failure{kind, message};
        refused_.reset();  // the refusal may have been a mistake: not to be held up for ever
        next_try_ = surroundings_.clock() + kPauseAfterFailure;
        refreshed_.notify_all();
    };
    try {
        lock.unlock();
        Fetched fetched = provider_->fetch();
        lock.lock();
        accept(std::move(fetched));
    } catch (const Error& error) {
        give_up(error.kind(), error.what());
        throw;
    } catch (...) {
        give_up(ErrorKind::Internal, "internal error while fetching AWS credentials");
        throw;
    }
    is_refreshing_ = false;
    refreshed_.notify_all();
}

void CredentialHolder::accept(Fetched fetched) {
    const Credentials& credentials = fetched.credentials;
    const TimePoint now = surroundings_.clock();
    if (credentials.expires && *credentials.expires <= now) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "AWS credentials from {}: expired at {}; the time is {} on this machine{}; check "
                "the clock of this machine",
                fetched.provider,
                format_rfc3339(*credentials.expires),
                format_rfc3339(now),
                fetched.server_date.empty() ? "" : " and " + fetched.server_date + " on the server"
            )
        );
    }
    if (refused_ && are_the_same(*refused_, credentials)) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "AWS credentials from {}, key {}: the service rejected them as expired, and no new "
                "ones are available; renew the credentials, or use a role",
                fetched.provider,
                masked(credentials.access_key_id)
            )
        );
    }
    const bool is_new = !current_ || !are_the_same(current_->credentials, credentials);
    lifetime_ = credentials.expires ? nanoseconds(*credentials.expires - now) : nanoseconds(0);
    current_ = std::move(fetched);
    refused_.reset();
    next_try_ = now + kPauseAfterFailure;
    if (is_new) log_new();
}

void CredentialHolder::log_new() const {
    const Credentials& credentials = current_->credentials;
    std::string text = fmt::format(
        "AWS credentials: {}, key {}", current_->provider, masked(credentials.access_key_id)
    );
    if (!current_->role.empty()) text += ", role " + current_->role;
    if (credentials.expires) text += ", expires " + format_rfc3339(*credentials.expires);
    log::info(text);
}

void CredentialHolder::refuse(const Credentials& credentials) {
    const std::lock_guard lock(mutex_);
    refused_ = credentials;
}

std::string CredentialHolder::describe() {
    const std::lock_guard lock(mutex_);
    if (!current_) return "no AWS credentials yet";
    std::string text =
        fmt::format("{}, key {}", current_->provider, masked(current_->credentials.access_key_id));
    if (!current_->role.empty()) text += ", role " + current_->role;
    return text;
}

}  // namespace migrator::cloud::aws

#include "cloud/aws/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/clock_offset.hpp"
#include "cloud/aws/host.hpp"
#include "cloud/aws/profile_files.hpp"
#include "cloud/aws/retry.hpp"
#include "core/duration.hpp"
#include "core/log.hpp"
#include "core/number.hpp"

namespace migrator::cloud::aws {
namespace {

using http_client::Request;
using http_client::Response;
using http_client::TransportError;
using std::chrono::milliseconds;

constexpr int kAttempts = 5;
/// Less is a delay on the way; it is not what a signature was refused for.
constexpr std::chrono::minutes kSkewThatMatters(4);

int attempts_of(const Surroundings& surroundings) {
    constexpr const char* kVariable = "AWS_MAX_ATTEMPTS";
    std::string text = variable(surroundings, kVariable);
    const bool is_set = !text.empty();
    if (!is_set) text = profile_settings(surroundings, "").value("max_attempts");
    if (text.empty()) return kAttempts;
    if (const auto attempts = parse_number<int>(text); attempts && *attempts >= 1) {
        return *attempts;
    }
    throw Error(
        ErrorKind::Configuration,
        fmt::format(
            "{} must be an integer of at least 1",
            is_set ? kVariable : "max_attempts of the AWS profile"
        )
    );
}

/// The certificates to trust; empty: the system's.
std::string ca_file_of(const Surroundings& surroundings) {
    const std::string aws_only = variable(surroundings, "AWS_CA_BUNDLE");
    return aws_only.empty() ? variable(surroundings, "SSL_CERT_FILE") : aws_only;
}

std::string reason_of(const Response& response, const std::string& code) {
    return fmt::format("HTTP {}{}{}", response.status, code.empty() ? "" : " ", code);
}

/// Takes the server's time over when ours is off. False when that is not what is wrong.
bool correct_clock(const Response& response, TimePoint signed_at, TimePoint local) {
    const auto theirs = parse_http_date(header(response, "date"));
    if (!theirs || std::chrono::abs(*theirs - signed_at) <= kSkewThatMatters) return false;
    const auto offset = std::chrono::round<std::chrono::seconds>(*theirs - local);
    set_clock_offset(offset);
    log::warn(
        fmt::format(
            "the clock of this machine is {} {} the clock of AWS; signing with the time of AWS; "
            "synchronize the clock with NTP",
            format_duration(std::chrono::abs(offset)),
            offset.count() > 0 ? "behind" : "ahead of"
        ),
        {{"offset", static_cast<std::int64_t>(offset.count())}}
    );
    return true;
}

}  // namespace

struct Client::State {
    const Surroundings surroundings;
    const std::shared_ptr<CredentialSource> credentials;
    std::unique_ptr<http_client::Transport> transport;
    std::string ca_file;
    std::optional<int> attempts;
    bool has_warned = false;

    /// Only when it is needed: a client that is never used must not fail for what it would read.
    void prepare() {
        if (transport) return;
        ca_file = ca_file_of(surroundings);
        attempts = attempts_of(surroundings);
        transport = surroundings.open_transport();
    }

    /// Once: credentials travel where others may read them.
    void warn_of_plain_text(const Call& call) {
        if (has_warned || !credentials) return;
        const auto host = host_of(call.endpoint);
        if (!host || host->is_https || host->is_loopback()) return;
        has_warned = true;
        log::warn(fmt::format("calls to {} are signed but not encrypted; use https", call.endpoint)
        );
    }

    void pause(const std::string& what, int attempt, const std::string& reason, milliseconds delay)
        const {
        log::info(
            fmt::format(
                "{}: attempt {} failed ({}), next attempt in {}",
                what,
                attempt,
                reason,
                format_duration(delay)
            ),
            {{"operation", what},
             {"attempt", static_cast<std::int64_t>(attempt)},
             {"reason", reason},
             {"delay", std::chrono::duration<double>(delay).count()}}
        );
        if (delay.count() > 0) surroundings.sleep(delay);
    }
};

Client::Client(const Surroundings& surroundings, std::shared_ptr<CredentialSource> credentials)
    : state_(new State{.surroundings = surroundings, .credentials = std::move(credentials)}) {}

Client::~Client() = default;

Response Client::send(
    const std::string& what,
    const Call& call,
    const Scope& scope,
    const Judge& judge,
    const Options& options
) {
    State& state = *state_;
    state.prepare();
    state.warn_of_plain_text(call);
    const int attempts = std::max(options.attempts.value_or(*state.attempts), 1);
    bool has_refreshed = false;
    bool has_corrected = false;
    for (int attempt = 1;; ++attempt) {
        std::optional<Credentials> credentials;
        if (state.credentials) credentials = state.credentials->get();
        const TimePoint now = signing_time(state.surroundings);
        Request request = sign(call, scope, credentials ? &*credentials : nullptr, now);
        request.ca_file = state.ca_file;

        Response response;
        try {
            response = state.transport->send(request, options.limits);
        } catch (const TransportError& error) {
            if (attempt >= attempts_after(error.failure(), attempts)) throw;
            state.pause(
                what,
                attempt,
                error.what(),
                growing_pause(attempt, false, state.surroundings.random())
            );
            continue;
        }
        const Judged judged = judge(response);
        const std::string reason = reason_of(response, judged.code);
        switch (judged.verdict) {
            case Verdict::Done:
            case Verdict::Failed:
                return response;
            case Verdict::Expired:
                if (has_refreshed || !credentials) return response;
                has_refreshed = true;
                state.credentials->refuse(*credentials);
                state.pause(what, attempt--, reason, milliseconds(0));  // mended: counts as no try
                break;
            case Verdict::Skewed:
                if (has_corrected || !credentials ||
                    !correct_clock(response, now, state.surroundings.clock())) {
                    return response;
                }
                has_corrected = true;
                state.pause(what, attempt--, reason, milliseconds(0));
                break;
            case Verdict::Transient:
            case Verdict::Throttled: {
                if (attempt >= attempts) return response;
                const bool is_throttled = judged.verdict == Verdict::Throttled;
                const auto pause =
                    growing_pause(attempt, is_throttled, state.surroundings.random());
                state.pause(what, attempt, reason, std::max(pause, asked_pause(response, now)));
                break;
            }
        }
    }
}

}  // namespace migrator::cloud::aws

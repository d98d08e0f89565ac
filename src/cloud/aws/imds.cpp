#include "cloud/aws/imds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/host.hpp"
#include "cloud/aws/profile_files.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/number.hpp"

namespace migrator::cloud::aws {
namespace {

using http_client::TransportError;
using http_client::TransportFailure;
using std::chrono::seconds;

constexpr seconds kTokenLife{21'600};
constexpr seconds kTokenSpare{60};
constexpr std::chrono::milliseconds kImdsPause{100};

[[noreturn]] void refuse_imds_setting(const std::string& message) {
    throw Error(ErrorKind::Configuration, message);
}

/// A whole number from 1 to 1000; `otherwise` when the variable is not set.
int number(const Surroundings& surroundings, const std::string& name, int otherwise) {
    const std::string text = variable(surroundings, name);
    if (text.empty()) return otherwise;
    const auto value = parse_number<int>(text);
    if (!value || *value < 1 || *value > 1'000) {
        refuse_imds_setting(name + " must be an integer from 1 to 1000");
    }
    return *value;
}

std::string base_of(const Surroundings& surroundings, const Section& profile) {
    std::string base = variable(surroundings, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (base.empty()) base = profile.value("ec2_metadata_service_endpoint");
    if (!base.empty()) {
        if (!host_of(base))
            refuse_imds_setting("AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http or https URL");
        base.resize(base.find_last_not_of('/') + 1);
        return base;
    }
    std::string mode = variable(surroundings, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    if (mode.empty()) mode = profile.value("ec2_metadata_service_endpoint_mode");
    if (mode.empty() || equal_ignoring_case(mode, "IPv4")) return surroundings.imds_base;
    if (equal_ignoring_case(mode, "IPv6")) return "http://[fd00:ec2::254]";
    refuse_imds_setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6");
}

bool may_help_to_try_again(const TransportError& error) {
    return error.failure() == TransportFailure::Timeout ||
           error.failure() == TransportFailure::Interrupted;
}

}  // namespace

Imds::Imds(const Surroundings& surroundings, const std::string& profile, int tries)
    : surroundings_(surroundings) {
    const Section settings = profile_settings(surroundings, profile);
    base_ = base_of(surroundings, settings);
    time_of_a_try_ = seconds(number(surroundings, "AWS_METADATA_SERVICE_TIMEOUT", 1));
    tries_ = number(surroundings, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", tries);
    needs_token_ = is_switched_on(surroundings, "AWS_EC2_METADATA_V1_DISABLED") ||
                   equal_ignoring_case(settings.value("ec2_metadata_v1_disabled"), "true");
}

http_client::Response Imds::send(
    http_client::Transport& transport,
    const std::string& method,
    const std::string& path,
    std::pair<std::string, std::string> header
) const {
    http_client::Request request;
    request.method = method;
    request.url = base_ + path;
    request.direct = true;
    if (!header.second.empty()) request.headers.push_back(std::move(header));
    return transport.send(request, {.connect = time_of_a_try_, .total = time_of_a_try_});
}

void Imds::renew_token(http_client::Transport& transport) {
    token_.clear();
    token_ends_ = surroundings_.clock() + kTokenLife - kTokenSpare;
    put_timed_out_ = false;
    std::string why;
    try {
        const http_client::Response response = send(
            transport,
            "PUT",
            "/latest/api/token",
            {"X-aws-ec2-metadata-token-ttl-seconds", std::to_string(kTokenLife.count())}
        );
        if (response.status == 200) {
            token_ = trimmed(response.body);
            if (!token_.empty()) return;
        }
        if (response.status == 400)
            refuse_imds_setting("the service rejected the request for a token (status 400)");
        why = fmt::format("status {}", response.status);
    } catch (const TransportError& error) {
        if (!may_help_to_try_again(error)) {
            token_ends_.reset();
            throw;
        }
        put_timed_out_ = error.failure() == TransportFailure::Timeout;
        why = error.what();
    }
    token_ends_.reset();  // asked for again with the next read
    if (needs_token_) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format("could not get a token ({}), and IMDSv1 is disabled", why)
        );
    }
}

std::optional<Imds::Text> Imds::read(const std::string& path) {
    const auto transport = surroundings_.open_transport();
    if (!token_ends_ || surroundings_.clock() >= *token_ends_) renew_token(*transport);
    bool has_renewed = false;
    std::string problem;
    for (int tried = 0; tried < tries_;) {
        if (tried > 0) surroundings_.sleep(kImdsPause);
        try {
            const http_client::Response response =
                send(*transport, "GET", path, {"X-aws-ec2-metadata-token", token_});
            const bool is_empty = trimmed(response.body).empty();
            if (response.status == 200 && !is_empty) {
                return Text{response.body, shown(header(response, "date"))};
            }
            if (response.status == 404) return std::nullopt;
            if (response.status == 401 && put_timed_out_) {
                refuse_imds_setting(
                    "the service responds, but its token did not reach this container; give the "
                    "container its own role, or set the metadata hop limit of the instance "
                    "(HttpPutResponseHopLimit) to 2"
                );
            }
            if (response.status == 401 && !has_renewed) {
                has_renewed = true;
                renew_token(*transport);
                continue;
            }
            problem = is_empty && response.status == 200
                          ? "the response is empty"
                          : fmt::format("status {}", response.status);
            const bool may_pass =
                response.status == 200 || response.status == 429 || response.status >= 500;
            if (!may_pass) break;
        } catch (const TransportError& error) {
            problem = error.what();
            if (!may_help_to_try_again(error)) break;
        }
        ++tried;
    }
    throw Error(ErrorKind::Unavailable, problem);
}

std::string reason_to_skip_imds(const Surroundings& surroundings) {
    if (is_switched_on(surroundings, "AWS_EC2_METADATA_DISABLED")) {
        return "skipped: AWS_EC2_METADATA_DISABLED is true";
    }
    if (variable(surroundings, "AWS_EXECUTION_ENV") == "AWS_ECS_FARGATE") {
        return "skipped: Fargate has no instance metadata";
    }
    return {};
}

}  // namespace migrator::cloud::aws

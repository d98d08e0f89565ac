#include "cloud/aws/container.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <string_view>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/host.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::cloud::aws {
namespace {

using http_client::TransportFailure;
using std::chrono::milliseconds;

constexpr int kContainerTries = 3;
constexpr milliseconds kContainerPause{1'000};
constexpr milliseconds kTimeOfATry{2'000};

[[noreturn]] void refuse_container_setting(const std::string& message) {
    throw Error(ErrorKind::Configuration, message);
}

bool is_pod_identity(const Host& host) {
    return host.is_address("169.254.170.23") || host.is_address("fd00:ec2::23");
}

class ContainerProvider : public Provider {
public:
    explicit ContainerProvider(Surroundings surroundings)
        : surroundings_(std::move(surroundings)) {}

    Fetched fetch() override {
        find_url();
        const auto transport = surroundings_.open_transport();
        for (int tried = 1;; ++tried) {
            std::string problem;
            if (auto fetched = attempt(*transport, problem)) return *fetched;
            if (tried == kContainerTries) throw Error(ErrorKind::Unavailable, problem);
            log::info(fmt::format(
                "AWS credentials: attempt {} of {} failed: {}", tried, kContainerTries, problem
            ));
            surroundings_.sleep(kContainerPause);
        }
    }

private:
    /// Sets `url_` and `provider_`.
    void find_url() {
        const std::string relative =
            variable(surroundings_, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        const std::string full = variable(surroundings_, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (relative.empty()) {
            use_full(full);
            return;
        }
        if (!full.empty()) {
            log::warn(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is ignored because "
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set too"
            );
        }
        if (!relative.starts_with('/')) {
            refuse_container_setting("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with /");
        }
        url_ = surroundings_.ecs_base + relative;
        provider_ = "container (ECS task role)";
        unreachable_ =
            "the ECS agent cannot be reached; outside an ECS task, unset "
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    }

    /// A token may be sent there: only encrypted, or to a place that is surely near.
    void use_full(const std::string& full) {
        const auto host = host_of(full);
        if (!host)
            refuse_container_setting(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is not an http or https URL"
            );
        if (!host->is_https && !host->is_loopback() && !is_pod_identity(*host) &&
            !host->is_address("169.254.170.2")) {
            refuse_container_setting(fmt::format(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI must use https, unless its host is a loopback "
                "address or the address of the ECS or EKS agent; nothing was sent to {}",
                http_client::origin_of(full)
            ));
        }
        url_ = full;
        if (is_pod_identity(*host)) {
            provider_ = "container (EKS Pod Identity)";
            unreachable_ =
                "the EKS Pod Identity Agent cannot be reached; check that its add-on runs on this "
                "node and that no network policy blocks it";
        } else {
            provider_ = fmt::format("container ({})", http_client::origin_of(full));
            unreachable_ = "the endpoint in AWS_CONTAINER_CREDENTIALS_FULL_URI cannot be reached";
        }
    }

    /// Read anew each time, because Kubernetes renews the file. Empty: none is sent.
    std::string authorization() const {
        const std::string file = variable(surroundings_, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        std::string token = variable(surroundings_, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
        std::string_view place = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
        if (!file.empty()) {
            place = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
            const auto text =
                in_context(std::string(place), [&] { return surroundings_.read_file(file); });
            if (!text) refuse_container_setting(fmt::format("{}: {} does not exist", place, file));
            token = *text;
        }
        token.resize(token.find_last_not_of("\r\n") + 1);
        if (token.empty() && !file.empty())
            refuse_container_setting(fmt::format("{}: {} is empty", place, file));
        for (const char c : token) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte < 0x20U || byte == 0x7fU) {
                refuse_container_setting(
                    fmt::format("{}: the token contains control characters", place)
                );
            }
        }
        return token;
    }

    /// Nothing, and `problem`, when another try may help; else throws.
    std::optional<Fetched> attempt(http_client::Transport& transport, std::string& problem) const {
        http_client::Request request;
        request.url = url_;
        request.direct = true;
        request.ca_file = variable(surroundings_, "AWS_CA_BUNDLE");
        request.headers = {{"Accept", "application/json"}};
        const std::string token = authorization();
        if (!token.empty()) request.headers.emplace_back("Authorization", token);
        const http_client::Limits limits{.connect = kTimeOfATry, .total = kTimeOfATry};
        try {
            return read(transport.send(request, limits), token, problem);
        } catch (const http_client::TransportError& error) {
            problem = fmt::format("{}; {}", error.what(), unreachable_);
            if (error.failure() == TransportFailure::Certificate) {
                throw Error(
                    ErrorKind::Unavailable,
                    problem + "; AWS_CA_BUNDLE sets the certificates to trust"
                );
            }
            return std::nullopt;
        }
    }

    std::optional<Fetched> read(
        const http_client::Response& response, const std::string& token, std::string& problem
    ) const {
        if (response.status != 200) {
            problem = refusal(response, token);
            if (response.status == 429 || response.status >= 500) return std::nullopt;
            throw Error(ErrorKind::Configuration, problem);
        }
        try {
            return Fetched{
                .credentials = credentials_of_json(
                    response.body, {.token = "Token", .token_and_end_required = true}
                ),
                .provider = provider_,
                .role = shown(json_member(response.body, "RoleArn")),
                .server_date = shown(header(response, "date"))};
        } catch (const Error& error) {  // an answer cut short may be whole next time
            problem = error.what();
            return std::nullopt;
        }
    }

    static std::string refusal(const http_client::Response& response, const std::string& token) {
        const auto member = [&](std::string_view name, std::string_view other) {
            const std::string text = json_member(response.body, name);
            return shown(text.empty() ? json_member(response.body, other) : text, {token});
        };
        std::string text = fmt::format("the endpoint returned status {}", response.status);
        for (const std::string& part : {member("code", "Code"), member("message", "Message")}) {
            if (!part.empty()) text += ": " + part;
        }
        if (response.status == 400 || response.status == 404) {
            text += "; the task is stopping, or the variable is out of date";
        }
        return text;
    }

    Surroundings surroundings_;
    std::string url_;
    std::string provider_;
    std::string unreachable_;  ///< what to say then
};

}  // namespace

Selection select_container(const Surroundings& surroundings) {
    if (variable(surroundings, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() &&
        variable(surroundings, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty()) {
        return {
            .provider = nullptr,
            .why_not = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI / _FULL_URI are not set"};
    }
    return {.provider = std::make_unique<ContainerProvider>(surroundings), .why_not = {}};
}

}  // namespace migrator::cloud::aws

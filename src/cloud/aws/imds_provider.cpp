#include <fmt/format.h>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/imds.hpp"
#include "cloud/aws/signature.hpp"
#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::cloud::aws {
namespace {

using std::chrono::seconds;

constexpr const char* kRoles = "/latest/meta-data/iam/security-credentials/";
constexpr int kImdsTries = 3;

class ImdsProvider : public Provider {
public:
    ImdsProvider(const Surroundings& surroundings, const std::string& profile)
        : surroundings_(surroundings), profile_(profile) {}

    Fetched fetch() override {
        if (!imds_) imds_.emplace(surroundings_, profile_, kImdsTries);
        const auto roles = imds_->read(kRoles);
        if (!roles) {
            throw Error(ErrorKind::Configuration, "the instance has no IAM role");
        }
        const std::string role(
            trimmed(std::string_view(roles->body).substr(0, roles->body.find('\n')))
        );
        const auto answer = imds_->read(kRoles + encode(role, false));
        if (!answer) {
            throw Error(
                ErrorKind::Unavailable,
                fmt::format("the service has no credentials for role {}", shown(role))
            );
        }
        check_code(answer->body, role);
        Fetched fetched{
            .credentials = credentials_of_json(
                answer->body, {.token = "Token", .token_and_end_required = true}
            ),
            .provider = "instance metadata",
            .role = shown(role),
            .server_date = answer->server_date};
        stretch(fetched.credentials);
        return fetched;
    }

private:
    static void check_code(const std::string& body, const std::string& role) {
        const std::string code = json_member(body, "Code");
        if (code.empty() || code == "Success") return;
        throw Error(
            ErrorKind::Configuration,
            fmt::format(
                "no credentials for role {}: {}: {}",
                shown(role),
                shown(code),
                shown(json_member(body, "Message"))
            )
        );
    }

    /// During an outage the service gives credentials that have ended, and the other services take
    /// them: https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
    void stretch(Credentials& credentials) const {
        const TimePoint now = surroundings_.clock();
        if (!credentials.expires || *credentials.expires > now) return;
        const seconds more(600 + static_cast<int>(300 * surroundings_.random()));
        log::warn(fmt::format(
            "AWS credentials: those from the instance metadata expired at {}; still using them, "
            "next refresh within {}",
            format_rfc3339(*credentials.expires),
            format_duration(more)
        ));
        credentials.expires = now + more;
    }

    Surroundings surroundings_;
    std::string profile_;
    std::optional<Imds> imds_;
};

}  // namespace

Selection select_imds(const Surroundings& surroundings, const std::string& profile) {
    std::string skipped = reason_to_skip_imds(surroundings);
    if (!skipped.empty()) return {.provider = nullptr, .why_not = std::move(skipped)};
    return {.provider = std::make_unique<ImdsProvider>(surroundings, profile), .why_not = {}};
}

}  // namespace migrator::cloud::aws

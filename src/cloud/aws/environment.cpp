#include "cloud/aws/environment.hpp"

#include <fmt/format.h>

#include "cloud/aws/answers.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::cloud::aws {
namespace {

/// A variable without the line break that copying it from a file leaves behind it.
std::string key_variable(const Surroundings& surroundings, const std::string& name) {
    std::string value = variable(surroundings, name);
    const std::size_t length = value.find_last_not_of("\r\n") + 1;
    if (length != value.size()) {
        log::warn(fmt::format("{} ends with a line break, which is ignored", name));
        value.resize(length);
    }
    if (value.find_first_of(" \t\r\n\f\v") != std::string::npos) {
        throw Error(
            ErrorKind::Configuration,
            fmt::format("{} contains white space; copy the value again", name)
        );
    }
    return value;
}

class EnvironmentProvider : public Provider {
public:
    explicit EnvironmentProvider(Surroundings surroundings)
        : surroundings_(std::move(surroundings)) {}

    Fetched fetch() override {
        Credentials credentials;
        credentials.access_key_id = key_variable(surroundings_, "AWS_ACCESS_KEY_ID");
        credentials.secret_access_key = key_variable(surroundings_, "AWS_SECRET_ACCESS_KEY");
        credentials.session_token = key_variable(surroundings_, "AWS_SESSION_TOKEN");
        if (credentials.session_token.empty()) {
            credentials.session_token = key_variable(surroundings_, "AWS_SECURITY_TOKEN");
        }
        if (credentials.access_key_id.empty()) {
            throw Error(ErrorKind::Configuration, "AWS_ACCESS_KEY_ID is not set");
        }
        if (credentials.secret_access_key.empty()) {
            throw Error(
                ErrorKind::Configuration,
                "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; set both or neither"
            );
        }
        warn_of_temporary_keys(credentials);
        return {
            .credentials = credentials, .provider = "environment", .role = {}, .server_date = {}};
    }

private:
    /// The end is for people only: there is nobody to get others from.
    void warn_of_temporary_keys(const Credentials& credentials) const {
        if (credentials.access_key_id.starts_with("ASIA") && credentials.session_token.empty()) {
            log::warn("AWS_ACCESS_KEY_ID is a temporary key, but AWS_SESSION_TOKEN is not set");
        }
        const std::string end = variable(surroundings_, "AWS_CREDENTIAL_EXPIRATION");
        const auto expires = parse_expiration(end);
        if (!end.empty() && !expires) {
            log::warn("AWS_CREDENTIAL_EXPIRATION is not an RFC 3339 time and is ignored");
        }
        if (expires && *expires <= surroundings_.clock()) {
            log::warn(fmt::format(
                "the AWS credentials in the environment expired at {} (AWS_CREDENTIAL_EXPIRATION)",
                format_rfc3339(*expires)
            ));
        }
    }

    Surroundings surroundings_;
};

}  // namespace

Selection select_environment(const Surroundings& surroundings) {
    if (variable(surroundings, "AWS_ACCESS_KEY_ID").empty()) {
        const bool has_secret = !variable(surroundings, "AWS_SECRET_ACCESS_KEY").empty();
        if (has_secret) {
            log::warn("AWS_SECRET_ACCESS_KEY is ignored because AWS_ACCESS_KEY_ID is not set");
        }
        return {.provider = nullptr, .why_not = "AWS_ACCESS_KEY_ID is not set"};
    }
    return {.provider = std::make_unique<EnvironmentProvider>(surroundings), .why_not = {}};
}

}  // namespace migrator::cloud::aws

#include "cloud/aws/profile_provider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/container.hpp"
#include "cloud/aws/environment.hpp"
#include "cloud/aws/imds.hpp"
#include "cloud/aws/profile_files.hpp"
#include "cloud/aws/web_identity.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"

namespace migrator::cloud::aws {
namespace {

constexpr std::string_view kInstead =
    "is not supported; use a role, or another profile with credential_process = aws configure "
    "export-credentials --format process --profile NAME";

[[noreturn]] void refuse_profile(const std::string& profile, std::string_view what) {
    throw Error(ErrorKind::Configuration, fmt::format("profile \"{}\" {}", profile, what));
}

/// The rows of the table of 3.4, in its order.
enum class Way : unsigned char { None, Role, WebIdentity, StaticKeys, Sso, Process, Login };

/// Throws Configuration for keys that contradict each other.
Way way_of(const std::string& name, const Section& section) {
    const auto has = [&](const char* key) { return !section.value(key).empty(); };
    if (has("role_arn")) {
        if (has("mfa_serial")) {
            refuse_profile(
                name,
                "needs an MFA code (mfa_serial), which a service cannot prompt for; use "
                "credential_process, or a role without MFA"
            );
        }
        if (has("source_profile") && has("credential_source")) {
            refuse_profile(
                name, "has both source_profile and credential_source; remove one of them"
            );
        }
        if (has("source_profile") || has("credential_source")) return Way::Role;
        if (has("web_identity_token_file")) return Way::WebIdentity;
        refuse_profile(
            name,
            "has role_arn without source_profile, credential_source or web_identity_token_file; "
            "add one of them"
        );
    }
    if (has("aws_access_key_id") != has("aws_secret_access_key")) {
        refuse_profile(
            name, "has only one of aws_access_key_id and aws_secret_access_key; set both or neither"
        );
    }
    if (has("aws_access_key_id")) return Way::StaticKeys;
    if (has("sso_account_id") || has("sso_role_name")) return Way::Sso;
    if (has("credential_process")) return Way::Process;
    return has("login_session") ? Way::Login : Way::None;
}

/// The source of a role: its credentials are got when first needed, and anew once refused.
class SourceCredentials : public CredentialSource {
public:
    explicit SourceCredentials(std::function<Fetched()> fetch) : fetch_(std::move(fetch)) {}
    Credentials get() override {
        if (!fetched_) fetched_ = fetch_();
        return fetched_->credentials;
    }
    void refuse(const Credentials&) override { fetched_.reset(); }
    std::string describe() override {
        if (!fetched_) return "the source of the role";
        return fmt::format(
            "{}, key {}", fetched_->provider, masked(fetched_->credentials.access_key_id)
        );
    }

private:
    std::function<Fetched()> fetch_;
    std::optional<Fetched> fetched_;
};

/// Reads the files once and finds a way through them.
class Resolver {
public:
    Resolver(const Surroundings& surroundings, const CredentialOptions& options)
        : surroundings_(surroundings),
          options_(options),
          files_(ProfileFiles::read(surroundings, ProfileFiles::Unreadable::Fails)) {}

    Fetched fetch(const std::string& name) {
        const Section* section = files_.profile(name);
        if (section == nullptr) refuse_profile(name, "is not in " + files_.places());
        path_.push_back(name);
        Fetched fetched = fetch(name, *section, way_of(name, *section));
        path_.pop_back();
        return fetched;
    }

private:
    Fetched fetch(const std::string& name, const Section& section, Way way) {
        switch (way) {
            case Way::Role:
                return with_role(name, section);
            case Way::WebIdentity:
                return with_token_file(name, section);
            case Way::StaticKeys:
                return static_keys(name, section);
            case Way::Process:
                return with_process(name, section);
            case Way::Sso:
                refuse_profile(name, fmt::format("uses SSO (sso_account_id), which {}", kInstead));
            case Way::Login:
                refuse_profile(name, fmt::format("uses login_session, which {}", kInstead));
            case Way::None:
                break;
        }
        refuse_profile(name, "has no credentials");
    }

    static Fetched named(Fetched fetched, const std::string& name, std::string_view way) {
        fetched.provider = fmt::format("profile \"{}\" ({})", name, way);
        return fetched;
    }

    static Fetched static_keys(const std::string& name, const Section& section) {
        Fetched fetched;
        fetched.credentials = {
            .access_key_id = section.value("aws_access_key_id"),
            .secret_access_key = section.value("aws_secret_access_key"),
            .session_token = section.value("aws_session_token"),
            .expires = std::nullopt};
        return named(fetched, name, "keys");
    }

    Fetched with_token_file(const std::string& name, const Section& section) {
        const RoleRequest request = role_of(name, section);
        const std::string file = section.value("web_identity_token_file");
        return in_context(fmt::format("profile \"{}\"", name), [&] {
            return named(
                fetch_with_token_file(surroundings_, options_, request, file), name, "web identity"
            );
        });
    }

    static RoleRequest role_of(const std::string& name, const Section& section) {
        RoleRequest request = make_role_request(
            fmt::format("profile \"{}\"", name),
            section.value("role_arn"),
            section.value("role_session_name"),
            section.value("duration_seconds")
        );
        request.external_id = section.value("external_id");
        return request;
    }

    Fetched with_role(const std::string& name, const Section& section) {
        const RoleRequest request = role_of(name, section);
        const std::string source_profile = section.value("source_profile");
        std::function<Fetched()> fetch_source;
        if (source_profile.empty()) {
            fetch_source = [&] { return from_credential_source(name, section); };
        } else if (source_profile == name) {
            if (section.value("aws_access_key_id").empty() ||
                section.value("aws_secret_access_key").empty()) {
                refuse_profile(name, "names itself as source_profile but has no keys");
            }
            fetch_source = [&] { return static_keys(name, section); };
        } else {
            check_source(name, source_profile, request);
            fetch_source = [&] { return fetch(source_profile); };
        }
        const auto source = std::make_shared<SourceCredentials>(fetch_source);
        source->get();  // its errors are not those of the role
        return in_context(fmt::format("profile \"{}\"", name), [&] {
            return named(assume_role(surroundings_, options_, request, source), name, "role");
        });
    }

    void check_source(
        const std::string& name, const std::string& source, const RoleRequest& request
    ) const {
        if (std::ranges::find(path_, source) != path_.end()) {
            std::string circle;
            for (const std::string& step : path_) circle += step + " -> ";
            refuse_profile(
                name, fmt::format("has a circular source_profile: {}{}", circle, source)
            );
        }
        const Section* section = files_.profile(source);
        if (section == nullptr) {
            refuse_profile(
                name,
                fmt::format(
                    "has source_profile \"{}\", which is not in {}", source, files_.places()
                )
            );
        }
        if (request.seconds > 3'600 && way_of(source, *section) == Way::Role) {
            refuse_profile(
                name,
                "has a source profile that uses a role; duration_seconds must then be at most 3600"
            );
        }
    }

    Fetched from_credential_source(const std::string& name, const Section& section) {
        const std::string source = section.value("credential_source");
        const auto is = [&](const char* text) { return equal_ignoring_case(source, text); };
        Selection selection;
        if (is("Environment")) {
            selection = select_environment(surroundings_);
        } else if (is("EcsContainer")) {
            selection = select_container(surroundings_);
        } else if (is("Ec2InstanceMetadata")) {
            selection = select_imds(surroundings_, options_.profile);
        } else {
            refuse_profile(
                name,
                "has an unknown credential_source; use Environment, EcsContainer or "
                "Ec2InstanceMetadata"
            );
        }
        if (!selection.provider) {
            refuse_profile(
                name, fmt::format("has credential_source {}: {}", source, selection.why_not)
            );
        }
        return in_context(fmt::format("profile \"{}\", credential_source {}", name, source), [&] {
            return selection.provider->fetch();
        });
    }

    Fetched with_process(const std::string& name, const Section& section) {
        return in_context(fmt::format("profile \"{}\", credential_process", name), [&] {
            const ProcessResult result = surroundings_.run(section.value("credential_process"));
            if (result.exit_code != 0) {
                throw Error(
                    ErrorKind::Configuration,
                    fmt::format(
                        "the command exited with code {}: {}",
                        result.exit_code,
                        last_line(result.err)
                    )
                );
            }
            if (json_member(result.out, "Version") != "1") {
                throw Error(
                    ErrorKind::Configuration,
                    "the command did not print a JSON object with \"Version\": 1"
                );
            }
            Fetched fetched;
            fetched.credentials = credentials_of_json(
                result.out, {.token = "SessionToken", .token_and_end_required = false}
            );
            return named(fetched, name, "credential_process");
        });
    }

    static std::string last_line(const std::string& text) {
        const std::string all(trimmed(text));
        const auto line_break = all.find_last_of("\r\n");
        const std::string line =
            shown(line_break == std::string::npos ? all : all.substr(line_break + 1));
        return line.empty() ? "its standard error is empty" : line;
    }

    const Surroundings& surroundings_;
    const CredentialOptions& options_;
    ProfileFiles files_;
    std::vector<std::string> path_;  ///< profiles from the first to the one in work
};

class ProfileProvider : public Provider {
public:
    ProfileProvider(Surroundings surroundings, CredentialOptions options, std::string name)
        : surroundings_(std::move(surroundings)),
          options_(std::move(options)),
          name_(std::move(name)) {}

    Fetched fetch() override { return Resolver(surroundings_, options_).fetch(name_); }

private:
    Surroundings surroundings_;
    CredentialOptions options_;
    std::string name_;
};

}  // namespace

Selection select_profile(const Surroundings& surroundings, const CredentialOptions& options) {
    const ProfileChoice choice = choose_profile(surroundings, options.profile);
    const auto files = ProfileFiles::read(surroundings, ProfileFiles::Unreadable::Fails);
    const Section* section = files.profile(choice.name);
    if (section == nullptr) {
        if (choice.by == ProfileChoice::By::Default) {
            return {.provider = nullptr, .why_not = "not in " + files.places()};
        }
        refuse_profile(choice.name, "is not in " + files.places());
    }
    if (way_of(choice.name, *section) == Way::None) {
        // Another identity than the one that was asked for would be a surprise.
        if (choice.by == ProfileChoice::By::Configuration) {
            refuse_profile(
                choice.name,
                "has no credentials; to use only its other keys, set AWS_PROFILE instead of "
                "s3Profile"
            );
        }
        return {.provider = nullptr, .why_not = "has no credentials"};
    }
    return {
        .provider = std::make_unique<ProfileProvider>(surroundings, options, choice.name),
        .why_not = {}};
}

}  // namespace migrator::cloud::aws

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cloud/aws/client.hpp"
#include "cloud/aws/host.hpp"
#include "cloud/aws/profile_files.hpp"
#include "cloud/aws/region.hpp"
#include "core/ascii.hpp"
#include "core/log.hpp"

namespace migrator::cloud::aws {
namespace {

/// The service in `AWS_ENDPOINT_URL_…`; in lower case it is the key in a `services` section.
std::string id_of(const std::string& service) {
    if (service == "secretsmanager") return "SECRETS_MANAGER";
    std::string id = service;
    std::ranges::transform(id, id.begin(), to_upper);
    return id;
}

std::string key_of(const std::string& service) {
    return service == "secretsmanager" ? "secrets_manager" : service;
}

bool is_true(const std::string& text) { return equal_ignoring_case(text, "true"); }

/// The shared files and the environment, asked for one service.
class Settings {
public:
    Settings(const Surroundings& surroundings, std::string service, const std::string& profile)
        : surroundings_(surroundings),
          service_(std::move(service)),
          files_(ProfileFiles::read(surroundings, ProfileFiles::Unreadable::CountsAsMissing)) {
        const Section* found = files_.profile(choose_profile(surroundings, profile).name);
        if (found != nullptr) profile_ = *found;
    }

    /// A variable, else the key of the profile.
    bool flag(const std::string& name, const std::string& key) const {
        const std::string text = variable(surroundings_, name);
        return is_true(text.empty() ? profile_.value(key) : text);
    }

    struct Override {
        std::string url;
        std::string place;  ///< where it stands
    };
    /// With an empty URL when there is none.
    Override endpoint_url(const std::string& configured) const {
        if (!configured.empty()) return {configured, "the configured endpoint"};
        if (flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")) {
            return {};
        }
        for (const std::string& name :
             {"AWS_ENDPOINT_URL_" + id_of(service_), std::string("AWS_ENDPOINT_URL")}) {
            const std::string url = variable(surroundings_, name);
            if (!url.empty()) return {url, name};
        }
        const Section* services = files_.services(profile_.value("services"));
        if (services != nullptr) {
            const std::string url = services->value(key_of(service_), "endpoint_url");
            if (!url.empty()) return {url, "endpoint_url in the services section"};
        }
        return {profile_.value("endpoint_url"), "endpoint_url in the profile"};
    }

private:
    const Surroundings& surroundings_;
    std::string service_;
    ProfileFiles files_;
    Section profile_;
};

/// Sets `url` and `base_path` from a URL that somebody typed.
void use_override(Endpoint& endpoint, const Settings::Override& chosen) {
    const auto refuse = [&](std::string_view why) {
        throw Error(ErrorKind::Configuration, fmt::format("{}: {}", chosen.place, why));
    };
    const std::string& url = chosen.url;
    const auto host = host_of(url);
    if (!host || host->name.empty()) refuse("must be an http or https URL with a host");
    if (url.find_first_of("?#@\\") != std::string::npos) {
        refuse("must not have a user, query or fragment");
    }
    const auto path = url.find('/', url.find("://") + 3);
    endpoint.url = http_client::origin_of(url);
    endpoint.base_path = path == std::string::npos ? std::string() : url.substr(path);
    endpoint.base_path.resize(endpoint.base_path.find_last_not_of('/') + 1);
    endpoint.is_custom = true;
    if (!host->is_https && !host->is_loopback()) {
        log::warn(fmt::format(
            "the connection to endpoint {} is not encrypted: others on the network can read it",
            endpoint.url
        ));
    }
}

struct Flags {
    bool fips;
    bool dual_stack;
};

std::string usual_url(const std::string& service, const std::string& region, Flags flags) {
    const Partition partition = partition_of(region);
    const std::string name = service + (flags.fips ? "-fips" : "");
    if (service == "s3") {  // older than the rule for the others
        return fmt::format(
            "https://{}{}.{}.{}",
            name,
            flags.dual_stack ? ".dualstack" : "",
            region,
            partition.suffix
        );
    }
    return fmt::format(
        "https://{}.{}.{}",
        name,
        region,
        flags.dual_stack ? partition.dual_stack_suffix : partition.suffix
    );
}

/// Regions that the one STS for all of them serves; those that an account has to switch on do not
/// take its tokens.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html
bool is_served_by_global_sts(const std::string& region) {
    constexpr std::array<std::string_view, 16> kRegions{
        "ap-northeast-1",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        ""};
    return std::ranges::find(kRegions, region) != kRegions.end();
}

bool wants_global_sts(const Surroundings& surroundings, const std::string& region) {
    const std::string wish = variable(surroundings, "AWS_STS_REGIONAL_ENDPOINTS");
    return region.empty() ||
           (equal_ignoring_case(wish, "legacy") && is_served_by_global_sts(region));
}

}  // namespace

Endpoint resolve_endpoint(
    const Surroundings& surroundings,
    const std::string& service,
    const std::string& profile,
    const std::string& region,
    const std::string& configured
) {
    const Settings settings(surroundings, service, profile);
    const Flags flags{
        .fips = settings.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
        .dual_stack = settings.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")};
    const Settings::Override chosen = settings.endpoint_url(configured);
    Endpoint endpoint;
    if (!chosen.url.empty()) {
        if (flags.fips || flags.dual_stack) {
            throw Error(
                ErrorKind::Configuration,
                fmt::format(
                    "{} cannot be combined with AWS_USE_FIPS_ENDPOINT or "
                    "AWS_USE_DUALSTACK_ENDPOINT, which apply to AWS endpoints only",
                    chosen.place
                )
            );
        }
        use_override(endpoint, chosen);
    }
    endpoint.region = find_region(surroundings, profile, region);
    if (endpoint.is_custom) {
        if (endpoint.region.empty()) endpoint.region = "us-east-1";
        return endpoint;
    }
    const bool is_plain = !flags.fips && !flags.dual_stack;
    if (service == "sts" && is_plain && wants_global_sts(surroundings, endpoint.region)) {
        endpoint.region = "us-east-1";
        endpoint.url = "https://sts.amazonaws.com";
        return endpoint;
    }
    if (endpoint.region.empty()) {
        throw Error(
            ErrorKind::Configuration,
            "the AWS region is not known; set AWS_REGION, the region of the profile, or s3Region"
        );
    }
    endpoint.url = usual_url(service, endpoint.region, flags);
    return endpoint;
}

}  // namespace migrator::cloud::aws

#include "cloud/aws/region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/imds.hpp"
#include "cloud/aws/profile_files.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::cloud::aws {
namespace {

constexpr std::size_t kLongestRegion = 63;

bool is_region(std::string_view text) {
    if (text.empty() || text.size() > kLongestRegion) return false;
    if (text.front() == '-' || text.back() == '-') return false;
    return std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

/// Field 4 of `arn:aws:ecs:REGION:…`.
std::string region_of_arn(const std::string& arn) {
    std::size_t begin = 0;
    for (int field = 1; field < 4; ++field) {
        begin = arn.find(':', begin);
        if (begin == std::string::npos) return {};
        ++begin;
    }
    return arn.substr(begin, arn.find(':', begin) - begin);
}

/// Empty when this is no task of ECS, or its agent does not say.
std::string region_of_task(const Surroundings& surroundings) {
    const std::string base = variable(surroundings, "ECS_CONTAINER_METADATA_URI_V4");
    if (base.empty()) return {};
    http_client::Request request;
    request.url = base + "/task";
    request.direct = true;
    constexpr std::chrono::seconds kLimit{2};
    try {
        const auto response =
            surroundings.open_transport()->send(request, {.connect = kLimit, .total = kLimit});
        const std::string region = region_of_arn(json_member(response.body, "TaskARN"));
        return response.status == 200 && is_region(region) ? region : std::string();
    } catch (const Error& error) {  // the next place may know
        log::info(fmt::format("AWS region: could not read it from the ECS agent: {}", error.what())
        );
        return {};
    }
}

/// Empty when this is no instance of EC2.
std::string region_of_instance(const Surroundings& surroundings, const std::string& profile) {
    if (!reason_to_skip_imds(surroundings).empty()) return {};
    try {
        const auto text = Imds(surroundings, profile, 1).read("/latest/meta-data/placement/region");
        const std::string region(text ? trimmed(text->body) : "");
        return is_region(region) ? region : std::string();
    } catch (const Error& error) {  // a guess only
        log::info(fmt::format(
            "AWS region: could not read it from the instance metadata: {}", error.what()
        ));
        return {};
    }
}

}  // namespace

std::string find_region(
    const Surroundings& surroundings, const std::string& profile, const std::string& configured
) {
    const auto checked = [](const std::string& region, std::string_view place) {
        if (is_region(region)) return region;
        throw Error(
            ErrorKind::Configuration,
            fmt::format(
                "{} is not an AWS region; a region has lower-case letters, digits and '-', such as "
                "eu-central-1",
                place
            )
        );
    };
    if (!configured.empty()) return checked(configured, "the configured region");
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        const std::string region = variable(surroundings, name);
        if (!region.empty()) return checked(region, name);
    }
    const std::string of_profile = profile_settings(surroundings, profile).value("region");
    if (!of_profile.empty()) return checked(of_profile, "the region of the profile");
    const std::string of_task = region_of_task(surroundings);
    return of_task.empty() ? region_of_instance(surroundings, profile) : of_task;
}

Partition partition_of(const std::string& region) {
    struct Row {
        std::string_view prefix;
        Partition partition;
    };
    static const std::array<Row, 6> rows{{
        {"cn-", {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
        {"us-gov-", {"aws-us-gov", "amazonaws.com", "api.aws"}},
        {"eusc-", {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}},
        {"us-iso-", {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}},
        {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}},
        {"", {"aws", "amazonaws.com", "api.aws"}},
    }};
    const auto* found =
        std::ranges::find_if(rows, [&](const Row& row) { return region.starts_with(row.prefix); });
    return found->partition;
}

}  // namespace migrator::cloud::aws

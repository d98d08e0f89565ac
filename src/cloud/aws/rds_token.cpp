#include "cloud/aws/rds_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cloud/aws/signature.hpp"
#include "core/ascii.hpp"

namespace migrator::cloud::aws {
namespace {

/// What stands behind "rds" in host names, one for each partition.
constexpr std::string_view kSuffixes[] = {
    "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "c2s.ic.gov", "sc2s.sgov.gov"};

}  // namespace

std::string rds_token(
    const std::string& host,
    std::uint16_t port,
    const std::string& user,
    const std::string& region,
    const Credentials& credentials,
    TimePoint now
) {
    const std::string server = fmt::format("{}:{}", lower_case(host), port);
    const std::string query = presign(
        server,
        {{"Action", "connect"}, {"DBUser", user}},
        {.service = "rds-db", .region = region},
        credentials,
        now,
        std::chrono::minutes(15)
    );
    return server + "/?" + query;
}

std::string region_of_rds_host(const std::string& host) {
    std::string text = lower_case(host);
    if (text.ends_with('.')) text.pop_back();  // a name that no search list is to complete
    constexpr std::string_view kRds = ".rds.";
    const auto rds = text.rfind(kRds);
    if (rds == std::string::npos) return "";
    const std::string_view before = std::string_view(text).substr(0, rds);
    const std::string_view after = std::string_view(text).substr(rds + kRds.size());
    for (const std::string_view suffix : kSuffixes) {
        if (after == suffix) return std::string(before.substr(before.rfind('.') + 1));
        // China has "rds.REGION.amazonaws.com.cn" too.
        if (!after.ends_with(suffix)) continue;
        const std::string_view region = after.substr(0, after.size() - suffix.size());
        if (region.find('.') + 1 == region.size())
            return std::string(region.substr(0, region.size() - 1));
    }
    return "";
}

}  // namespace migrator::cloud::aws

#include "app/cloud.hpp"

#include "cloud/aws/client.hpp"
#include "cloud/aws/clock_offset.hpp"
#include "cloud/aws/rds_token.hpp"
#include "core/error.hpp"
#include "db/options.hpp"

namespace migrator::app {

using namespace cloud::aws;

Cloud::Cloud() : surroundings_(system_surroundings()), secrets_(surroundings_) {}

std::string Cloud::secret(const std::string& reference) {
    // A token is made for each connection, so it stays in the data source as it is.
    if ("${" + reference + "}" == db::kDatabaseToken) return std::string(db::kDatabaseToken);
    if (reference.starts_with("aws-")) return secrets_.value(reference);
    throw Error(ErrorKind::Configuration, "this secret store is not supported yet");
}

std::string Cloud::database_token(
    const std::string& host, std::uint16_t port, const std::string& user
) {
    std::string region = region_of_rds_host(host);
    if (region.empty()) region = resolve_endpoint(surroundings_, "rds-db", "", "", "").region;
    std::shared_ptr<CredentialSource> credentials;
    {
        const std::lock_guard lock(mutex_);
        if (!credentials_) credentials_ = make_credential_source(surroundings_, {});
        credentials = credentials_;
    }
    return rds_token(host, port, user, region, credentials->get(), signing_time(surroundings_));
}

}  // namespace migrator::app

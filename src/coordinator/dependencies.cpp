#include "coordinator/dependencies.hpp"

#include "core/random_id.hpp"

namespace migrator::coordinator {

RunOwner Dependencies::us(const std::string& request_id, const std::string& version_name) const {
    return {
        .run_id = random_uuid(),
        .owner = owner,
        .request_id = request_id,
        .version_name = version_name,
        .since = clock()};
}

}  // namespace migrator::coordinator

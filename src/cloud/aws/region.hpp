#pragma once

#include <string>

#include "cloud/aws/surroundings.hpp"

namespace migrator::cloud::aws {

/// The region of docs/cloud.md, "Regions and endpoints", steps 1 to 5; empty when nothing says one.
/// `configured` wins over all else. May ask the metadata services, which takes seconds where there
/// are none. Throws Configuration for a region that is no part of a host name.
std::string find_region(
    const Surroundings& surroundings, const std::string& profile, const std::string& configured
);

/// What host names and ARNs of a region have in them.
struct Partition {
    std::string name;               ///< of ARNs: "aws"
    std::string suffix;             ///< "amazonaws.com"
    std::string dual_stack_suffix;  ///< "api.aws"
};
Partition partition_of(const std::string& region);

}  // namespace migrator::cloud::aws

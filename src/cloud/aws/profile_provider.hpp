#pragma once

#include "cloud/aws/provider.hpp"

namespace migrator::cloud::aws {

/// The credentials that the shared files have for a profile: docs/cloud.md, "Profiles". The files
/// are read for each fetch. Throws Configuration when the profile was asked for and is not there,
/// when a file can't be read, and when its keys contradict each other.
Selection select_profile(const Surroundings& surroundings, const CredentialOptions& options);

}  // namespace migrator::cloud::aws

#pragma once

#include "config/config.hpp"
#include "config/settings.hpp"

namespace migrator::config {

/// Replaces each `${NAME}` by the environment variable and each `${aws-secretsmanager:…}` and the
/// like by the secret, in one pass: what is put in is not looked at again. `webHookTemplate` keeps
/// `${summary}` and `${summary.…}`. An unset variable is empty, with a warning. Throws what
/// `lookups.secret` throws, with the key's name in front.
void substitute(Settings& settings, const Lookups& lookups, Report& report);

}  // namespace migrator::config

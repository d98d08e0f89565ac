#pragma once

#include "config/config.hpp"
#include "config/settings.hpp"

namespace migrator::config {

/// Replaces each `${NAME}` by the environment variable and each `${aws-secretsmanager:…}` and the
/// like by the secret, in one pass: what is put in is not looked at again. `webHookTemplate` keeps
/// `${summary}` and `${summary.…}`. `${NAME:-default}` is the default when the variable is unset or
/// empty. Another unset variable is empty, with a warning; where it is all of a password, it
/// is a problem. Secrets are hidden from then on (`secrets.hpp`). Throws what
/// `lookups.secret` throws, with the key's name in front.
void substitute(Settings& settings, const Lookups& lookups, Report& report);

}  // namespace migrator::config

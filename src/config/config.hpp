#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/options.hpp"
#include "coordinator/options.hpp"
#include "core/log.hpp"
#include "db/driver.hpp"
#include "db/options.hpp"
#include "http/options.hpp"
#include "loader/options.hpp"
#include "notifier/options.hpp"

namespace migrator::config {

/// The look-ups of the outside world, handed down by `app`.
struct Lookups {
    /// All that are built, in the order in which a message names them.
    db::Drivers drivers;
    /// An environment variable; nothing when it is not set.
    std::function<std::optional<std::string>(const std::string& name)> environment;
    /// The value of a secret reference such as `aws-secretsmanager:…`. Null: such references are
    /// refused with a message that says that they come later.
    std::function<std::string(const std::string& reference)> secret;
};

struct LogOptions {
    log::Level level = log::Level::Info;
    log::Format format = log::Format::Text;
};

/// The effective configuration: an options struct for each module.
struct Config {
    db::Options database;
    loader::Options loader;
    http::Options http;
    http::SpoolOptions spool;
    coordinator::Options coordinator;
    notifier::Options notifier;
    access::Options access;
    LogOptions log;
    std::string path_prefix;                     ///< as configured, "/" when blank
    std::chrono::milliseconds query_timeout{0};  ///< of a GraphQL query; 0: none
    bool console = true;                         ///< whether the service shows it
    bool deprecated_tenant_keys = false;  ///< `tenantSelectSQL` or `tenantInsertSQL` in effect

    /// The configuration as `/config` and `migrator config` print it: YAML, secrets masked.
    std::string redacted_yaml;
    /// For people, to be logged at WARN: unknown keys with their nearest known key, variables
    /// that are not set, deprecated keys, keys that have no effect yet.
    std::vector<std::string> warnings;
    /// The same, for those who run a service: not for each command.
    std::vector<std::string> service_warnings;
    /// Those of `warnings` that `migrator validate` treats as errors: unknown keys.
    std::vector<std::string> unknown_keys;
    /// The same: of variables that are not set.
    std::vector<std::string> unset_variables;
};

/// Reads `path`, then environment variables `MIGRATOR_…`, then `overrides` (key to text, from
/// flags; lists separated by commas). An empty `path` means that there is no file. An empty
/// environment variable counts as not set; an empty override is the empty value.
/// Throws Configuration: the file is missing ("open migrator.yaml: no such file or directory"), is
/// not YAML (with the line), or all wrong keys together, one per line, each with its name, its
/// line in the file, and what is allowed. Throws what `lookups.secret` throws, with the key's name.
/// No message holds a value of a key that may be secret.
Config read(
    const std::string& path,
    const std::map<std::string, std::string>& overrides,
    const Lookups& lookups
);

/// The data source of a server that a query has given, with the secret that a reference in it
/// (`${aws-secretsmanager:…}`) stands for; its passwords are in no message from then on. Variables
/// of the environment are none of its business: the text comes from a database. Throws
/// Configuration for a reference that can't be, and what `lookups.secret` throws.
std::string resolved_data_source(
    const std::string& text, const std::string& driver, const Lookups& lookups
);

/// Whether the environment and `overrides` hold every required key. Then a file that nobody asked
/// for (the default `migrator.yaml`) may be missing: call `read` with an empty path.
bool can_do_without_file(
    const std::map<std::string, std::string>& overrides, const Lookups& lookups
);

}  // namespace migrator::config

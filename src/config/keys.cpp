#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <vector>

#include "core/ascii.hpp"
#include "core/nearest.hpp"

namespace migrator::config {
namespace {

using enum Type;

constexpr std::uint64_t kGiB = 1ULL << 30;

// A new key is a row here and its use in options.cpp; reading, the environment variable, checks,
// warnings, printing and the test of docs/configuration.md follow from the row.
constexpr Key kKeys[] = {
    {.name = "baseDir", .since = "up to v2020.1.3", .masking = Masking::Location},
    {.name = "baseLocation", .since = "v4.2", .masking = Masking::Location, .required = true},
    {.name = "driver", .since = "all", .required = true},
    {.name = "dataSource", .since = "all", .masking = Masking::DataSource, .required = true},
    {.name = "tenantSelect", .since = "v2025.1.0", .masking = Masking::Sql},
    {.name = "tenantInsert", .since = "v2025.1.0", .masking = Masking::Sql},
    {.name = "tenantSelectSQL", .since = "all", .masking = Masking::Sql},
    {.name = "tenantInsertSQL", .since = "all", .masking = Masking::Sql},
    {.name = "schemaPlaceHolder", .default_text = "{schema}", .since = "all"},
    {.name = "singleMigrations", .type = Directories, .since = "all", .required = true},
    {.name = "tenantMigrations", .type = Directories, .since = "all"},
    {.name = "singleScripts", .type = Directories, .since = "v3.1"},
    {.name = "tenantScripts", .type = Directories, .since = "v3.1"},
    {.name = "port", .type = Number, .default_text = "8080", .since = "all", .max = 65'535},
    {.name = "pathPrefix", .default_text = "/", .since = "v4.1.2"},
    {.name = "webHookURL", .type = Url, .since = "all", .masking = Masking::Url},
    {.name = "webHookHeaders", .type = Headers, .since = "all", .masking = Masking::Headers},
    {.name = "webHookTemplate", .since = "v2020.1.3", .masking = Masking::JsonTemplate},
    {.name = "logLevel",
     .type = Choice,
     .default_text = "INFO",
     .since = "v2021.2.0",
     .choices = "DEBUG|INFO|WARN|ERROR|PANIC"},

    {.name = "tenantDelete", .since = "new"},
    {.name = "atomicity", .type = Choice, .since = "new", .choices = "version|tenant|file"},
    {.name = "sessionState",
     .type = Choice,
     .default_text = "reset",
     .since = "new",
     .choices = "reset|keep"},
    {.name = "adoptSchemas",
     .type = Choice,
     .default_text = "warn",
     .since = "new",
     .choices = "warn|refuse"},
    {.name = "metadataSchema", .default_text = "migrator", .since = "new"},
    {.name = "missingSchemas",
     .type = Choice,
     .default_text = "warn",
     .since = "new",
     .choices = "warn|skip|fail"},
    {.name = "unsupportedServer",
     .type = Choice,
     .default_text = "refuse",
     .since = "new",
     .choices = "refuse|allow"},
    {.name = "unmanaged", .type = Choice, .since = "new", .choices = "apply|skip|refuse"},
    {.name = "parallelism",
     .type = Number,
     .default_text = "1",
     .since = "new",
     .effect = Effect::OfFleet,
     .min = 1,
     .max = 10'000},
    {.name = "servers", .type = Servers, .since = "new", .masking = Masking::DataSource},
    {.name = "serversSelect", .since = "new", .masking = Masking::Sql},
    {.name = "serverConnections",
     .type = Number,
     .default_text = "8",
     .since = "new",
     .min = 1,
     .max = 10'000},
    {.name = "catalogMigrations", .type = List, .since = "new"},
    {.name = "maxFailures",
     .type = NumberOrPercent,
     .default_text = "0",
     .since = "new",
     .effect = Effect::OfFleet,
     .max = 1'000'000'000},
    {.name = "retries",
     .type = Number,
     .default_text = "3",
     .since = "new",
     .effect = Effect::OfFleet,
     .max = 1'000},
    {.name = "lockTimeout", .type = Duration, .default_text = "30s", .since = "new"},
    {.name = "statementTimeout", .type = Duration, .since = "new"},
    {.name = "ddlLockTimeout", .type = Duration, .since = "new"},
    {.name = "slowStatement", .type = Duration, .default_text = "5s", .since = "new"},
    {.name = "shutdownTimeout", .type = Duration, .default_text = "25s", .since = "new"},
    {.name = "checksumVerification",
     .type = Choice,
     .default_text = "fail",
     .since = "new",
     .choices = "fail|warn|off"},
    {.name = "movedFiles",
     .type = Choice,
     .default_text = "refuse",
     .since = "new",
     .choices = "refuse|warn|allow"},
    {.name = "outOfOrder",
     .type = Choice,
     .default_text = "warn",
     .since = "new",
     .choices = "fail|warn|allow"},
    {.name = "missingFiles",
     .type = Choice,
     .default_text = "warn",
     .since = "new",
     .choices = "fail|warn|allow"},
    {.name = "noTransaction", .type = List, .since = "new"},
    {.name = "analysis", .type = List, .since = "new"},
    {.name = "analysisSmallRows",
     .type = Number,
     .default_text = "10000",
     .since = "new",
     .max = 1'000'000'000'000},
    {.name = "analysisLargeRows",
     .type = Number,
     .default_text = "1000000",
     .since = "new",
     .max = 1'000'000'000'000},
    {.name = "driftCheck",
     .type = Choice,
     .default_text = "off",
     .since = "new",
     .choices = "off|warn|fail"},
    {.name = "driftIgnore", .type = List, .since = "new"},
    {.name = "driftAlso", .type = List, .since = "new"},
    {.name = "ignoreFiles", .type = List, .since = "new"},
    {.name = "nested", .type = Choice, .since = "new", .choices = "run|ignore|refuse"},
    // PostgreSQL takes no message over 1 GB, and the joined text is held in memory.
    {.name = "batchBytes",
     .type = Number,
     .default_text = "262144",
     .since = "new",
     .max = kGiB / 2},
    {.name = "maxConnections",
     .type = Number,
     .default_text = "8",
     .since = "new",
     .min = 1,
     .max = 10'000},
    {.name = "setRole", .since = "new"},
    {.name = "audit",
     .type = Choice,
     .default_text = "auto",
     .since = "new",
     .choices = "auto|on|off"},
    {.name = "auditKey", .since = "new", .masking = Masking::Whole},
    {.name = "listenAddress", .type = Address, .default_text = "0.0.0.0", .since = "new"},
    {.name = "keepAliveTimeout", .type = Duration, .default_text = "75s", .since = "new", .min = 1},
    {.name = "tlsCertificate", .since = "new"},
    {.name = "tlsKey", .since = "new"},
    {.name = "tlsClientCa", .since = "new"},
    {.name = "tlsClientCertificates",
     .type = Choice,
     .default_text = "required",
     .since = "new",
     .choices = "optional|required"},
    {.name = "metricsPort", .type = Number, .since = "new", .max = 65'535},
    {.name = "maxBodyBytes",
     .type = Number,
     .default_text = "1048576",
     .since = "new",
     .min = 1,
     .max = kGiB},
    {.name = "console", .type = Choice, .default_text = "on", .since = "new", .choices = "on|off"},
    {.name = "queryTimeout", .type = Duration, .default_text = "30s", .since = "new"},
    {.name = "maxBodyMemoryBytes",
     .type = Number,
     .default_text = "33554432",
     .since = "new",
     .min = 1,
     .max = kGiB * kGiB},
    {.name = "allowedHosts", .type = Hosts, .since = "new"},
    {.name = "trustedProxies", .type = Addresses, .since = "new"},
    {.name = "runQueue", .type = Number, .default_text = "16", .since = "new", .max = 1'000'000},
    {.name = "spoolDir", .since = "new"},
    {.name = "spoolBytes",
     .type = Number,
     .default_text = "1073741824",
     .since = "new",
     .max = kGiB * kGiB},
    {.name = "logFormat",
     .type = Choice,
     .default_text = "text",
     .since = "new",
     .choices = "text|json"},

    {.name = "tokens", .type = List, .since = "new"},
    {.name = "issuers", .type = List, .since = "new"},
    {.name = "balancerSigner", .since = "new"},
    {.name = "balancerClient", .since = "new"},
    {.name = "balancerIssuer", .since = "new"},
    {.name = "balancerKeysURL", .type = Url, .since = "new"},
    {.name = "balancerRoles", .type = List, .since = "new"},
    {.name = "certificates", .type = List, .since = "new"},

    {.name = "s3Region", .since = "new"},
    {.name = "s3Endpoint", .since = "new", .masking = Masking::Location},
    {.name = "s3Profile", .since = "new"},
    {.name = "s3AddressingStyle",
     .type = Choice,
     .default_text = "auto",
     .since = "new",
     .choices = "auto|path|virtual"},
    {.name = "s3Anonymous",
     .type = Choice,
     .default_text = "false",
     .since = "new",
     .choices = "true|false"},
    {.name = "s3RequestPayer", .type = Choice, .since = "new", .choices = "requester"},
    {.name = "storageConcurrency",
     .type = Number,
     .default_text = "16",
     .since = "new",
     .min = 1,
     .max = 1'000},
};

}  // namespace

std::span<const Key> all_keys() noexcept { return kKeys; }

const Key* find_key(std::string_view name) noexcept {
    const auto* found = std::ranges::find(kKeys, name, &Key::name);
    return found == std::end(kKeys) ? nullptr : found;
}

std::string nearest_key(std::string_view name) {
    std::vector<std::string_view> names;
    std::ranges::transform(kKeys, std::back_inserter(names), &Key::name);
    return nearest(name, names);
}

bool is_list(const Key& key) noexcept {
    switch (key.type) {
        case List:
        case Directories:
        case Headers:
        case Hosts:
        case Addresses:
            return true;
        default:
            return false;
    }
}

bool is_secret(const Key& key) noexcept { return key.masking != Masking::None; }

std::string environment_name(const Key& key) {
    std::string name = "MIGRATOR_";
    for (std::size_t i = 0; i < key.name.size(); ++i) {
        const char c = key.name[i];
        if (i > 0 && is_upper(c) && !is_upper(key.name[i - 1])) name += '_';
        name += to_upper(c);
    }
    return name;
}

}  // namespace migrator::config

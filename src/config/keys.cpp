#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <vector>

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
    {.name = "tenantSelect", .since = "v2025.1.0"},
    {.name = "tenantInsert", .since = "v2025.1.0"},
    {.name = "tenantSelectSQL", .since = "all"},
    {.name = "tenantInsertSQL", .since = "all"},
    {.name = "schemaPlaceHolder", .default_text = "{schema}", .since = "all"},
    {.name = "singleMigrations", .type = Directories, .since = "all", .required = true},
    {.name = "tenantMigrations", .type = Directories, .since = "all"},
    {.name = "singleScripts", .type = Directories, .since = "v3.1"},
    {.name = "tenantScripts", .type = Directories, .since = "v3.1"},
    {.name = "port", .type = Number, .default_text = "8080", .since = "all", .max = 65'535},
    {.name = "pathPrefix", .default_text = "/", .since = "v4.1.2"},
    {.name = "webHookURL", .type = Url, .since = "all", .masking = Masking::Url},
    {.name = "webHookHeaders", .type = Headers, .since = "all", .masking = Masking::Headers},
    {.name = "webHookTemplate", .since = "v2020.1.3"},
    {.name = "logLevel",
     .type = Choice,
     .default_text = "INFO",
     .since = "v2021.2.0",
     .choices = "DEBUG|INFO|WARN|ERROR|PANIC"},

    {.name = "atomicity", .type = Choice, .since = "new", .choices = "version|tenant"},
    {.name = "parallelism",
     .type = Number,
     .default_text = "1",
     .since = "new",
     .effect = Effect::OfFleet,
     .min = 1,
     .max = 10'000},
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
    {.name = "shutdownTimeout", .type = Duration, .default_text = "25s", .since = "new"},
    {.name = "checksumVerification",
     .type = Choice,
     .default_text = "fail",
     .since = "new",
     .choices = "fail|warn|off"},
    {.name = "noTransaction", .type = List, .since = "new"},
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
    {.name = "listenAddress", .type = Address, .default_text = "0.0.0.0", .since = "new"},
    {.name = "keepAliveTimeout", .type = Duration, .default_text = "75s", .since = "new", .min = 1},
    {.name = "maxBodyBytes",
     .type = Number,
     .default_text = "1048576",
     .since = "new",
     .min = 1,
     .max = kGiB},
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
    {.name = "azureEndpoint",
     .since = "new",
     .masking = Masking::Location,
     .effect = Effect::StorageLater},
    {.name = "azureAnonymous",
     .type = Choice,
     .default_text = "false",
     .since = "new",
     .effect = Effect::StorageLater,
     .choices = "true|false"},
    {.name = "gcsAnonymous",
     .type = Choice,
     .default_text = "false",
     .since = "new",
     .effect = Effect::StorageLater,
     .choices = "true|false"},
    {.name = "gcsEndpoint",
     .since = "new",
     .masking = Masking::Location,
     .effect = Effect::StorageLater},
    {.name = "gcsCredentialsFile", .since = "new", .effect = Effect::StorageLater},
    {.name = "gcsUserProject", .since = "new", .effect = Effect::StorageLater},
    {.name = "storageConcurrency",
     .type = Number,
     .default_text = "16",
     .since = "new",
     .min = 1,
     .max = 1'000},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Levenshtein's, without regard to case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::span<const Key> all_keys() noexcept { return kKeys; }

const Key* find_key(std::string_view name) noexcept {
    const auto* found = std::ranges::find(kKeys, name, &Key::name);
    return found == std::end(kKeys) ? nullptr : found;
}

const Key* nearest_key(std::string_view name) {
    constexpr std::size_t kLongestName = 64;  // a longer one is no misspelt key
    if (name.size() > kLongestName) return nullptr;
    const Key* nearest = nullptr;
    std::size_t smallest = name.size() / 2 + 1;
    for (const Key& key : kKeys) {
        const std::size_t distance = edit_distance(name, key.name);
        if (distance < smallest) {
            smallest = distance;
            nearest = &key;
        }
    }
    return nearest;
}

bool is_list(const Key& key) noexcept {
    return key.type == List || key.type == Directories || key.type == Headers;
}

bool is_secret(const Key& key) noexcept { return key.masking != Masking::None; }

std::string environment_name(const Key& key) {
    std::string name = "MIGRATOR_";
    for (std::size_t i = 0; i < key.name.size(); ++i) {
        const char c = key.name[i];
        if (i > 0 && is_upper(c) && !is_upper(key.name[i - 1])) name += '_';
        name += upper(c);
    }
    return name;
}

}  // namespace migrator::config

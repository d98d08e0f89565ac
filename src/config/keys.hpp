#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace migrator::config {

/// What the text of a key has to be.
enum class Type : std::uint8_t {
    Text,
    List,             ///< of strings
    Directories,      ///< a List whose elements may not be blank
    Headers,          ///< a List of `Name: value`
    Hosts,            ///< a List of names of hosts
    Addresses,        ///< a List of IP addresses and networks
    Duration,         ///< `500ms`, `30s`, `5m`, `1h`, or a bare number of seconds
    Number,           ///< decimal, between `min` and `max`
    NumberOrPercent,  ///< the same, or `N%` up to 100
    Choice,           ///< one of the words in `choices`
    Address,          ///< an IPv4 or IPv6 address
    Url,              ///< of http or https
    Servers,          ///< a mapping of names to `dataSource` and `parallelism`
};

/// How a value is shown.
enum class Masking : std::uint8_t {
    None,
    DataSource,
    Url,
    Headers,
    Location,
    Sql,
    JsonTemplate,
    Whole,
};

/// When setting a key does something: of a fleet, where tenants are worked for one by one.
enum class Effect : std::uint8_t { Always, OfFleet };

/// One key of `migrator.yaml`.
struct Key {
    std::string_view name;
    Type type = Type::Text;
    std::string_view default_text{};  ///< empty: none
    std::string_view since{};         ///< release of the Go program, or "new"
    Masking masking = Masking::None;
    Effect effect = Effect::Always;
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    std::string_view choices{};  ///< separated by '|'; an empty text is always allowed
    bool required = false;
};

/// Every key, in the order in which the configuration is printed.
std::span<const Key> all_keys() noexcept;

/// Null when there is no such key.
const Key* find_key(std::string_view name) noexcept;

/// The key that is most like `name`; empty when none is like enough to be meant.
std::string nearest_key(std::string_view name);

bool is_list(const Key& key) noexcept;
/// Whether its value may hold a secret: such a value is in no message.
bool is_secret(const Key& key) noexcept;

/// `webHookURL` is MIGRATOR_WEB_HOOK_URL.
std::string environment_name(const Key& key);

}  // namespace migrator::config

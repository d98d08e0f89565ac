#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.hpp"

namespace migrator::config {

/// One of the key `servers`.
struct ServerSetting {
    std::string name;
    std::string data_source;
    std::string parallelism;  ///< decimal; empty: not set
    std::string origin;       ///< "migrator.yaml:7"
};

/// What was configured for one key, and where.
struct Setting {
    std::string origin;                  ///< "migrator.yaml:7", "MIGRATOR_PORT", "command line"
    std::string text;                    ///< not for lists
    std::vector<std::string> items;      ///< only for lists
    std::vector<ServerSetting> servers;  ///< only of `servers`
    bool substituted = false;            ///< text of a variable or a secret was put in
    std::string unset_variable;          ///< the last that it refers to and that is not set
    bool unusable = false;               ///< already reported as a problem: not to be checked again
};

/// By name of the key. A key that was not set, or set to null, is absent.
using Settings = std::map<std::string_view, Setting>;

/// What a reader of the configuration has to be told. No text holds a value of a secret key.
struct Report {
    std::vector<std::string> problems;  ///< each one is fatal
    std::vector<std::string> warnings;
    std::vector<std::string> unknown_keys;      ///< these stand in `warnings` too
    std::vector<std::string> unset_variables;   ///< and these
    std::vector<std::string> service_warnings;  ///< these do not

    /// In the form of the Go program: `Key: 'Config.Port' Error:Field validation for 'Port' failed
    /// on the 'range' tag (ORIGIN: WHAT)`.
    void wrong(
        const Key& key, std::string_view tag, std::string_view origin, std::string_view what
    );
    /// `ORIGIN: WHAT`
    void warn(std::string_view origin, std::string_view what);
};

/// The text of `key`: as set, else its default. Only free texts keep white space at their ends.
std::string text_of(const Settings& settings, std::string_view key);
/// The elements of `key`; none when it is not set.
std::vector<std::string> items_of(const Settings& settings, std::string_view key);
/// Those of the key `servers`, in the order of the file.
std::vector<ServerSetting> servers_of(const Settings& settings);
/// Whether `key` is set to something that is not blank.
bool is_set(const Settings& settings, std::string_view key);
/// Where `key` was set; "not set" when it was not.
std::string origin_of(const Settings& settings, std::string_view key);

bool is_blank(std::string_view text) noexcept;

}  // namespace migrator::config

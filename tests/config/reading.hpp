#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "app/drivers.hpp"
#include "config/config.hpp"
#include "core/error.hpp"
#include "support/temp_dir.hpp"

namespace migrator::config::test {

/// A complete configuration, for tests that add a key or two.
inline const std::string kMinimal =
    "baseLocation: /srv/shop\n"
    "driver: postgres\n"
    "dataSource: user=shop dbname=shop\n"
    "singleMigrations: [catalog]\n";

/// A file, an environment and flags, and what reading them gives.
struct Reading {
    std::string yaml = kMinimal;
    std::map<std::string, std::string> environment{};
    std::map<std::string, std::string> overrides{};
    std::function<std::string(const std::string&)> secret{};

    Lookups lookups() const {
        Lookups result;
        result.drivers = app::drivers();
        result.environment = [this](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            if (found == environment.end()) return std::nullopt;
            return found->second;
        };
        result.secret = secret;
        return result;
    }

    Config read() const {
        const migrator::test::TempDir folder;
        return config::read(folder.write("migrator.yaml", yaml).string(), overrides, lookups());
    }

    /// The message of the Configuration error; a failure of the test when there is none.
    std::string error() const {
        try {
            read();
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            return error.what();
        }
        ADD_FAILURE() << "no error";
        return "";
    }
};

inline Config read_yaml(const std::string& yaml) { return Reading{.yaml = yaml}.read(); }
inline std::string error_of(const std::string& yaml) { return Reading{.yaml = yaml}.error(); }

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Whether one of `lines` has all of `parts` in it.
inline bool any_contains(
    const std::vector<std::string>& lines, const std::vector<std::string>& parts
) {
    for (const std::string& line : lines) {
        bool all = true;
        for (const std::string& part : parts) all = all && contains(line, part);
        if (all) return true;
    }
    return false;
}

}  // namespace migrator::config::test

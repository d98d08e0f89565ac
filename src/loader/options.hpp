#pragma once

#include <string>
#include <vector>

namespace migrator::loader {

/// Where the files are. The directories are as configured, relative to the base location.
struct Options {
    std::string base_location;
    std::vector<std::string> single_migrations;
    std::vector<std::string> tenant_migrations;
    std::vector<std::string> single_scripts;
    std::vector<std::string> tenant_scripts;
};

}  // namespace migrator::loader

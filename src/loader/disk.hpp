#pragma once

#include <string>
#include <vector>

#include "loader/loader.hpp"

namespace migrator::loader {

/// Files of directories on the local disk, not of directories below those. Links are followed.
class DiskLoader : public Loader {
public:
    explicit DiskLoader(Options options) : options_(std::move(options)) {}

    std::vector<Migration> load() override;
    void ping() override;

private:
    const Options options_;
};

}  // namespace migrator::loader

#pragma once

#include <string>
#include <vector>

#include "loader/loader.hpp"

namespace migrator::loader {

/// Files of directories on the local disk. Links are followed.
class DiskLoader : public Loader {
public:
    explicit DiskLoader(Options options) : options_(std::move(options)) {}

    std::vector<Migration> load() override;
    Report report() const override { return report_; }
    void ping() override;

private:
    const Options options_;
    Report report_;
};

}  // namespace migrator::loader

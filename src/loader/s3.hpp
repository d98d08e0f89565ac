#pragma once

#include <memory>
#include <vector>

#include "loader/loader.hpp"
#include "loader/s3_store.hpp"

namespace migrator::loader {

/// Objects of an S3 bucket.
class S3Loader : public Loader {
public:
    explicit S3Loader(std::shared_ptr<S3Store> store) : store_(std::move(store)) {}

    /// Objects that change between listing and reading are listed and read once more.
    std::vector<Migration> load() override;
    Report report() const override { return report_; }
    void ping() override;

private:
    std::vector<Migration> load_once();

    const std::shared_ptr<S3Store> store_;
    Report report_;
};

}  // namespace migrator::loader

#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "loader/s3_listing.hpp"

namespace migrator::loader {

/// What objects of one bucket hold, by key and ETag, so that a load gets only what is new. Safe for
/// all threads.
class S3ContentsCache {
public:
    struct Entry {
        std::string contents;
        std::string check_sum;
    };

    explicit S3ContentsCache(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

    /// Null when it is not there.
    std::shared_ptr<const Entry> find(const S3Object& object) const;

    /// Remembers it when there is room: what a whole load needs is worth more than its last part,
    /// so nothing is thrown out for it.
    void add(const S3Object& object, Entry entry);

    /// Forgets what is not in `listed`, the latest listing by key.
    void keep_only(const std::unordered_map<std::string_view, const S3Object*>& listed);

private:
    struct Kept {
        std::string etag;
        std::shared_ptr<const Entry> entry;
        std::size_t bytes;
    };

    const std::size_t limit_bytes_;
    mutable std::mutex mutex_;
    std::size_t bytes_ = 0;
    std::map<std::string, Kept> by_key_;
};

}  // namespace migrator::loader

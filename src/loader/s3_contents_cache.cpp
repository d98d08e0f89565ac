#include "loader/s3_contents_cache.hpp"

#include <utility>

namespace migrator::loader {
namespace {

/// An entry with nothing in it still takes memory.
constexpr std::size_t kOverhead = 256;

}  // namespace

std::shared_ptr<const S3ContentsCache::Entry> S3ContentsCache::find(const S3Object& object) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(object.key);
    if (found == by_key_.end() || found->second.etag != object.etag) return nullptr;
    const auto& entry = found->second.entry;
    return entry->contents.size() == object.size ? entry : nullptr;
}

void S3ContentsCache::add(const S3Object& object, Entry entry) {
    if (object.etag.empty()) return;
    const std::size_t bytes =
        kOverhead + object.key.size() + object.etag.size() + entry.contents.size();
    auto shared = std::make_shared<const Entry>(std::move(entry));
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(object.key);
    const std::size_t freed = found == by_key_.end() ? 0 : found->second.bytes;
    if (bytes_ - freed + bytes > limit_bytes_) return;
    bytes_ = bytes_ - freed + bytes;
    by_key_.insert_or_assign(object.key, Kept{object.etag, std::move(shared), bytes});
}

void S3ContentsCache::keep_only(const std::unordered_map<std::string_view, const S3Object*>& listed
) {
    const std::lock_guard lock(mutex_);
    std::erase_if(by_key_, [&](const auto& kept) {
        const auto found = listed.find(kept.first);
        if (found != listed.end() && found->second->etag == kept.second.etag) return false;
        bytes_ -= kept.second.bytes;
        return true;
    });
}

}  // namespace migrator::loader

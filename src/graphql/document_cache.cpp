#include "graphql/document_cache.hpp"

namespace migrator::graphql {

std::shared_ptr<const ast::Document> DocumentCache::find(std::string_view text) {
    const std::lock_guard lock(mutex_);
    const auto found = by_text_.find(text);
    if (found == by_text_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->document;
}

void DocumentCache::keep(std::string_view text, std::shared_ptr<const ast::Document> document) {
    if (text.size() > bytes_ || documents_ == 0) return;
    std::list<Entry> made;
    made.push_back({std::string(text), std::move(document)});
    const std::lock_guard lock(mutex_);
    // Two threads may have parsed the same text.
    if (by_text_.contains(text)) return;
    by_text_.emplace(made.front().text, made.begin());
    entries_.splice(entries_.begin(), made);
    used_ += text.size();
    while (entries_.size() > documents_ || used_ > bytes_) {
        used_ -= entries_.back().text.size();
        by_text_.erase(entries_.back().text);
        entries_.pop_back();
    }
}

}  // namespace migrator::graphql

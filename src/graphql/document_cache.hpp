#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "graphql/ast.hpp"

namespace migrator::graphql {

/// Documents by their text; the one that was longest not asked for goes first. For all threads.
class DocumentCache {
public:
    /// Most documents, and most bytes of their texts together.
    DocumentCache(std::size_t documents, std::size_t bytes)
        : documents_(documents), bytes_(bytes) {}

    /// Null: it has not seen it, or has forgotten it.
    std::shared_ptr<const ast::Document> find(std::string_view text);
    void keep(std::string_view text, std::shared_ptr<const ast::Document> document);

private:
    struct Entry {
        std::string text;
        std::shared_ptr<const ast::Document> document;
    };

    const std::size_t documents_;
    const std::size_t bytes_;
    std::mutex mutex_;
    std::list<Entry> entries_;  // the newest first; the keys below are views into it
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_text_;
    std::size_t used_ = 0;
};

}  // namespace migrator::graphql

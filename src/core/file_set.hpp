#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace migrator {

/// Numbers for names of files, for the sets that share them. Not thread-safe.
class FileNumbers {
public:
    /// The file's number, a new one for a file that has none.
    std::size_t number(const std::string& file);
    /// The number, or how many there are when it has none.
    std::size_t find(const std::string& file) const;

private:
    std::unordered_map<std::string, std::size_t> numbers_;
};

/// A set of files, by identity. Of ten thousand tenants each has one: it takes a bit for a file.
class FileSet {
public:
    FileSet() : FileSet(std::make_shared<FileNumbers>()) {}
    /// Sets that are filled together share their numbers.
    explicit FileSet(std::shared_ptr<FileNumbers> numbers) : numbers_(std::move(numbers)) {}

    void insert(const std::string& file) { insert(numbers_->number(file)); }
    /// The file that has this number.
    void insert(std::size_t number);
    bool contains(const std::string& file) const;
    std::size_t size() const { return size_; }

private:
    std::shared_ptr<FileNumbers> numbers_;
    std::vector<bool> has_;  ///< by number
    std::size_t size_ = 0;
};

}  // namespace migrator

#include "core/file_set.hpp"

namespace migrator {

std::size_t FileNumbers::number(const std::string& file) {
    return numbers_.emplace(file, numbers_.size()).first->second;
}

std::size_t FileNumbers::find(const std::string& file) const {
    const auto found = numbers_.find(file);
    return found == numbers_.end() ? numbers_.size() : found->second;
}

void FileSet::insert(std::size_t number) {
    if (number >= has_.size()) has_.resize(number + 1);
    if (has_[number]) return;
    has_[number] = true;
    ++size_;
}

bool FileSet::contains(const std::string& file) const {
    const std::size_t number = numbers_->find(file);
    return number < has_.size() && has_[number];
}

}  // namespace migrator

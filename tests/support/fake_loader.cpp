#include "support/fake_loader.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/sha256.hpp"

namespace migrator::test {
namespace {

/// Migrations of both kinds by name, then single scripts, then tenant scripts.
bool comes_before(const Migration& left, const Migration& right) {
    const auto stage = [](const Migration& file) {
        return is_script(file.type) ? static_cast<int>(file.type) : 0;
    };
    return std::pair(stage(left), left.name) < std::pair(stage(right), right.name);
}

}  // namespace

Migration FakeSource::write(
    MigrationType type,
    const std::string& directory,
    const std::string& name,
    const std::string& contents
) {
    const std::lock_guard lock(mutex_);
    const std::string source_dir = "/migrations/" + directory;
    Migration added{
        name, source_dir, source_dir + "/" + name, type, contents, sha256_hex(contents)};
    insert(added);
    return added;
}

void FakeSource::add(const Migration& file) {
    const std::lock_guard lock(mutex_);
    insert(file);
}

void FakeSource::insert(const Migration& added) {
    std::erase_if(files_, [&](const Migration& file) { return file.file == added.file; });
    files_.push_back(added);
    std::stable_sort(files_.begin(), files_.end(), comes_before);
}

void FakeSource::remove(const std::string& file) {
    const std::lock_guard lock(mutex_);
    std::erase_if(files_, [&](const Migration& each) { return each.file == file; });
}

void FakeSource::break_down(const std::string& message) {
    const std::lock_guard lock(mutex_);
    broken_ = message;
}

void FakeSource::mend() {
    const std::lock_guard lock(mutex_);
    broken_.reset();
}

void FakeSource::set_report(const loader::Report& report) {
    const std::lock_guard lock(mutex_);
    report_ = report;
}

std::vector<Migration> FakeSource::files() const {
    const std::lock_guard lock(mutex_);
    return files_;
}

std::size_t FakeSource::loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
}

std::function<std::unique_ptr<loader::Loader>()> FakeSource::opener() {
    return [this] { return std::make_unique<FakeLoader>(*this); };
}

void FakeSource::throw_if_broken() const {
    if (broken_) throw Error(ErrorKind::Unavailable, *broken_);
}

std::vector<Migration> FakeLoader::load() {
    const std::lock_guard lock(source_.mutex_);
    source_.throw_if_broken();
    ++source_.loads_;
    return source_.files_;
}

loader::Report FakeLoader::report() const {
    const std::lock_guard lock(source_.mutex_);
    return source_.report_;
}

void FakeLoader::ping() {
    const std::lock_guard lock(source_.mutex_);
    source_.throw_if_broken();
}

}  // namespace migrator::test

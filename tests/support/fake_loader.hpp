#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "loader/loader.hpp"

namespace migrator::test {

/// Files in memory, for as many loaders as a test opens. Thread-safe; outlives its loaders.
class FakeSource {
public:
    /// Adds or replaces the file `directory`/`name` and returns it. Its identity is
    /// "/migrations/DIRECTORY/NAME".
    Migration write(
        MigrationType type,
        const std::string& directory,
        const std::string& name,
        const std::string& contents
    );
    /// The same of a file with an identity of its own.
    void add(const Migration& file);
    void remove(const std::string& file);
    /// Every access throws Unavailable with this message until `mend`.
    void break_down(const std::string& message);
    void mend();
    /// What every load from now on has to say.
    void set_report(const loader::Report& report);

    /// All files, in source order.
    std::vector<Migration> files() const;
    /// How often a loader has read all files.
    std::size_t loads() const;

    /// For `coordinator::Dependencies::open_loader`.
    std::function<std::unique_ptr<loader::Loader>()> opener();

private:
    friend class FakeLoader;
    void throw_if_broken() const;
    void insert(const Migration& added);

    mutable std::mutex mutex_;
    std::vector<Migration> files_;
    std::optional<std::string> broken_;
    std::size_t loads_ = 0;
    loader::Report report_;
};

class FakeLoader : public loader::Loader {
public:
    explicit FakeLoader(FakeSource& source) : source_(source) {}
    std::vector<Migration> load() override;
    loader::Report report() const override;
    void ping() override;

private:
    FakeSource& source_;
};

}  // namespace migrator::test

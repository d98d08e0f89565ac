#pragma once

#include <cstddef>
#include <string>

#include "core/migration.hpp"
#include "loader/options.hpp"
#include "loader/report.hpp"

namespace migrator::loader {

/// The files in folders below one configured directory, and what becomes of them.
class NestedFiles {
public:
    /// `by_default`: what this storage has always done with them, Run or Ignore.
    NestedFiles(Nested wish, Nested by_default, MigrationType type)
        : is_by_default_(wish == Nested::ByStorage),
          wish_(is_by_default_ ? by_default : wish),
          type_(type) {}

    bool are_run() const { return wish_ == Nested::Run; }
    /// One of them, by its identity.
    void add(const std::string& file);
    /// There may be more of them.
    void cut_off() { is_cut_off_ = true; }

    /// Warns of what happens to them because nobody has said what should. Throws Configuration when
    /// they are refused. `location` names the directory.
    void judge(const std::string& location, Report& report) const;

private:
    const bool is_by_default_;
    const Nested wish_;
    const MigrationType type_;
    bool is_cut_off_ = false;
    std::size_t count_ = 0;
    std::string first_;
};

}  // namespace migrator::loader

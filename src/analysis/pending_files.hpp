#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/change.hpp"
#include "core/finding.hpp"
#include "core/plan.hpp"
#include "db/options.hpp"
#include "db/sql/dialect.hpp"
#include "script/reading.hpp"

namespace migrator::analysis {

/// The file that statements are of.
struct FileView {
    std::string file;
    bool for_tenants = false;
    std::vector<std::string> schemas;  ///< that it is pending for
    bool outside_transaction = false;
    bool wrapped = false;  ///< in a transaction of its own, which is dropped
};

struct StatementView {
    std::size_t number = 0;
    std::uint32_t line = 0;
    std::string text;               ///< with `kOwnSchema`
    std::vector<Change> changes;    ///< of PostgreSQL; empty until the parser has read them
    std::set<std::string> allowed;  ///< rules that a comment beside it allows
    std::uint32_t traits = 0;       ///< `script::Trait`
    script::Reading reading{};      ///< how the server reads the text
};

struct PendingFile {
    FileView view;
    std::optional<Unread> unread{};  ///< it can't be cut, and has no statements
    std::vector<StatementView> statements;
};

/// Cuts the files of `plan` into statements, in order, and counts them in `analysis`. Left out are
/// scripts, which run at every apply and are no news for an application, and files that are pending
/// for nobody. Wrong comments go to `analysis.problems`.
std::vector<PendingFile> read_pending(
    const db::sql::Dialect& dialect,
    const db::Options& options,
    const Plan& plan,
    Analysis& analysis
);

/// What is said of a statement that no rule can look at. `placeholder`: as people write
/// `kOwnSchema`.
Unread unread_of(
    const FileView& file,
    const StatementView& statement,
    const std::string& placeholder,
    const std::string& why
);

/// `text` with `placeholder` in the place of `kOwnSchema`.
std::string shown(std::string text, const std::string& placeholder);

}  // namespace migrator::analysis

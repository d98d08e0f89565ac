#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/catalog.hpp"
#include "analysis/change.hpp"
#include "analysis/hazard.hpp"
#include "analysis/locks.hpp"
#include "analysis/pending_files.hpp"
#include "core/finding.hpp"
#include "db/options.hpp"

namespace migrator::analysis {

/// The names of the rules for PostgreSQL.
std::span<const std::string_view> rule_names() noexcept;

/// The rules for PostgreSQL. Files and statements come in the order of the plan, since what an
/// earlier one has made is no table of the application yet.
class Rules {
public:
    /// All is lent.
    Rules(const Catalog& catalog, const db::Options& options, Analysis& analysis)
        : catalog_(catalog), options_(options), analysis_(analysis) {}

    void begin(FileView file);
    void look(const StatementView& statement);

private:
    struct Locked {
        Name table;
        Mode mode = Mode::None;
        std::size_t statement = 0;
    };

    void look(const Change& change);
    void look_at_alter(const Change& change);
    void look_at_data(const Change& change);
    void look_at_names(const Change& change);
    void look_at_partition(const Change& change);
    bool has_bounds(const Change& change) const;
    void look_at_default_partition(const Change& change, const Name& parent);
    void look_at_key_by_index(const Change& change);
    void look_at_domain(const Change& change);
    void look_at_call(const Change& change);
    void look_at_object(const Change& change);
    void look_at_index(const Change& change);
    void look_at_constraint(const Change& change);
    void look_at_type(const Change& change);
    void look_at_not_null(const Change& change);
    void look_at_new_column(const Change& change);
    void look_at_transaction(const Change& change);
    void remember(const Change& change);
    void worked_on(const Change& change, const AffectedTable& table, bool scans);

    void report(const Hazard& hazard, const Change& change, const AffectedTable& table);
    Level by_rows(const AffectedTable& table) const {
        return level_by_rows(table, options_.analysis);
    }
    AffectedTable affected(const Name& name, Reach reach = Reach::Itself) const;
    /// How many schemas have a function or type of this name.
    AffectedTable objects(const Name& name, bool functions) const;
    /// The domain that a statement means by this type.
    const ObjectFact* domain(const std::string& type) const;
    /// Also by a CHECK.
    bool is_not_null(const std::string& schema, const Name& table, const std::string& column) const;
    /// The name that the catalog has for it; nothing when an earlier statement has made it.
    std::optional<Name> known(const Name& name) const;
    std::string sql(const Name& name) const;
    std::string shown(const std::string& text) const;

    const Catalog& catalog_;
    const db::Options& options_;
    Analysis& analysis_;

    FileView file_;
    const StatementView* statement_ = nullptr;
    std::vector<Locked> locked_;            ///< in this file, of existing tables
    std::map<Name, std::size_t> scanned_;   ///< in this file, by which statement
    std::set<std::string> not_valid_;       ///< constraints added in this file
    std::vector<std::string> enum_values_;  ///< added in this file
    std::optional<Finding> backfill_;       ///< that DDL may still follow
    bool told_of_work_ = false;
    bool told_of_tables_ = false;

    // Of all files so far; names have the scope in front: the schema of a single file.
    using Scoped = std::pair<std::string, Name>;
    std::map<Scoped, std::optional<Name>> renamed_;  ///< nothing: made by a pending file
    std::set<std::pair<Scoped, std::string>> new_columns_;
    std::map<std::pair<Scoped, std::string>, std::string> not_null_checks_;  ///< column by name
    std::set<std::pair<Scoped, std::string>> proved_not_null_;
    std::map<Scoped, std::vector<std::string>> index_columns_;  ///< of indexes, by their names
    std::string scope() const {
        return file_.for_tenants || file_.schemas.empty() ? "" : file_.schemas.front();
    }
    Scoped scoped(const Name& name) const { return {scope(), name}; }
};

}  // namespace migrator::analysis

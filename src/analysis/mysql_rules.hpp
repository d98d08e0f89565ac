#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/hazard.hpp"
#include "analysis/mysql_catalog.hpp"
#include "analysis/mysql_statement.hpp"
#include "analysis/online_alter.hpp"
#include "analysis/pending_files.hpp"
#include "core/finding.hpp"
#include "db/options.hpp"

namespace migrator::analysis {

/// The names of the rules for MySQL and MariaDB. A hazard that PostgreSQL has, too, is called as
/// there.
std::span<const std::string_view> mysql_rule_names() noexcept;

/// What a server has said of a statement.
struct AskedAnswer {
    OnlineAnswer answer;
    std::string schema;  ///< of whose tables it was asked
};

/// The rules for MySQL and MariaDB. Files and statements come in the order of the plan, since what
/// an earlier one has made is no table of the application yet.
class MysqlRules {
public:
    /// All is lent.
    MysqlRules(
        const MysqlCatalog& catalog,
        const MysqlVersion& version,
        const db::Options& options,
        Analysis& analysis
    )
        : catalog_(catalog), version_(version), options_(options), analysis_(analysis) {}

    void begin(const FileView& file);
    /// `asked`: nothing when the server has not been asked.
    void look(
        const StatementView& view,
        const MysqlStatement& statement,
        const std::optional<AskedAnswer>& asked
    );
    /// Whether it changes a table that is there before the pending files.
    bool is_about_old_table(const MysqlStatement& statement) const {
        return !statement.altered.name.empty() && affected(statement.altered).schemas > 0;
    }

    /// "file:3 orders": tables that statements name and no schema has, as far as the login sees.
    const std::vector<std::string>& not_found() const { return not_found_; }

private:
    /// Why a change of a table would keep others waiting.
    struct Slow {
        std::string_view rule;
        std::string why;
        std::string safe;
        AffectedTable table;  ///< those where it is so
        AffectedTable other{};
        std::string algorithm = "COPY";  ///< that the server takes; empty: not known
        std::string lock = "SHARED";
        bool copies_always = false;  ///< whatever the server
    };
    struct Effect {
        std::string lock;  ///< "ALGORITHM=COPY, LOCK=SHARED"
        bool blocks_reads = false;
        bool blocks_writes = false;
    };

    void look(const MysqlChange& change);
    void look_at_key(const MysqlChange& change);
    void look_at_column(const MysqlChange& change);
    void look_at_table(const MysqlChange& change);
    void look_at_new_table(const MysqlChange& change);
    void look_at_rows(const MysqlChange& change);
    void look_at_code(const MysqlChange& change);
    void look_at_session(const MysqlChange& change);
    void look_for(const MysqlChange& change);
    void look_at_commits();
    void tell_of_commit();

    void look_at_time(const std::optional<AskedAnswer>& asked);
    void report_refusal(const AskedAnswer& asked);
    void report_slow(const Slow& slow, const std::optional<AskedAnswer>& asked);
    std::vector<Slow> slow_changes() const;
    std::optional<Slow> slow(const MysqlChange& change) const;
    std::optional<Slow> slow_column(const MysqlChange& change) const;
    std::optional<Slow> slow_key(const MysqlChange& change) const;
    std::optional<Slow> slow_option(const MysqlChange& change) const;
    std::optional<Slow> slow_engine(const MysqlChange& change) const;
    Slow foreign_key(const MysqlChange& change) const;

    void remember(const MysqlChange& change);

    void report(const Hazard& hazard, const AffectedTable& table, const Effect& effect);
    void report(const Hazard& hazard, const AffectedTable& table) { report(hazard, table, {}); }
    void report(const Hazard& hazard) { report(hazard, {}, {}); }
    Level by_rows(const AffectedTable& table) const {
        return level_by_rows(table, options_.analysis);
    }
    using Counts = std::function<bool(const MysqlTable&)>;
    AffectedTable affected(const Name& name) const;
    AffectedTable affected(const Name& name, const Counts& counts) const;
    /// The name that the catalog has for it; nothing when an earlier statement has made it.
    std::optional<Name> known(const Name& name) const;
    bool is_new_column(const Name& table, const std::string& column) const;
    const MysqlColumnFact* fact(const MysqlTable& table, const MysqlChange& change) const;
    bool is_free(const MysqlColumnFact& old, const MysqlColumn& column) const;
    bool honors_inline_references() const;
    std::string sql(const Name& name) const;
    std::string sql(const Name& name, std::string_view ending) const;
    std::string shown(const std::string& text) const;
    std::string aside() const;

    const MysqlCatalog& catalog_;
    const MysqlVersion version_;
    const db::Options& options_;
    Analysis& analysis_;

    FileView file_;
    const StatementView* view_ = nullptr;
    const MysqlStatement* statement_ = nullptr;
    std::map<Name, std::size_t> copied_;  ///< in this file, by which statement
    bool checks_foreign_keys_ = true;     ///< in this file
    std::size_t written_ = 0;             ///< in this file, the first statement that wrote rows
    std::optional<Finding> commit_;       ///< of this file, told when more follows
    bool told_of_commit_ = false;

    std::vector<std::string> not_found_;

    // Of all files so far; names have the scope in front: the schema of a single file.
    using Scoped = std::pair<std::string, Name>;
    std::map<Scoped, std::optional<Name>> renamed_;  ///< nothing: made by a pending file
    std::set<std::pair<Scoped, std::string>> new_columns_;
    std::string scope() const {
        return file_.for_tenants || file_.schemas.empty() ? "" : file_.schemas.front();
    }
    Scoped scoped(const Name& name) const;
};

}  // namespace migrator::analysis

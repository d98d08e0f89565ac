#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/sqlite/target.hpp"

namespace migrator::db::sqlite {

/// Whether `table` of the metadata file is one of migrator's, now or in a later version.
bool is_own_table(std::string_view table) noexcept;

/// What scripts have made in `temp`, by the words of their statements, until it is dropped with all
/// that is there.
class TemporaryObjects {
public:
    /// `statement` may be a view or trigger, whose names are looked up when it is used.
    void add(const Target& target, std::string_view statement);
    void add_renamed(const Target& target);
    bool contains(std::string_view name) const;
    const std::string& code() const noexcept { return code_; }
    void clear() noexcept;

private:
    std::vector<std::string> names_;  ///< lower-case
    std::string code_;
};

/// An object that SQLite has found a statement to use.
struct Access {
    std::string schema;  ///< empty: it was read without one, and nothing but its rows counts
    std::string name;
    bool writes = false;
    bool is_within_code = false;  ///< a trigger or view names it, not the statement
    bool operator==(const Access&) const = default;
};

/// Why a statement is refused.
struct Refusal {
    std::string why;  ///< goes on from "the statement", or a quotation of it; empty: it is not
    std::size_t offset = 0;             ///< in the statement
    bool wants_no_transaction = false;  ///< it would work outside a transaction
    explicit operator bool() const { return !why.empty(); }
};

/// Of a statement that would change such a table.
Refusal own_table_refusal(std::string_view table);

/// Judges the statements of one script by where they work: what they change stands in the schema
/// that they name, never in a file that happens to be attached, and never in migrator's own tables.
class Places {
public:
    /// `own`: the schema that the script runs for, may be empty. `written`: as the file has it,
    /// "{schema}". All are lent.
    Places(std::string_view own, std::string_view written, TemporaryObjects& temporary)
        : own_(own), written_(written.empty() ? own : written), temporary_(temporary) {}

    /// By its text; the next of the script.
    Refusal judge(std::string_view statement, bool in_transaction);

    /// By what SQLite has found for its names, after `judge`. `schema_of` says where a name without
    /// a schema leads: empty for no table or view, as functions like `json_each` are none.
    Refusal judge_accesses(
        std::string_view statement,
        std::span<const Access> accesses,
        const std::function<std::string(const std::string& name)>& schema_of
    ) const;

private:
    std::string written(const TargetName& name) const;
    Refusal unqualified(const Target& target, std::string_view statement);
    Refusal unqualified_temporary_trigger(const Target& target) const;
    Refusal about_all_files(const Target& target) const;
    bool is_settled(const Access& access, std::string_view statement) const;
    bool is_explicit(const Access& access, std::string_view statement) const;

    std::string_view own_;
    std::string_view written_;
    TemporaryObjects& temporary_;
};

}  // namespace migrator::db::sqlite

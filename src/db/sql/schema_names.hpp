#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/migration.hpp"
#include "core/schema_name.hpp"
#include "db/options.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql {

/// How tenant files write the placeholder where it stands for a schema.
class PlaceholderStyle {
public:
    /// By the identity of a file: why a name does not fit it.
    using Misfits = std::shared_ptr<const std::unordered_map<std::string, std::string>>;

    /// `files` are all files for tenants.
    PlaceholderStyle(
        const std::vector<const Migration*>& files, const Dialect& dialect, const Options& options
    );

    /// It stands in quotes wherever it stands: the schema is then the name as it is.
    bool is_quoted() const { return quoted_at_.has_value() && !bare_at_.has_value(); }

    // Files that a name does not fit; null: there are none.
    /// Those where it stands outside quotes, for names that need them.
    const Misfits& bare() const { return bare_; }
    /// The same with texts that are run, for names with "--".
    const Misfits& bare_or_in_text() const { return bare_or_in_text_; }
    /// All that have it, if it stands in quotes in some places and outside in others.
    const Misfits& mixed() const { return mixed_; }

private:
    struct Place {
        std::string file;
        std::uint32_t line = 1;
    };
    std::optional<Place> quoted_at_;
    std::optional<Place> bare_at_;
    Misfits bare_;
    Misfits bare_or_in_text_;
    Misfits mixed_;
};

/// Which schema the name of a tenant means on a server: the one place that knows.
class SchemaNames {
public:
    /// Asks the server for its rule. `files` are all files for tenants. All but `session` and
    /// `files` are lent.
    SchemaNames(
        Session& session,
        const Dialect& dialect,
        const Options& options,
        const std::vector<const Migration*>& files
    );

    /// The schema that the tenant's files work in, as the server calls it.
    std::string schema_of(const std::string& tenant) const;
    /// Equal for names that mean one schema.
    std::string key_of(const std::string& tenant) const;
    /// Whether the server calls the tenant's schema so, or in another letter case.
    bool is_schema_of(const std::string& tenant, const std::string& schema) const {
        return key_of_schema(schema) == key_of(tenant);
    }
    /// Whether it is the schema of migrator, or of a single directory.
    bool is_reserved(const std::string& tenant) const;
    /// The files that this name does not fit; null: all do.
    PlaceholderStyle::Misfits misfits(const SchemaName& tenant) const;

private:
    std::string key_of_schema(const std::string& schema) const;

    const Dialect& dialect_;
    const Options& options_;
    const PlaceholderStyle style_;
    const bool ignores_case_;
};

/// Those of `files` that run for tenants.
std::vector<const Migration*> tenant_files(const std::vector<Migration>& files);

/// Whether `name`, in any letter case, is a schema of the server itself.
bool is_system_schema(std::string_view name, const Dialect& dialect);

/// The same for the schemas of migrator and of single directories: by the rule of the server it may
/// still be another (`SchemaNames::is_reserved`).
bool may_be_reserved(std::string_view name, const Options& options);

/// Small letters, digits and '_', not too long: such names differ wherever they are different.
bool is_everyday_name(const SchemaName& name, const Dialect& dialect);

/// "--" begins a comment where it stands outside quotes.
bool holds_comment(std::string_view name);

}  // namespace migrator::db::sql

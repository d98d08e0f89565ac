#include "db/sql/schema_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "db/sql/own_sql.hpp"
#include "script/placeholder_uses.hpp"

namespace migrator::db::sql {
namespace {

/// Stands for the placeholder while a file is read: a plain name that no file has.
constexpr std::string_view kMarker = "migrator_schema_of_a_tenant";

std::vector<script::PlaceholderUse> uses_in(
    const Migration& file, const Dialect& dialect, const Options& options
) {
    const std::string_view contents = without_byte_order_mark(file.contents);
    if (options.placeholder.empty() ||
        contents.find(options.placeholder) == std::string_view::npos) {
        return {};
    }
    const std::string text = script::replace_placeholder(contents, options.placeholder, kMarker);
    const script::Script found = dialect.scan(text, dialect.lexis, true);
    return script::placeholder_uses(text, kMarker, found, dialect.lexis);
}

bool needs_quotes(const SchemaName& name, const Dialect& dialect) {
    // `set search_path to default` is understood, and means another schema.
    if (equal_ignoring_case(name.str(), "default")) return true;
    return dialect.needs_quotes == nullptr ? !name.is_plain() : dialect.needs_quotes(name);
}

bool reads_case(Session& session, const Dialect& dialect) {
    return !dialect.names_ignore_case.empty() && query_bool(session, dialect.names_ignore_case);
}

}  // namespace

PlaceholderStyle::PlaceholderStyle(
    const std::vector<const Migration*>& files, const Dialect& dialect, const Options& options
) {
    std::unordered_map<std::string, std::string> bare;
    std::unordered_map<std::string, std::string> bare_or_in_text;
    std::unordered_map<std::string, std::string> all;
    const std::string quoted = dialect.quote(options.placeholder);
    for (const Migration* file : files) {
        for (const script::PlaceholderUse& use : uses_in(*file, dialect, options)) {
            if (use.is_whole) {
                auto& first = use.quoted ? quoted_at_ : bare_at_;
                if (!first) first = Place{file->file, use.line};
                all.try_emplace(file->file);
            }
            if (use.quoted) continue;
            const std::string why = fmt::format(
                "line {} has {} outside quotes; write {} in the tenant files",
                use.line,
                options.placeholder,
                quoted
            );
            if (!use.in_text) bare.try_emplace(file->file, why);
            bare_or_in_text.try_emplace(file->file, why);
        }
    }
    const auto shared = [](auto& misfits) {
        return misfits.empty()
                   ? nullptr
                   : std::make_shared<const std::unordered_map<std::string, std::string>>(
                         std::move(misfits)
                     );
    };
    if (quoted_at_ && bare_at_) {
        for (auto& [file, why] : all) {
            why = fmt::format(
                "{} stands in quotes in line {} of {} and outside quotes in line {} of {}, which "
                "are two schemas; write {} everywhere",
                options.placeholder,
                quoted_at_->line,
                quoted_at_->file,
                bare_at_->line,
                bare_at_->file,
                quoted
            );
        }
        mixed_ = shared(all);
    }
    bare_ = shared(bare);
    bare_or_in_text_ = shared(bare_or_in_text);
}

SchemaNames::SchemaNames(
    Session& session,
    const Dialect& dialect,
    const Options& options,
    const std::vector<const Migration*>& files
)
    : dialect_(dialect),
      options_(options),
      style_(files, dialect, options),
      ignores_case_(reads_case(session, dialect)) {}

std::string SchemaNames::schema_of(const std::string& tenant) const {
    const bool folds = dialect_.folded != nullptr && !style_.is_quoted() &&
                       !needs_quotes(SchemaName::parse(tenant), dialect_);
    std::string schema = folds ? dialect_.folded(tenant) : tenant;
    const std::size_t limit = dialect_.max_identifier_bytes;
    if (limit != 0 && schema.size() > limit) schema.resize(limit);
    return schema;
}

std::string SchemaNames::key_of_schema(const std::string& schema) const {
    return ignores_case_ ? lower_case(schema) : schema;
}

std::string SchemaNames::key_of(const std::string& tenant) const {
    return key_of_schema(schema_of(tenant));
}

bool SchemaNames::is_reserved(const std::string& tenant) const {
    const std::string key = key_of(tenant);
    const auto is_the_one = [&](const std::string& schema) {
        // Nobody knows whether the files of a directory write its name in quotes.
        return key == key_of_schema(schema) ||
               (dialect_.folded != nullptr && key == dialect_.folded(schema));
    };
    // Without its own tables it may hold those of another migrator on this server.
    return is_the_one(std::string(kMetadataSchema)) || is_the_one(options_.metadata_schema) ||
           std::ranges::any_of(options_.single_schemas, is_the_one);
}

PlaceholderStyle::Misfits SchemaNames::misfits(const SchemaName& tenant) const {
    if (holds_comment(tenant.str())) return style_.bare_or_in_text();
    if (needs_quotes(tenant, dialect_)) return style_.bare();
    const bool is_two = dialect_.folded != nullptr && dialect_.folded(tenant.str()) != tenant.str();
    return is_two ? style_.mixed() : nullptr;
}

std::vector<const Migration*> tenant_files(const std::vector<Migration>& files) {
    std::vector<const Migration*> found;
    for (const Migration& file : files) {
        if (is_for_tenants(file.type)) found.push_back(&file);
    }
    return found;
}

bool is_system_schema(std::string_view name, const Dialect& dialect) {
    return std::ranges::any_of(dialect.system_schemas, [&](std::string_view schema) {
        if (!schema.ends_with('*')) return equal_ignoring_case(name, schema);
        schema.remove_suffix(1);
        return starts_with_ignoring_case(name, schema);
    });
}

bool may_be_reserved(std::string_view name, const Options& options) {
    return equal_ignoring_case(name, kMetadataSchema) ||
           equal_ignoring_case(name, options.metadata_schema) ||
           std::ranges::any_of(options.single_schemas, [&](const std::string& schema) {
               return equal_ignoring_case(name, schema);
           });
}

bool is_everyday_name(const SchemaName& name, const Dialect& dialect) {
    const std::size_t limit = dialect.max_identifier_bytes;
    return name.is_plain() && std::ranges::none_of(name.str(), is_upper) &&
           name.str() != "default" && (limit == 0 || name.str().size() <= limit);
}

bool holds_comment(std::string_view name) { return name.find("--") != std::string_view::npos; }

}  // namespace migrator::db::sql

#include "db/sql/metadata_schema.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/sql/schema_names.hpp"

namespace migrator::db::sql {
namespace {

/// GET_LOCK of MySQL takes names of 64 characters: "migrator:NAME-64" has to fit.
constexpr std::size_t kLongestName = 48;

/// The texts that name the schema.
constexpr std::string_view Dialect::*kTexts[] = {
    &Dialect::prefix,
    &Dialect::shape_query,
    &Dialect::create_metadata_schema,
    &Dialect::create_migrations,
    &Dialect::create_versions,
    &Dialect::add_version_id,
    &Dialect::require_version_id,
    &Dialect::create_tenants,
    &Dialect::create_lock,
    &Dialect::create_runs,
    &Dialect::create_tenant_state,
    &Dialect::create_places,
    &Dialect::create_audit,
    &Dialect::has_fingerprints,
    &Dialect::create_fingerprints,
    &Dialect::create_filename_index,
    &Dialect::make_names_exact,
    &Dialect::next_version_id,
    &Dialect::insert_version,
    &Dialect::upsert_lock,
    &Dialect::upsert_tenant_state,
    &Dialect::plan_tenant_states,
    &Dialect::lock_tenant_state,
    &Dialect::insert_run,
    &Dialect::delete_old_runs,
    &Dialect::update_run,
    &Dialect::cancel_run,
    &Dialect::lock_audit_head,
    &Dialect::stateful_code,
    &Dialect::broken_objects,
};

bool is_part_of_word(char c) { return is_letter_or_digit(c) || c == '_'; }

[[noreturn]] void refuse_schema(const std::string& name, const std::string& why) {
    throw Error(
        ErrorKind::Configuration,
        fmt::format("metadataSchema: {} {}; choose another name, such as migrator_shop", name, why)
    );
}

}  // namespace

std::string in_metadata_schema(
    std::string_view text, std::string_view schema, const Dialect& dialect
) {
    if (schema == kMetadataSchema) return std::string(text);
    const std::string quoted = dialect.quote(schema);
    std::string result;
    while (true) {
        const auto at = text.find(kMetadataSchema);
        if (at == std::string_view::npos) return result.append(text);
        const auto end = at + kMetadataSchema.size();
        const char before = at == 0 ? ' ' : text[at - 1];
        const char after = end == text.size() ? ' ' : text[end];
        result += text.substr(0, at);
        if (is_part_of_word(before) || is_part_of_word(after) || before == '$') {
            result += kMetadataSchema;
        } else {
            result += before == '\'' && after == '\'' ? schema : std::string_view(quoted);
        }
        text.remove_prefix(end);
        // What follows must not be taken for the beginning of a word.
        if (!text.empty()) {
            result += text.front();
            text.remove_prefix(1);
        }
    }
}

MetadataDialect::MetadataDialect(const Dialect& dialect, const Options& options)
    : dialect_(dialect) {
    if (options.metadata_schema == kMetadataSchema) return;
    for (const auto text : kTexts) {
        set(text, in_metadata_schema(dialect.*text, options.metadata_schema, dialect));
    }
}

void MetadataDialect::set(std::string_view Dialect::*text, std::string value) {
    dialect_.*text = texts_.emplace_back(std::move(value));
}

std::string metadata_lock(std::string_view lock, std::string_view schema) {
    if (schema == kMetadataSchema) return std::string(lock);
    const std::string_view kind = lock.substr(std::min(kMetadataSchema.size(), lock.size()));
    return fmt::format("{}:{}{}", kMetadataSchema, schema, kind);
}

void check_metadata_schema(const Options& options, const Dialect& dialect) {
    const std::string& name = options.metadata_schema;
    const bool is_plain =
        !name.empty() && is_lower(name.front()) &&
        std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
    if (!is_plain) {
        throw Error(
            ErrorKind::Configuration,
            "metadataSchema must be lower-case letters, digits and '_', and begin with a letter, "
            "such as migrator_shop"
        );
    }
    if (name.size() > kLongestName) {
        refuse_schema(
            name, fmt::format("has {} characters, the limit is {}", name.size(), kLongestName)
        );
    }
    if (name == kMetadataSchema) return;
    if (is_system_schema(name, dialect)) {
        refuse_schema(name, fmt::format("is a schema of {} itself", dialect.name));
    }
    if (!dialect.default_schema.empty() && name == dialect.default_schema) {
        refuse_schema(name, "is the schema of everybody who names none");
    }
    if (std::ranges::any_of(options.single_schemas, [&](const std::string& schema) {
            return equal_ignoring_case(schema, name);
        })) {
        refuse_schema(name, "is the schema of a directory of singleMigrations or singleScripts");
    }
    if (dialect.name_problem != nullptr) {
        if (const std::string problem = dialect.name_problem(name); !problem.empty()) {
            throw Error(ErrorKind::Configuration, "metadataSchema: " + problem);
        }
    }
}

}  // namespace migrator::db::sql

#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "db/options.hpp"
#include "db/sql/dialect.hpp"

namespace migrator::db::sql {

/// `text`, SQL of migrator's own that is written for the schema `migrator`, for another one: its
/// name is quoted, but where it is all of a string literal.
std::string in_metadata_schema(
    std::string_view text, std::string_view schema, const Dialect& dialect
);

/// A server's dialect with migrator's own tables in the schema of the options. The texts that
/// differ are its own, so it outlives what it gives.
class MetadataDialect {
public:
    MetadataDialect(const Dialect& dialect, const Options& options);
    MetadataDialect(const MetadataDialect&) = delete;
    MetadataDialect& operator=(const MetadataDialect&) = delete;

    const Dialect& get() const noexcept { return dialect_; }

    /// Locks differ by more than the name of a schema.
    void set(std::string_view Dialect::*text, std::string value);

private:
    Dialect dialect_;
    std::deque<std::string> texts_;
};

/// The name of a lock that `migrator` has on the default schema: two metadata schemas of one server
/// never wait for each other.
std::string metadata_lock(std::string_view lock, std::string_view schema);

/// Throws Configuration when the schema of migrator's own tables can't be called so, or is not
/// migrator's alone.
void check_metadata_schema(const Options& options, const Dialect& dialect);

}  // namespace migrator::db::sql

#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace migrator::db {

/// A tenant, and the schema that its files work in.
struct TenantSchema {
    std::string tenant;
    std::string schema;  ///< as the server calls it

    bool operator==(const TenantSchema&) const = default;
};

/// Something that a schema holds: a table, a column, a privilege. Objects whose names a server has
/// made up are called by what they are.
struct CatalogObject {
    std::string kind;        ///< for people: "column"
    std::string name;        ///< "orders.total"
    std::string definition;  ///< may be empty, and may have several lines

    bool operator==(const CatalogObject&) const = default;
};

/// What a schema is made of, as a hash: equal for schemas that differ in their own name alone,
/// where that is no word of anything else in them. Different hashes therefore prove nothing.
struct SchemaHash {
    std::string hash;  ///< empty: the server has no such schema
    std::size_t objects = 0;

    bool operator==(const SchemaHash&) const = default;
};

/// A schema and what is in it.
struct SchemaContents {
    TenantSchema name;
    std::vector<CatalogObject> objects;
};

/// What the schema of a tenant was when a run had worked for it.
struct StoredFingerprint {
    std::string tenant;
    std::string format;  ///< as `Catalog::format`, and what else hashes hang on
    std::string level;   ///< which files it had, as a hash
    std::string hash;

    bool operator==(const StoredFingerprint&) const = default;
};

/// What is read of schemas.
struct CatalogWanted {
    bool comments = false;
    bool owners = false;
    /// Objects that are left out: "KIND NAME", where `*` stands for any text.
    std::vector<std::string> ignored;
    std::stop_token stop{};  ///< cancels what is running
};

/// The catalog of a server, as far as schemas can be compared by it. Reads only, and creates
/// nothing; it waits a few seconds at most for somebody who changes a schema. Functions throw
/// Unavailable when the server can't be reached, or can't be read: an answer is never a part of
/// what there is. One thread at a time.
class Catalog {
public:
    virtual ~Catalog() = default;

    /// Hashes of two readings can be set against each other when they have this in common.
    virtual std::string format() = 0;

    /// One for each, in this order. The number of statements does not depend on how many schemas
    /// there are, where a server has all in one catalog.
    virtual std::vector<SchemaHash> hashes(std::span<const TenantSchema> schemas) = 0;

    /// What is in the schema, by kind and name; empty where there is none. Its own name stands in
    /// definitions only where the server can't do without.
    virtual std::vector<CatalogObject> objects(const TenantSchema& schema) = 0;
};

}  // namespace migrator::db

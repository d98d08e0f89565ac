#include "db/sql/catalog_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/sha256.hpp"

namespace migrator::db::sql {

std::string like_pattern(std::string_view pattern, char escape) {
    std::string like;
    for (const char c : pattern) {
        if (c == '%' || c == '_' || c == escape) like += escape;
        like += c == '*' ? '%' : c;
    }
    return like;
}

std::string like_patterns(std::span<const std::string> patterns) {
    std::vector<std::string> all;
    for (const std::string& pattern : patterns) all.push_back(like_pattern(pattern, '\\'));
    return json_array(all);
}

Parameters names_of(std::span<const TenantSchema> schemas) {
    std::vector<std::string> names;
    std::vector<std::string> tenants;
    for (const TenantSchema& each : schemas) {
        names.push_back(each.schema);
        tenants.push_back(each.tenant);
    }
    return {json_array(names), json_array(tenants)};
}

void sort(std::vector<CatalogObject>& objects) {
    std::ranges::sort(objects, {}, [](const CatalogObject& each) {
        return std::tie(each.kind, each.name, each.definition);
    });
}

Fingerprints::Fingerprints(std::size_t schemas) : schemas_(schemas) {}

void Fingerprints::add(std::size_t place, std::string_view hash, std::size_t objects) {
    SchemaHash& schema = schemas_.at(place);
    schema.hash = sha256_hex(fmt::format("{} {} {} {}", schema.hash, part_, hash, objects));
    schema.objects += objects;
}

std::vector<SchemaHash> Fingerprints::take() { return std::move(schemas_); }

}  // namespace migrator::db::sql

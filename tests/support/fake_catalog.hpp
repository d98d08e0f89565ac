#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/catalog.hpp"

namespace migrator::test {

/// What a FakeCatalog reads. Outlives it.
struct FakeSchemas {
    std::map<std::string, std::vector<db::CatalogObject>> objects;  ///< by schema
    std::size_t hashed = 0;                                         ///< calls of `hashes`
    std::size_t read = 0;                                           ///< calls of `objects`
    std::string failure;                                            ///< each call throws it
    std::function<void()> while_hashing = nullptr;  ///< somebody else works meanwhile
};

/// A catalog in memory. Its hashes take the name of a schema for itself wherever its letters stand,
/// as those of servers do.
class FakeCatalog : public db::Catalog {
public:
    explicit FakeCatalog(FakeSchemas& schemas) : schemas_(schemas) {}

    std::string format() override { return "fake 1"; }

    std::vector<db::SchemaHash> hashes(std::span<const db::TenantSchema> schemas) override {
        fail();
        ++schemas_.hashed;
        if (schemas_.while_hashing) schemas_.while_hashing();
        std::vector<db::SchemaHash> hashes;
        for (const db::TenantSchema& schema : schemas) {
            db::SchemaHash& hash = hashes.emplace_back();
            const auto found = schemas_.objects.find(schema.schema);
            if (found == schemas_.objects.end()) continue;
            std::vector<std::string> texts;
            for (const db::CatalogObject& each : found->second) {
                texts.push_back(
                    without(each.kind + " " + each.name + "\n" + each.definition, schema.schema)
                );
            }
            std::ranges::sort(texts);
            hash.hash = "hash";
            for (const std::string& text : texts) hash.hash += "\n" + text;
            hash.objects = texts.size();
        }
        return hashes;
    }

    std::vector<db::CatalogObject> objects(const db::TenantSchema& schema) override {
        fail();
        ++schemas_.read;
        const auto found = schemas_.objects.find(schema.schema);
        return found == schemas_.objects.end() ? std::vector<db::CatalogObject>() : found->second;
    }

private:
    void fail() const {
        if (!schemas_.failure.empty()) throw Error(ErrorKind::Unavailable, schemas_.failure);
    }
    static std::string without(std::string text, const std::string& name) {
        for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
            text.replace(at, name.size(), "<schema>");
            at += std::string_view("<schema>").size();
        }
        return text;
    }

    FakeSchemas& schemas_;
};

}  // namespace migrator::test

#include "db/sqlite/catalog.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/sha256.hpp"
#include "core/wildcard.hpp"
#include "db/sql/catalog_reading.hpp"
#include "db/sqlite/connection.hpp"
#include "db/sqlite/cursor.hpp"
#include "db/sqlite/table_text.hpp"

namespace migrator::db::sqlite {
namespace {

constexpr std::string_view kStatements = R"(
select type, name, tbl_name, sql from main.sqlite_schema
where sql is not null and name not like 'sqlite\_%' escape '\')";

/// Nothing of it is the schema's name, but for what people have written into bodies.
std::string without_name(std::string text, const std::string& name) {
    constexpr std::string_view kName = "<schema>";
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
        text.replace(at, name.size(), kName);
        at += kName.size();
    }
    return text;
}

class SqliteCatalog final : public Catalog {
public:
    SqliteCatalog(Files files, CatalogWanted wanted)
        : files_(std::move(files)), wanted_(std::move(wanted)) {}

    std::string format() override { return "SQLite, 1"; }

    std::vector<SchemaHash> hashes(std::span<const TenantSchema> schemas) override {
        files_.check_folder();
        std::vector<SchemaHash> hashes;
        for (const TenantSchema& schema : schemas) {
            SchemaHash& hash = hashes.emplace_back();
            if (!std::filesystem::exists(files_.of(schema.schema))) continue;
            std::vector<std::string> texts;
            for (const CatalogObject& each : objects(schema)) {
                texts.push_back(without_name(
                    each.kind + " " + each.name + "\n" + each.definition, schema.schema
                ));
            }
            std::ranges::sort(texts);
            hash.objects = texts.size();
            for (const std::string& text : texts) hash.hash += sha256_hex(text);
            hash.hash = sha256_hex(hash.hash);
        }
        return hashes;
    }

    std::vector<CatalogObject> objects(const TenantSchema& schema) override {
        const auto file = files_.of(schema.schema);
        std::vector<CatalogObject> objects;
        if (!std::filesystem::exists(file)) return objects;
        return in_context("Could not read the schema " + schema.schema, [&] {
            Connection connection(file);
            connection.watch(wanted_.stop);
            connection.set_patience(sql::kCatalogPatience);
            Cursor cursor(connection, std::string(kStatements));
            for (sql::Row row; cursor.next(row);) {
                add(objects,
                    row[0].value_or(""),
                    row[1].value_or(""),
                    row[2].value_or(""),
                    row[3].value_or(""));
            }
            std::erase_if(objects, [this](const CatalogObject& each) { return is_ignored(each); });
            sql::sort(objects);
            return objects;
        });
    }

private:
    static void add(
        std::vector<CatalogObject>& objects,
        const std::string& type,
        const std::string& name,
        const std::string& table,
        const std::string& sql
    ) {
        const std::string plain = plain_text(sql);
        if (type != "table") {
            objects.push_back({type, type == "view" ? name : table + "." + name, plain});
            return;
        }
        const TableText text = table_text(plain);
        if (!text.is_table) {
            objects.push_back({type, name, plain});
            return;
        }
        objects.push_back({type, name, text.options});
        for (const std::string& part : text.parts) {
            const std::string column = column_of(part);
            objects.push_back(
                column.empty() ? CatalogObject{"constraint", name + ": " + part, ""}
                               : CatalogObject{"column", name + "." + column, part}
            );
        }
    }

    bool is_ignored(const CatalogObject& object) const {
        const std::string label = object.kind + " " + object.name;
        return std::ranges::any_of(wanted_.ignored, [&](const std::string& pattern) {
            return matches_wildcards(pattern, label);
        });
    }

    const Files files_;
    const CatalogWanted wanted_;
};

}  // namespace

std::unique_ptr<Catalog> make_catalog(Files files, CatalogWanted wanted) {
    return std::make_unique<SqliteCatalog>(std::move(files), std::move(wanted));
}

}  // namespace migrator::db::sqlite

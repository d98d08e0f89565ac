#include "db/postgresql/catalog.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "core/sha256.hpp"
#include "db/postgresql/catalog_texts.hpp"
#include "db/postgresql/settings.hpp"
#include "db/sql/catalog_reading.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr int kVersionWithGeneratedColumns = 120'000;
constexpr int kVersionsInMajor = 10'000;

/// Functions and operators of schemas must not be taken for those of the server.
constexpr std::string_view kSafePath =
    "select pg_catalog.set_config('search_path', 'pg_catalog', true)";

/// $1: names of schemas; $2: those of their tenants.
constexpr std::string_view kSchemas = R"sql(
with s as (
    select n.oid, j.position, n.nspname::text as schema, quote_ident(n.nspname) as quoted,
           t.tenant
    from json_array_elements_text($1::json) with ordinality as j (name, position)
    join json_array_elements_text($2::json) with ordinality as t (tenant, position)
        on t.position = j.position
    join pg_namespace n on n.nspname = j.name
)
)sql";

constexpr std::string_view kPresent = "select s.position, '', 0 from s";

/// `{}`: one of the queries of catalog_texts.hpp. $3: patterns of what is left out. Each object is
/// a hash before they are put together, so that no server has to hold all definitions of a schema.
constexpr std::string_view kHashes = R"sql(
select position, md5(string_agg(hash, '' order by hash collate "C")), count(*)
from (
    select s.position,
           md5(replace(replace(replace(
               o.kind || ' ' || o.name || E'\n' || o.definition,
               s.quoted, '<schema>'), s.schema, '<schema>'), s.tenant, '<schema>')) as hash
    from ({}) o
    join s on s.oid = o.nsp
    where not exists (
        select from json_array_elements_text($3::json) as i (pattern)
        where o.kind || ' ' || o.name like i.pattern
    )
) h
group by position
)sql";

/// $2: the search path, which is set when names have been looked up, and before objects are read.
constexpr std::string_view kObjects = R"sql(
with s as (select n.oid from pg_namespace n where n.nspname = $1)
select o.kind, o.name, o.definition
from ({}) o
where (select set_config('search_path', $2, true)) is not null
    and not exists (
        select from json_array_elements_text($3::json) as i (pattern)
        where o.kind || ' ' || o.name like i.pattern
    )
)sql";

class PostgresCatalog final : public Catalog {
public:
    PostgresCatalog(std::unique_ptr<sql::Session> session, int version, CatalogWanted wanted)
        : session_(std::move(session)),
          version_(version),
          ignored_(sql::like_patterns(wanted.ignored)) {
        session_->watch(wanted.stop);
        const bool generates = version_ >= kVersionWithGeneratedColumns;
        columns_ = fmt::format(
            fmt::runtime(kColumns),
            fmt::arg("generated", generates ? kGeneratedColumns : kNoGeneratedColumns)
        );
        parts_ = {
            kRelations,
            columns_,
            kConstraints,
            kIndexes,
            kSequences,
            kFunctionFacts,
            kAggregates,
            kTriggers,
            kTypes,
            kPolicies,
            kRuleFacts,
            kStatistics,
            kPrivileges};
        if (wanted.comments) parts_.push_back(kComments);
        if (wanted.owners) parts_.push_back(kOwners);
    }

    std::string format() override {
        return fmt::format("PostgreSQL {}, 1", version_ / kVersionsInMajor);
    }

    std::vector<SchemaHash> hashes(std::span<const TenantSchema> schemas) override {
        return sql::told_as("Could not read the schemas", [&] {
            sql::Fingerprints prints(schemas.size());
            const sql::Parameters names = sql::names_of(schemas);
            read(std::string(kSchemas) + std::string(kPresent), names, [&](const sql::Row& row) {
                prints.add(place_of(row), "", 0);
            });
            sql::Parameters parameters = names;
            parameters.emplace_back(ignored_);
            for (const std::string_view part : parts_) {
                const std::string text =
                    std::string(kSchemas) + fmt::format(fmt::runtime(kHashes), part);
                read(text, parameters, [&](const sql::Row& row) {
                    prints.add(
                        place_of(row),
                        sql::text_of(row[1]),
                        static_cast<std::size_t>(sql::to_integer(row[2]))
                    );
                });
                prints.end_part();
            }
            return prints.take();
        });
    }

    std::vector<CatalogObject> objects(const TenantSchema& schema) override {
        std::string parts;
        for (const std::string_view part : parts_) {
            parts +=
                fmt::format("{}select * from ({}) p", parts.empty() ? "" : "\nunion all\n", part);
        }
        const sql::Parameters parameters = {
            schema.schema, "pg_catalog, " + quote_identifier(schema.schema), ignored_};
        return sql::told_as("Could not read the schema " + schema.schema, [&] {
            std::vector<CatalogObject> objects;
            read(fmt::format(fmt::runtime(kObjects), parts), parameters, [&](const sql::Row& row) {
                objects.push_back({sql::text_of(row[0]), sql::text_of(row[1]), sql::text_of(row[2])}
                );
            });
            sql::sort(objects);
            return objects;
        });
    }

private:
    static std::size_t place_of(const sql::Row& row) {
        return static_cast<std::size_t>(sql::to_integer(row[0])) - 1;
    }

    /// In a transaction of its own: what the server locks to show a definition is free again soon.
    void read(const std::string& text, const sql::Parameters& parameters, const sql::RowSink& row) {
        sql::Transaction transaction(*session_, {.lock_timeout = sql::kCatalogPatience}, {});
        sql::execute(*session_, kSafePath);
        session_->query(text, parameters, row);
    }

    const std::unique_ptr<sql::Session> session_;
    const int version_;
    const std::string ignored_;  ///< a JSON array
    std::string columns_;
    std::vector<std::string_view> parts_;
};

}  // namespace

std::unique_ptr<Catalog> make_catalog(
    std::unique_ptr<sql::Session> session, int version, CatalogWanted wanted
) {
    return std::make_unique<PostgresCatalog>(std::move(session), version, std::move(wanted));
}

}  // namespace migrator::db::postgresql

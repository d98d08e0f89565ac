#include "db/mysql/catalog.hpp"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "db/mysql/catalog_texts.hpp"
#include "db/mysql/literal.hpp"
#include "db/sql/catalog_reading.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::mysql {
namespace {

/// Lists of columns and parameters must not be cut off.
constexpr std::string_view kWholeLists = "set session group_concat_max_len = 1073741824";

/// `{0}`: one of the queries of catalog_texts.hpp; `{1}`: what is left out. The hashes of objects
/// are put together in whatever order they come.
constexpr std::string_view kHashes = R"sql(
select s, concat(bit_xor(cast(conv(substr(hash, 1, 16), 16, 10) as unsigned)), ' ',
    bit_xor(cast(conv(substr(hash, 17, 16), 16, 10) as unsigned))), count(*)
from (
    select o.s, md5(replace(concat(o.kind, ' ', o.name, '\n', o.definition), o.s, '<schema>')) as hash
    from ({0}) o where true{1}
) h
group by s
)sql";

constexpr std::string_view kObjects =
    "select o.kind, o.name, o.definition from ({0}) o where true{1}";

/// For `{column}` and `{hidden}` of kIndexes.
constexpr std::string_view kMariadbIndexes[] = {
    "column_name", "if(min(ignored) = 'YES', ' ignored', '')"};
constexpr std::string_view kOldMariadbIndexes[] = {"column_name", "''"};
constexpr std::string_view kMysqlIndexes[] = {
    "coalesce(column_name, concat('(', expression, ')'))",
    "if(min(is_visible) = 'NO', ' invisible', '')"};

class MysqlCatalog final : public Catalog {
public:
    MysqlCatalog(std::unique_ptr<sql::Session> session, const CatalogWanted& wanted)
        : session_(std::move(session)) {
        session_->watch(wanted.stop);
        for (const std::string& pattern : wanted.ignored) {
            ignored_.emplace_back(sql::like_pattern(pattern, '|'));
            conditions_ += fmt::format(
                " and concat(o.kind, ' ', o.name) not like ?{} escape '|'", ignored_.size()
            );
        }
        sql::told_as("Could not read the catalog", [&] {
            sql::execute(*session_, kWholeLists);
            version_ = sql::text_of(sql::query_row(*session_, "select version()").value().front());
        });
        choose_parts(wanted);
    }

    std::string format() override {
        const std::string number = version_.substr(0, version_.find('.', version_.find('.') + 1));
        return fmt::format("{} {}, 1", is_mariadb_ ? "MariaDB" : "MySQL", number);
    }

    std::vector<SchemaHash> hashes(std::span<const TenantSchema> schemas) override {
        std::vector<std::string> names;
        std::unordered_map<std::string, std::size_t> places;
        for (const TenantSchema& each : schemas) {
            places.emplace(each.schema, names.size());
            places.emplace(lower_case(each.schema), names.size());
            names.push_back(each.schema);
        }
        sql::Fingerprints prints(schemas.size());
        if (names.empty()) return prints.take();
        const std::string condition = fmt::format("in ({})", literals(names));
        const auto place_of = [&](const sql::Row& row) {
            const std::string name = sql::text_of(row[0]);
            const auto place = places.find(name);
            return place == places.end() ? places.at(lower_case(name)) : place->second;
        };
        return sql::told_as("Could not read the schemas", [&] {
            refuse_hidden(condition);
            const std::string present =
                "select schema_name from information_schema.schemata where schema_name " +
                condition;
            session_->query(present, {}, [&](const sql::Row& row) {
                prints.add(place_of(row), "", 0);
            });
            for (const std::string& part : parts_) {
                prints.end_part();
                const std::string text = query(kHashes, part, condition);
                session_->query(text, ignored_, [&](const sql::Row& row) {
                    prints.add(
                        place_of(row),
                        sql::text_of(row[1]),
                        static_cast<std::size_t>(sql::to_integer(row[2]))
                    );
                });
            }
            return prints.take();
        });
    }

    std::vector<CatalogObject> objects(const TenantSchema& schema) override {
        const std::string name[] = {schema.schema};
        const std::string condition = "= " + literals(name);
        return sql::told_as("Could not read the schema " + schema.schema, [&] {
            refuse_hidden(condition);
            std::vector<CatalogObject> objects;
            for (const std::string& part : parts_) {
                session_
                    ->query(query(kObjects, part, condition), ignored_, [&](const sql::Row& row) {
                        objects.push_back(
                            {sql::text_of(row[0]), sql::text_of(row[1]), sql::text_of(row[2])}
                        );
                    });
            }
            sql::sort(objects);
            return objects;
        });
    }

private:
    void choose_parts(const CatalogWanted& wanted) {
        is_mariadb_ = version_.find("MariaDB") != std::string::npos;
        const auto has = [&](std::string_view table, std::string_view column) {
            return sql::query_bool(
                *session_,
                fmt::format(
                    "select count(*) > 0 from information_schema.columns where "
                    "table_schema = 'information_schema' and table_name = '{}' and column_name = "
                    "'{}'",
                    table,
                    column
                )
            );
        };
        const auto& indexes = !is_mariadb_                   ? kMysqlIndexes
                              : has("STATISTICS", "IGNORED") ? kMariadbIndexes
                                                             : kOldMariadbIndexes;
        parts_ = {
            std::string(kTables),
            std::string(kColumns),
            fmt::format(
                fmt::runtime(kIndexes),
                "{0}",
                fmt::arg("column", indexes[0]),
                fmt::arg("hidden", indexes[1])
            ),
            std::string(kForeignKeys),
            std::string(kViews),
            std::string(kTriggers),
            std::string(kRoutines),
            std::string(kEvents),
            std::string(kPartitions)};
        if (has("CHECK_CONSTRAINTS", "CHECK_CLAUSE")) {
            parts_.emplace_back(is_mariadb_ ? kMariadbChecks : kMysqlChecks);
        }
        if (wanted.comments) parts_.emplace_back(kComments);
    }

    std::string query(std::string_view frame, const std::string& part, const std::string& condition)
        const {
        return fmt::format(
            fmt::runtime(frame), fmt::format(fmt::runtime(part), condition), conditions_
        );
    }

    /// Two definitions that nobody may see are not the same.
    void refuse_hidden(const std::string& condition) {
        const auto row =
            sql::query_row(*session_, fmt::format(fmt::runtime(kHidden), condition)).value();
        const std::int64_t hidden = sql::to_integer(row.front());
        if (hidden == 0) return;
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "The user in dataSource may not see the definitions of {} views or routines; grant "
                "SHOW VIEW, and for routines {}",
                hidden,
                is_mariadb_ ? "SELECT on mysql.proc (from 11.3 on: SHOW CREATE ROUTINE)"
                            : "SHOW_ROUTINE"
            )
        );
    }

    const std::unique_ptr<sql::Session> session_;
    sql::Parameters ignored_;
    std::string conditions_;
    std::string version_;
    bool is_mariadb_ = false;
    std::vector<std::string> parts_;  ///< `{0}` for the condition
};

}  // namespace

std::unique_ptr<Catalog> make_catalog(
    std::unique_ptr<sql::Session> session, const CatalogWanted& wanted
) {
    return std::make_unique<MysqlCatalog>(std::move(session), wanted);
}

}  // namespace migrator::db::mysql

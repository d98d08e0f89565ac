#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/mysql_statement.hpp"
#include "core/finding.hpp"
#include "db/sql/session.hpp"

namespace migrator::analysis {

/// What information_schema is asked for.
struct MysqlWanted {
    std::set<std::string> schemas;  ///< `kOwnSchema` is none
    std::set<std::string> tables;   ///< and views, by name
    bool columns = false;           ///< of these
};

struct MysqlTable {
    std::string schema;
    bool is_view = false;
    std::string engine;  ///< "InnoDB"; empty: of a view
    std::int64_t rows = 0;
    std::int64_t bytes = 0;  ///< without secondary indexes
};

struct MysqlColumnFact {
    std::string type;  ///< as `mysql_type` gives it
    bool is_nullable = true;
    int character_bytes = 1;  ///< at most, of one
    std::string charset;      ///< empty: it has none
};

/// Tables of MySQL or MariaDB as they are now, with the sizes that the server estimates.
class MysqlCatalog {
public:
    /// Two statements and one for each thousand schemas; locks nothing that a migration would wait
    /// for. Throws what `Session::query` throws.
    MysqlCatalog(
        db::sql::Session& session, const db::sql::Dialect& dialect, const MysqlWanted& wanted
    );

    /// The database that names without one are in; empty: there is none.
    const std::string& current() const { return current_; }
    bool ignores_case() const { return ignores_case_; }

    /// Tables and views of this name, in `schemas` for `kOwnSchema`.
    std::vector<const MysqlTable*> find(const Name& name, const std::vector<std::string>& schemas)
        const;
    /// Nothing in no schema: an empty table of no schemas. `counts`: which of them count.
    AffectedTable affected(
        const Name& name,
        const std::vector<std::string>& schemas,
        const std::function<bool(const MysqlTable&)>& counts
    ) const;
    /// Null when it is not there.
    const MysqlColumnFact* column(
        const std::string& schema, const std::string& table, const std::string& name
    ) const;

private:
    void read_tables(
        db::sql::Session& session, const std::string& schemas, const std::string& tables
    );
    void read_columns(
        db::sql::Session& session, const std::string& schemas, const std::string& tables
    );
    std::string folded(const std::string& name) const;

    std::string current_;
    bool ignores_case_ = false;
    std::map<std::string, std::vector<MysqlTable>> tables_;
    std::map<std::string, MysqlColumnFact> columns_;  ///< by schema, table and column
};

}  // namespace migrator::analysis

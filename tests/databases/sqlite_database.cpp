#include "databases/test_database.hpp"
#include "db/sqlite/sqlite.hpp"

namespace migrator::test {
namespace {

class SqliteDatabase : public TestDatabase {
public:
    SqliteDatabase() {
        options_.driver = "sqlite";
        options_.data_source = folder_.path() / "metadata.db";
        options_.single_schemas = {"catalog", "billing"};
    }
    const db::Options& options() const override { return options_; }
    std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const override {
        return db::sqlite::make_server(options);
    }
    std::vector<std::string> schemas_to_use(const std::string& schema) const override {
        if (schema.empty()) return {};
        return {schema};
    }

private:
    TempDir folder_;
    db::Options options_;
};

}  // namespace

std::unique_ptr<TestDatabase> make_sqlite_database(const std::string& /*url*/) {
    return std::make_unique<SqliteDatabase>();
}

}  // namespace migrator::test

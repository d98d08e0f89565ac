#include "databases/test_database.hpp"
#include "db/mysql/mysql.hpp"
#include "support/mariadb_server.hpp"

namespace migrator::test {
namespace {

class MariadbDatabase : public TestDatabase {
public:
    explicit MariadbDatabase(const std::string& url) : server_(url) {
        options_.driver = "mysql";
        options_.data_source = url;
        options_.single_schemas = {"catalog", "billing"};
    }
    const db::Options& options() const override { return options_; }
    std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const override {
        return db::mysql::make_server(options);
    }
    std::vector<std::string> schemas_to_use(const std::string&) const override { return {}; }

private:
    const MariadbServer server_;
    db::Options options_;
};

}  // namespace

std::unique_ptr<TestDatabase> make_mariadb_database(const std::string& url) {
    return std::make_unique<MariadbDatabase>(url);
}

}  // namespace migrator::test

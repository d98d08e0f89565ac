#include <fmt/format.h>

#include "core/error.hpp"
#include "db/sqlite/catalog.hpp"
#include "db/sqlite/dialect.hpp"
#include "db/sqlite/run_lock.hpp"
#include "db/sqlite/session.hpp"
#include "db/sqlite/sqlite.hpp"

namespace migrator::db::sqlite {
namespace {

[[noreturn]] void refuse_options(const std::string& why) {
    throw Error(ErrorKind::Configuration, why);
}

/// One place is left for a tenant.
constexpr std::size_t kMaxSingleSchemas = kMaxSchemas - 1;

void check_single_schemas(const Files& files, const std::vector<std::string>& schemas) {
    for (const std::string& name : schemas) {
        if (const auto problem = files.problem_with(name); !problem.empty()) {
            refuse_options("singleMigrations: " + problem + "; rename the folder");
        }
    }
    if (const auto clash = names_that_clash(schemas); !clash.empty()) {
        refuse_options(
            fmt::format("singleMigrations: {} differ only in case, which SQLite ignores", clash)
        );
    }
    if (schemas.size() > kMaxSingleSchemas) {
        refuse_options(fmt::format(
            "singleMigrations: SQLite supports at most {} single schemas, but {} are configured",
            kMaxSingleSchemas,
            schemas.size()
        ));
    }
}

class SqliteServer final : public sql::Server {
public:
    explicit SqliteServer(const Options& options)
        : files_(Files::parse(options.data_source, options.metadata_schema)),
          single_schemas_(options.single_schemas),
          placeholder_(options.placeholder) {
        check_single_schemas(files_, single_schemas_);
        if (!options.set_role.empty())
            refuse_options("setRole is not supported on SQLite; remove it");
    }

    const sql::Dialect& dialect() const override { return sqlite::dialect(); }

    std::unique_ptr<sql::Session> connect() override {
        return in_context("failed to connect to database", [&] {
            auto session = std::make_unique<SqliteSession>(files_, single_schemas_, placeholder_);
            // Opening reads nothing: whether it is a database shows in the first read.
            session->query("select count(*) from main.sqlite_schema", {}, nullptr);
            return session;
        });
    }

    std::unique_ptr<Catalog> catalog(const CatalogWanted& wanted) override {
        return make_catalog(files_, wanted);
    }

    std::unique_ptr<sql::RunLock> try_lock() override {
        files_.check_folder();
        return try_lock_file(files_.lock());
    }

private:
    const Files files_;
    const std::vector<std::string> single_schemas_;
    const std::string placeholder_;
};

}  // namespace

std::unique_ptr<sql::Server> make_server(const Options& options) {
    return std::make_unique<SqliteServer>(options);
}

}  // namespace migrator::db::sqlite

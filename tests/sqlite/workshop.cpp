#include "sqlite/workshop.hpp"

#include <sqlite3.h>

#include "core/freed_by.hpp"
#include "db/sqlite/lexis.hpp"

namespace migrator::test {
namespace {

using Handle = std::unique_ptr<sqlite3, FreedBy<sqlite3_close_v2>>;

std::string execute(const std::filesystem::path& file, const std::string& sql, int flags) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    const Handle handle(opened);
    if (code != SQLITE_OK) return "can't open";
    sqlite3_busy_timeout(opened, 10'000);
    std::string text;
    const auto add = [](void* to, int columns, char** values, char**) {
        auto& joined = *static_cast<std::string*>(to);
        if (!joined.empty()) joined += ' ';
        for (int i = 0; i < columns; ++i) {
            if (i > 0) joined += '|';
            joined += values[i] == nullptr ? "-" : values[i];
        }
        return 0;
    };
    if (sqlite3_exec(opened, sql.c_str(), add, &text, nullptr) != SQLITE_OK) {
        return sqlite3_errmsg(opened);
    }
    return text;
}

}  // namespace

Workshop::Workshop() { use_singles(singles_); }

db::Options Workshop::options() const {
    db::Options options;
    options.driver = "sqlite";
    options.data_source = file("migrator.db").string();
    options.single_schemas = singles_;
    return options;
}

void Workshop::use_singles(std::vector<std::string> names) {
    singles_ = std::move(names);
    server_ = db::sqlite::make_server(options());
}

std::string Workshop::read(const std::string& name, const std::string& sql) const {
    return execute(file(name), sql, SQLITE_OPEN_READWRITE);
}

void Workshop::write(const std::string& name, const std::string& sql) const {
    const auto answer = execute(file(name), sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    ASSERT_TRUE(answer.empty() || sql.starts_with("pragma")) << answer;
}

std::optional<db::sql::Failure> run(
    db::sql::Session& session, std::string_view text, std::string_view schema
) {
    const auto script = script::scan(text, db::sqlite::kSqliteLexis);
    const db::sql::ScriptRun one{.step = 7, .text = text, .script = &script, .schema = schema};
    return session.run_scripts({&one, 1});
}

std::optional<db::sql::Failure> run_alone(
    db::sql::Session& session,
    std::string_view text,
    std::vector<std::size_t>* done,
    const db::sql::WorkSettings& settings
) {
    const auto script = script::scan(text, db::sqlite::kSqliteLexis);
    return session.run_without_transaction(
        {.step = 7, .text = text, .script = &script, .schema = "north"},
        settings,
        [&](std::size_t statements) {
            if (done != nullptr) done->push_back(statements);
        }
    );
}

std::string said(const std::optional<db::sql::Failure>& failure) {
    return failure ? failure->message : std::string();
}

std::string ask(
    db::sql::Session& session, std::string_view sql, const std::vector<db::sql::Value>& parameters
) {
    std::string text;
    session.query(sql, parameters, [&](const db::sql::Row& row) {
        if (!text.empty()) text += ' ';
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) text += '|';
            text += row[i].value_or("-");
        }
    });
    return text;
}

void create_tables(db::sql::Session& session, const db::sql::Dialect& dialect) {
    session.begin({});
    for (const auto ddl :
         {dialect.create_metadata_schema,
          dialect.create_versions,
          dialect.create_migrations,
          dialect.create_tenants,
          dialect.create_lock,
          dialect.create_runs,
          dialect.create_tenant_state,
          dialect.create_places,
          dialect.create_audit,
          dialect.create_filename_index}) {
        if (!ddl.empty()) session.query(ddl, {}, nullptr);
    }
    ASSERT_EQ(said(session.commit()), "");
}

}  // namespace migrator::test

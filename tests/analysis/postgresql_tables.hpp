#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analysis/analyze.hpp"
#include "postgresql/test_database.hpp"
#include "support/analysis_files.hpp"
#include "support/process.hpp"

namespace migrator::analysis::test {

using db::postgresql::test::column;
using db::postgresql::test::environment;
using db::postgresql::test::execute;
using migrator::test::expected_rules;
using migrator::test::rules_of;
using migrator::test::text_of_file;

inline std::filesystem::path folder() {
    return std::filesystem::path(MIGRATOR_SOURCE_DIR) / "tests/analysis";
}

/// Schemas of a PostgreSQL server with the tables of tables.sql.
class PostgresqlTables : public testing::Test {
protected:
    void SetUp() override {
        const std::string url = environment("MIGRATOR_TEST_POSTGRESQL_URL");
        if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
        options_.driver = "postgres";
        options_.data_source = url;
        options_.analysis.small_rows = 1'000;
        options_.analysis.large_rows = 1'500;
        server_ = db::postgresql::make_server(options_);
        session_ = server_->connect();
        make_schema();
    }

    void TearDown() override {
        for (const std::string& schema : schemas_) {
            execute(*session_, "drop schema if exists " + schema + " cascade");
        }
    }

    void make_schema() {
        std::string schema = "a" + random_uuid();
        std::erase(schema, '-');
        execute(*session_, "create schema " + schema);
        schemas_.push_back(schema);
        run(text_of_file(folder() / "tables.sql"), schema);
    }

    void run(const std::string& text, const std::string& schema) {
        const std::string sql = script::replace_placeholder(text, "{schema}", schema);
        const script::Script found = script::scan(sql, server_->dialect().lexis);
        for (const auto& each : found.statements) {
            execute(*session_, sql.substr(each.begin, each.end - each.begin));
        }
    }

    /// Of files that are pending for all schemas, in this order.
    Analysis analyze_files(const std::vector<std::string>& texts) {
        const migrator::test::PendingTexts files(texts, schemas_);
        return analyze(*server_, options_, files.plan(), migrator::test::migrator_binary());
    }

    db::Options options_;
    std::unique_ptr<db::sql::Server> server_;
    std::unique_ptr<db::sql::Session> session_;
    std::vector<std::string> schemas_;
};

}  // namespace migrator::analysis::test

#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/analyze.hpp"
#include "mysql/test_server.hpp"
#include "support/analysis_files.hpp"

namespace migrator::db::mysql::test {

using migrator::test::expected_rules;
using migrator::test::rules_of;
using migrator::test::text_of_file;

inline std::filesystem::path folder() {
    return std::filesystem::path(MIGRATOR_SOURCE_DIR) / "tests/mysql";
}

/// A schema with the tables of corpus_tables.sql, and files that are pending for it.
class MariadbAnalysis : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        options_.driver = "mysql";
        options_.analysis.small_rows = 50;
        options_.analysis.large_rows = 150;
        make_tables(database_);
        schemas_ = {database_};
    }

    void TearDown() override {
        for (const std::string& schema : more_) execute(*admin_, "drop database " + schema);
        MariadbTest::TearDown();
    }

    /// Another schema with the same tables.
    std::string make_schema() {
        std::string schema = "t" + random_uuid().substr(0, 8);
        execute(*admin_, "create database " + schema);
        more_.push_back(schema);
        make_tables(schema);
        schemas_.push_back(schema);
        return schema;
    }

    void make_tables(const std::string& schema) {
        const std::string text = script::replace_placeholder(
            text_of_file(folder() / "corpus_tables.sql"), "{schema}", schema
        );
        // The pseudo-tables seq_1_to_200 are in no database but the current one.
        execute(*admin_, "use " + schema);
        const script::Script found = script::scan(text, dialect().lexis);
        for (const auto& each : found.statements) {
            execute(*admin_, text.substr(each.begin, each.end - each.begin));
        }
    }

    /// Of files that are pending for all schemas, in this order.
    Analysis analyze_files(const std::vector<std::string>& texts, bool scratch = false) {
        const migrator::test::PendingTexts files(texts, schemas_);
        TraceRequest request;
        request.scratch = scratch;
        return analysis::analyze(
            *server_, options_, files.plan(), std::string(analysis::kThisProgram), request
        );
    }

    std::vector<std::string> scratches() {
        return column(
            *admin_,
            "select schema_name from information_schema.schemata where schema_name like "
            "'migrator\\_scratch\\_%'"
        );
    }

    /// Definitions and rows of all tables of a schema.
    std::string contents_of(const std::string& schema) {
        std::string all;
        for (const std::string& table : column(
                 *admin_,
                 "select table_name from information_schema.tables where table_schema = '" +
                     schema + "' and table_type = 'BASE TABLE' order by 1"
             )) {
            const std::string name = schema + ".`" + sql::doubled(table, '`') + "`";
            for (const std::string& what :
                 {"show create table " + name, "checksum table " + name}) {
                admin_->query(what, {}, [&](const sql::Row& row) {
                    all += row.at(1).value_or("(null)") + "\n";
                });
            }
        }
        return all;
    }

    Options options_;
    std::vector<std::string> schemas_;

private:
    std::vector<std::string> more_;
};

}  // namespace migrator::db::mysql::test

// What is sent for a script where DDL commits. The messages are in tests/golden.
#include "db/mysql/recorded_message.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "db/mysql/lexis.hpp"

namespace migrator::db::mysql {
namespace {

/// Compares with tests/golden/`name`, or writes it when MIGRATOR_UPDATE_GOLDEN is 1.
void expect_golden(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(MIGRATOR_SOURCE_DIR) / "tests/golden" / name;
    const char* update = std::getenv("MIGRATOR_UPDATE_GOLDEN");
    if (update != nullptr && std::string(update) == "1") {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream in(path, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(text, expected) << path << " differs; MIGRATOR_UPDATE_GOLDEN=1 rewrites it";
}

struct Sample {
    const char* name;
    std::string text;
    bool ends_tenant = false;
    std::size_t skipped = 0;
    std::size_t known_before = 0;
    bool is_interrupted = false;
    RecordedAs as = {.with_version = false, .plain = true};
};

std::vector<Part> parts_for(const Sample& sample) {
    Migration migration;
    migration.name = "002_a.sql";
    migration.source_dir = "/m/stores";
    migration.file = "/m/stores/002_a.sql";
    migration.type = MigrationType::TenantMigration;
    migration.contents = sample.text;
    migration.check_sum = "abc";
    const std::string schema = "north";
    const script::Script script = script::scan(sample.text, kMysqlLexis);
    sql::RecordedScript recorded{
        .run = {.step = 0, .text = sample.text, .script = &script},
        .row = {.migration = &migration, .schema = &schema},
        .tenant = schema,
        .ends_tenant = sample.ends_tenant,
        .skipped = sample.skipped,
        .known_before = sample.known_before,
        .is_interrupted = sample.is_interrupted};
    return parts_of({.id = 7, .name = "v7"}, recorded, 0, sample.as);
}

std::string shown(const std::vector<Part>& parts) {
    std::string text;
    for (const Part& part : parts) {
        text += part.text + ";";
        if (part.uncounted) text += " -- any number of results";
        text += part.ends_message || part.uncounted ? "\n---- end of a message ----\n" : "\n";
    }
    return text;
}

TEST(RecordedMessage, IsAsAgreed) {
    const Sample samples[] = {
        {.name = "dml",
         .text = "insert into north.t values ('it''s');\nupdate north.t set a = 2;\n"},
        {.name = "ddl",
         .text = "create table north.t (a int);\ninsert into north.t values (1);\ninsert into "
                 "north.t values (2);\n-- then\nalter table north.t add column b int; -- the end\n",
         .ends_tenant = true,
         .as = {.with_version = true, .plain = true}},
        {.name = "wrapped", .text = "begin;\ninsert into north.t values (1);\ncommit;\n"},
        {.name = "call",
         .text = "delimiter //\ncreate procedure north.p()\nbegin\n  select 1;\nend//\ndelimiter "
                 ";\ncall north.p();\n"},
        {.name = "lock-tables",
         .text = "/*!40000 LOCK TABLES north.t WRITE */;\ninsert into north.t values (1);\nunlock "
                 "tables;\n"},
        {.name = "resume",
         .text = "create table north.t (a int);\ncreate table north.u (a int);\n",
         .skipped = 1,
         .known_before = 1,
         .is_interrupted = true},
        {.name = "interrupted",
         .text = "insert into north.t values (1);\ncreate table north.u (a int);\n",
         .known_before = 1,
         .is_interrupted = true},
        {.name = "interrupted-ddl",
         .text = "create table if not exists north.u (a int);\ncreate table north.v (a int);\n",
         .known_before = 2,
         .is_interrupted = true},
        {.name = "settings",
         .text = "set names latin1;\ninsert into north.t values ('é');\n",
         .as = {.with_version = true, .plain = false}},
        {.name = "maybe-comments",
         .text = "/*!40101 SET NAMES utf8 */;\n/*!80000 SET SESSION a = 1 */;\n/*M!100100 set "
                 "@b = 2 */;\ndo 1;\n"},
        {.name = "empty", .text = "-- nothing to do\n"},
        {.name = "pieces",
         .text = "do 1; -- " + std::string(30, 'x') + "éé" + std::string(30, 'y'),
         .as = {.plain = false, .longest = 80}},
    };
    for (const Sample& sample : samples) {
        SCOPED_TRACE(sample.name);
        expect_golden(
            std::string("mysql-message-") + sample.name + ".sql", shown(parts_for(sample))
        );
    }
}

TEST(RecordedMessage, ShowsNoValueInTheStateRow) {
    for (const char* text :
         {"create user a identified by 'hush'",
          "create user a identified by \"hush\"",
          "create user `a` identified by \"hush\" comment 'it''s'"}) {
        SCOPED_TRACE(text);
        const Sample sample{.name = "", .text = text};
        const std::string progress = parts_for(sample).at(0).text;
        // In hexadecimal, as it holds quotes itself.
        EXPECT_NE(progress.find("6964656E746966696564"), std::string::npos) << "identified";
        EXPECT_EQ(progress.find("68757368"), std::string::npos) << "hush";
    }
}

TEST(RecordedMessage, LocksTheStateTableToo) {
    const std::string state = ", migrator.migrator_tenant_state write";
    const struct {
        const char* tables;
        const char* behind;
    } cases[] = {
        {"lock tables t write", ""},
        {"lock table t read local, `wait` write", ""},
        {"lock tables t write", " wait 3"},
        {"lock tables t write, u as x low_priority write", " NOWAIT"},
        {"lock tables t /* wait 3 */ write", "\n wait 10"},
        {"lock tables t wait write", ""},
        {"lock tables t as nowait write", ""},
        {"lock tables t wait write", " wait 0"},
        {"/*!40000 LOCK TABLES t WRITE", " */"},
        {"/*!40000 LOCK TABLES t WRITE", " NOWAIT */"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.tables) + c.behind);
        const auto parts = parts_for({.name = "", .text = std::string(c.tables) + c.behind});
        EXPECT_EQ(parts.at(1).text, c.tables + state + c.behind);
    }
}

TEST(RecordedMessage, PiecesHoldWholeCharacters) {
    for (std::size_t longest = 40; longest < 60; ++longest) {
        const Sample sample{
            .name = "", .text = "-- 😀é😀é😀é😀é😀é😀é😀é", .as = {.plain = true, .longest = longest}};
        for (const Part& part : parts_for(sample)) {
            EXPECT_EQ(part.text.find("\xEF\xBF\xBD"), std::string::npos);
            const auto quote = part.text.find("concat(contents, '");
            if (quote == std::string::npos) continue;
            const auto first = static_cast<unsigned char>(part.text[quote + 18]);
            EXPECT_NE(first & 0xC0U, 0x80U) << part.text;
        }
    }
}

TEST(RecordedMessage, RowsAreOneStatementWhereTheyFit) {
    Migration migration;
    migration.contents = "do 1;";
    const std::string schema = "north";
    const std::vector<sql::MetadataRow> rows(3, {&migration, &schema});
    EXPECT_EQ(insert_rows_statements(1, rows, {.plain = true}).size(), 1U);
    EXPECT_EQ(insert_rows_statements(1, rows, {.plain = true, .longest = 10'000}).size(), 1U);
    EXPECT_EQ(insert_rows_statements(1, rows, {.plain = true, .longest = 250}).size(), 3U);
    EXPECT_TRUE(insert_rows_statements(1, {}, {}).empty());
}

}  // namespace
}  // namespace migrator::db::mysql

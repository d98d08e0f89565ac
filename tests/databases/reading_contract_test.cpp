// Rows and versions as they are read, on every database.
#include <algorithm>

#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

using db::Column;
using db::Columns;
using db::RowsWanted;
using Names = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;

std::vector<AppliedMigration> read(db::Connector& connector, const RowsWanted& wanted) {
    std::vector<AppliedMigration> all;
    const auto rows = connector.applied_migrations(wanted);
    for (AppliedMigration row; rows->next(row);) all.push_back(row);
    return all;
}

Ids ids_of(const std::vector<Version>& versions) {
    Ids ids;
    for (const Version& version : versions) ids.push_back(version.id);
    return ids;
}

class Reading : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (!IsSkipped()) connector_ = project().open().connector;
    }

    /// Version 1: two files; version 2: a tenant's file; version 3: the same for another tenant.
    void make_history() {
        project().write("catalog/002_schema.sql", "create schema {schema};");
        project().write("billing/001_schema.sql", "create schema {schema};");
        project().apply({.version_name = "one"});
        file_ = project().write("stores/003_a.sql", "create table {schema}.a (x integer);");
        project().apply({.version_name = "two", .tenant = "north"});
        project().apply({.version_name = "three", .tenant = "south"});
    }

    Ids ids(const RowsWanted& wanted) {
        Ids found;
        for (const AppliedMigration& row : read(*connector_, wanted)) found.push_back(row.id);
        return found;
    }

    std::unique_ptr<db::Connector> connector_;
    std::string file_;
};

TEST_P(Reading, GivesNothingWhileThereAreNoTables) {
    EXPECT_TRUE(read(*connector_, {}).empty());
    EXPECT_TRUE(connector_->versions({}).empty());
    EXPECT_TRUE(connector_->versions({.id = 1}).empty());
    EXPECT_TRUE(connector_->versions({.file = "a"}).empty());
    if (!kind().schemas_are_files) return;
    EXPECT_EQ(project().value("select count(*) from sqlite_schema"), "0") << "nothing was made";
}

TEST_P(Reading, TakesOnlyTheWantedColumns) {
    make_history();
    const AppliedMigration whole =
        read(*connector_, {.columns = Columns::all(), .version_id = 3}).at(0);
    EXPECT_EQ(whole.migration.name, "003_a.sql");
    EXPECT_EQ(whole.migration.file, file_);
    EXPECT_EQ(whole.migration.type, MigrationType::TenantMigration);
    EXPECT_EQ(whole.migration.contents, "create table {schema}.a (x integer);");
    EXPECT_EQ(whole.migration.check_sum.size(), 64U);
    EXPECT_TRUE(file_.starts_with(whole.migration.source_dir));
    EXPECT_EQ(whole.schema, "south");
    EXPECT_EQ(whole.version_id, 3);
    EXPECT_GT(whole.created, TimePoint{});

    AppliedMigration without = whole;
    without.migration.contents.clear();
    EXPECT_EQ(read(*connector_, {.version_id = 3}).at(0), without);

    const struct {
        Column column;
        std::function<void(AppliedMigration&)> take;
    } cases[] = {
        {Column::Name, [&](auto& row) { row.migration.name = whole.migration.name; }},
        {Column::SourceDir,
         [&](auto& row) { row.migration.source_dir = whole.migration.source_dir; }},
        {Column::File, [&](auto& row) { row.migration.file = whole.migration.file; }},
        {Column::Type, [&](auto& row) { row.migration.type = whole.migration.type; }},
        {Column::Schema, [&](auto& row) { row.schema = whole.schema; }},
        {Column::Created, [&](auto& row) { row.created = whole.created; }},
        {Column::CheckSum, [&](auto& row) { row.migration.check_sum = whole.migration.check_sum; }},
        {Column::Contents, [&](auto& row) { row.migration.contents = whole.migration.contents; }},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(static_cast<int>(c.column));
        AppliedMigration expected;
        expected.id = whole.id;
        expected.version_id = whole.version_id;
        c.take(expected);
        EXPECT_EQ(read(*connector_, {.columns = {c.column}, .version_id = 3}).at(0), expected);
    }
}

TEST_P(Reading, FiltersAndOrders) {
    make_history();
    using Order = RowsWanted::Order;
    EXPECT_EQ(ids({}), (Ids{4, 3, 1, 2}));
    EXPECT_EQ(ids({.columns = {}, .order = Order::NameDirectoryId}), (Ids{1, 2, 3, 4}));
    EXPECT_EQ(ids({.version_id = 1}), (Ids{1, 2}));
    EXPECT_EQ(ids({.id = 3}), Ids{3});
    EXPECT_EQ(ids({.version_id = 1, .id = 3}), Ids{});
    EXPECT_EQ(ids({.id = 99'999'999'999}), Ids{});

    EXPECT_EQ(ids_of(connector_->versions({})), (Ids{3, 2, 1}));
    EXPECT_EQ(connector_->versions({.id = 2}).at(0).name, "two");
    EXPECT_EQ(ids_of(connector_->versions({.file = file_})), (Ids{3, 2}));
    EXPECT_EQ(ids_of(connector_->versions({.id = 2, .file = file_})), Ids{2});
    EXPECT_EQ(ids_of(connector_->versions({.id = 1, .file = file_})), Ids{});
    EXPECT_EQ(ids_of(connector_->versions({.file = "it's \"not\" there"})), Ids{});
}

TEST_P(Reading, FindsTheNewestRowOfAFile) {
    make_history();
    const Ids all = ids({.order = RowsWanted::Order::NewestVersionFirst});
    EXPECT_EQ(ids({.newest_of = {file_}}), Ids{all.front()});
    EXPECT_EQ(ids({.newest_of = {"nobody's", file_}}), Ids{all.front()});
    EXPECT_TRUE(ids({.newest_of = {"nobody's"}}).empty());
}

TEST_P(Reading, TellsHowAnEditedFileDiffersFromWhatWasApplied) {
    make_history();
    project().write("stores/003_a.sql", "create table {schema}.a (x bigint);\n");
    const auto instance = project().open();
    const auto status = instance->inspection().status();
    ASSERT_EQ(status.changed.size(), 1U);
    const auto differences = instance->inspection().differences(status.changed);
    ASSERT_EQ(differences.size(), 1U);
    EXPECT_EQ(differences[0].file, file_);
    EXPECT_EQ(
        differences[0].lines,
        (Names{
            "@@ -1 +1 @@",
            "-create table {schema}.a (x integer);",
            "\\ No newline at end of file",
            "+create table {schema}.a (x bigint);"})
    );
    auto& corrections = instance->corrections();
    EXPECT_EQ(
        corrections.applied_text(corrections.find_change(file_)),
        "create table {schema}.a (x integer);"
    );
    // Whatever place the rows say that it was in.
    project().execute(
        "update " + own("migrator_migrations") +
        " set filename = '/old/stores/003_a.sql', "
        "source_dir = '/old/stores' where name = '003_a.sql'"
    );
    const auto lost = instance->inspection().differences(status.changed);
    EXPECT_EQ(lost.at(0).lines, Names{"the text that was applied is not recorded"});
}

TEST_P(Reading, OrdersByNameBeforeDirectoryAndId) {
    make_history();
    project().write("catalog/000_first.sql", "select 1;");
    project().apply();
    Names names;
    for (const auto& row : read(*connector_, {.order = RowsWanted::Order::NameDirectoryId})) {
        names.push_back(row.migration.name + "/" + row.schema);
    }
    EXPECT_EQ(
        names,
        (Names{
            "000_first.sql/catalog",
            "001_schema.sql/billing",
            "002_schema.sql/catalog",
            "003_a.sql/north",
            "003_a.sql/south"})
    );
}

TEST_P(Reading, GivesTheConnectionBackWhenAReaderStopsEarly) {
    make_history();
    project().database.max_connections = 1;
    connector_ = project().open().connector;
    for (int read = 0; read < 4; ++read) {
        SCOPED_TRACE(read);
        const auto rows = connector_->applied_migrations({});
        AppliedMigration row;
        for (int i = 0; i < read; ++i) EXPECT_TRUE(rows->next(row));
        EXPECT_EQ(connector_->connections().in_use, 1U);
    }
    EXPECT_EQ(connector_->connections().in_use, 0U);
    EXPECT_EQ(connector_->connections().idle, 1U) << "it can be used again";
    EXPECT_EQ(connector_->versions({}).size(), 3U);
}

TEST_P(Reading, GivesTheConnectionBackAfterTheLastRow) {
    make_history();
    const auto rows = connector_->applied_migrations({});
    AppliedMigration row;
    while (rows->next(row)) EXPECT_EQ(connector_->connections().in_use, 1U);
    EXPECT_EQ(connector_->connections().in_use, 0U);
    EXPECT_FALSE(rows->next(row));
}

TEST_P(Reading, ServesSeveralReadersAtOnce) {
    make_history();
    const auto one = connector_->applied_migrations({});
    const auto two = connector_->applied_migrations({.order = RowsWanted::Order::NameDirectoryId});
    Ids newest_first;
    Ids by_name;
    AppliedMigration row;
    while (one->next(row)) {
        newest_first.push_back(row.id);
        if (two->next(row)) by_name.push_back(row.id);
    }
    EXPECT_EQ(newest_first, (Ids{4, 3, 1, 2}));
    EXPECT_EQ(by_name, (Ids{1, 2, 3, 4}));
}

TEST_P(Reading, SaysHowItsConnectionsAreUsed) {
    make_history();
    project().database.max_connections = 5;
    connector_ = project().open().connector;
    EXPECT_EQ(connector_->connections().limit, 5U);
    EXPECT_EQ(connector_->connections().idle, 0U);
    connector_->versions({});
    EXPECT_EQ(connector_->connections().idle, 1U);
    const auto rows = connector_->applied_migrations({});
    EXPECT_EQ(connector_->connections().idle, 0U);
    EXPECT_EQ(connector_->connections().in_use, 1U);
}

TEST_P(Reading, NoticesTablesThatComeAndGo) {
    EXPECT_TRUE(connector_->versions({}).empty());
    make_history();
    EXPECT_EQ(connector_->versions({}).size(), 3U);
    for (const char* table :
         {"migrator_migrations", "migrator_versions", "migrator_runs", "migrator_tenants"}) {
        project().execute("drop table " + own(table));
    }
    EXPECT_TRUE(connector_->versions({}).empty());
    EXPECT_TRUE(read(*connector_, {}).empty());
    EXPECT_TRUE(connector_->tenants().empty());
    EXPECT_FALSE(connector_->run_records().find("a"));
}

TEST_P(Reading, ADryRunKeepsWhatItRolledBackWhereTheIdIsReal) {
    make_history();
    project().write("stores/004_b.sql", "create table {schema}.b (x integer);");
    const auto outcome =
        project().apply({.version_name = "preview", .dry_run = true, .keep_rolled_back = true});
    ASSERT_EQ(outcome.rolled_back.has_value(), kind().dry_run_tells_rows);
    if (!outcome.rolled_back) return;
    EXPECT_EQ(outcome.rolled_back->version.name, "preview");
    EXPECT_EQ(outcome.rolled_back->version.id, outcome.summary.version_id);
    ASSERT_EQ(outcome.rolled_back->rows.size(), 2U);
    EXPECT_EQ(outcome.rolled_back->rows[0].schema, "north");
    EXPECT_EQ(outcome.rolled_back->rows[1].schema, "south");
    EXPECT_EQ(outcome.rolled_back->rows[1].migration.name, "004_b.sql");
    EXPECT_EQ(outcome.rolled_back->rows[1].migration.contents, "");
    EXPECT_EQ(connector_->versions({}).size(), 3U);
}

MIGRATOR_ON_EVERY_DATABASE(Reading);

}  // namespace
}  // namespace migrator::test

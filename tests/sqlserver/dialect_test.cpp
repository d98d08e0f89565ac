#include "db/sqlserver/dialect.hpp"

#include <gtest/gtest.h>

#include "db/sqlserver/row_insert.hpp"
#include "db/sqlserver/settings.hpp"
#include "sqlserver/golden.hpp"

namespace migrator::db::sqlserver {
namespace {

/// Texts under their names, as a reader of the golden file wants them.
class Sheet {
public:
    void add(std::string_view name, std::string_view text) {
        while (text.starts_with('\n')) text.remove_prefix(1);
        while (text.ends_with('\n')) text.remove_suffix(1);
        sheet_ += "-- " + std::string(name) + "\n" + std::string(text) + "\nGO\n\n";
    }
    const std::string& text() const { return sheet_; }

private:
    std::string sheet_;
};

TEST(Dialect, AsksAndWritesAsAgreed) {
    const sql::Dialect& d = dialect();
    Sheet sheet;
    sheet.add("shape_query", d.shape_query);
    sheet.add("create_metadata_schema", d.create_metadata_schema);
    sheet.add("create_versions", d.create_versions);
    sheet.add("create_migrations", d.create_migrations);
    sheet.add("add_version_id", d.add_version_id);
    sheet.add("require_version_id", d.require_version_id);
    sheet.add("create_tenants", d.create_tenants);
    sheet.add("create_lock", d.create_lock);
    sheet.add("create_runs", d.create_runs);
    sheet.add("create_tenant_state", d.create_tenant_state);
    sheet.add("create_places", d.create_places);
    sheet.add("create_audit", d.create_audit);
    sheet.add("create_filename_index", d.create_filename_index);
    sheet.add("next_version_id", d.next_version_id);
    sheet.add("insert_version", d.insert_version);
    sheet.add("upsert_lock", d.upsert_lock);
    sheet.add("upsert_tenant_state", d.upsert_tenant_state);
    sheet.add("plan_tenant_states", d.plan_tenant_states);
    sheet.add("insert_run", d.insert_run);
    sheet.add("delete_old_runs", d.delete_old_runs);
    sheet.add("update_run", d.update_run);
    sheet.add("cancel_run", d.cancel_run);
    sheet.add("run_silence", d.run_silence);
    sheet.add("lock_audit_head", d.lock_audit_head);
    sheet.add("now_utc", d.now_utc);
    sheet.add("json_list", d.json_list);
    sheet.add("json_positions", d.json_positions);
    sheet.add("run lock", try_lock_query(kRunLock, {.mode = "Exclusive", .owner = "Session"}));
    sheet.add("fence", fence_query("migrator.", kFence));
    sheet.add("fence_is_free", d.fence_is_free);
    sheet.add("session_fence", d.session_fence);
    sheet.add("release_session_fence", d.release_session_fence);
    sheet.add("create_schema", d.create_schema(SchemaName::parse("a-b")));
    sheet.add("names_ignore_case", d.names_ignore_case);
    sheet.add("objects_in", d.objects_in(SchemaName::parse("a-b")));
    test::expect_golden("sqlserver-dialect.sql", sheet.text());
}

/// The texts of the golden file, in another schema.
TEST(Dialect, NamesTheMetadataSchemaEverywhere) {
    Options options;
    options.metadata_schema = "order";  // a keyword
    sql::MetadataDialect moved(dialect(), options);
    set_fence(moved, sql::metadata_lock(kFence, options.metadata_schema));
    const sql::Dialect& d = moved.get();
    EXPECT_EQ(d.prefix, "[order].");
    EXPECT_EQ(d.create_metadata_schema, "create schema [order]");
    for (const std::string_view text :
         {d.shape_query,         d.create_versions, d.create_migrations, d.add_version_id,
          d.require_version_id,  d.create_tenants,  d.create_lock,       d.create_runs,
          d.create_tenant_state, d.create_places,   d.create_audit,      d.create_filename_index,
          d.next_version_id,     d.insert_version,  d.upsert_lock,       d.upsert_tenant_state,
          d.plan_tenant_states,  d.insert_run,      d.delete_old_runs,   d.update_run,
          d.cancel_run,          d.lock_audit_head}) {
        EXPECT_EQ(text.find("migrator."), std::string_view::npos) << text;
        EXPECT_EQ(text.find("'migrator'"), std::string_view::npos) << text;
        EXPECT_NE(text.find("order"), std::string_view::npos) << text;
    }
    EXPECT_NE(d.fence_is_free.find("N'migrator:order-work'"), std::string_view::npos);
    EXPECT_EQ(sql::metadata_lock(kRunLock, "order"), "migrator:order");
    EXPECT_EQ(sql::metadata_lock(kRunLock, "migrator"), kRunLock);
}

TEST(Dialect, SetsTheSessionAsAgreed) {
    const sql::WorkSettings limited{
        .statement_timeout = std::chrono::seconds(9), .lock_timeout = std::chrono::seconds(5)};
    const ServerFacts facts{.database = "sh]op", .language = "Fran'çais", .login = "sa"};
    Sheet sheet;
    sheet.add("facts", kFactsQuery);
    sheet.add("begin", begin_batch(limited));
    sheet.add("begin without limits", begin_batch({}));
    sheet.add("check", check_batch(limited));
    sheet.add("reset", reset_batch(facts, limited, "[a].[b c]"));
    sheet.add("commit", commit_batch());
    sheet.add("rollback", rollback_batch());
    test::expect_golden("sqlserver-session.sql", sheet.text());
}

TEST(Dialect, InsertsRowsAsAgreed) {
    const Migration first{"001.sql", "/m/ref", "/m/ref/001.sql", MigrationType::SingleMigration};
    const Migration second{"002.sql", "/m/t", "/m/t/002.sql", MigrationType::TenantScript};
    const std::string ref = "ref";
    const std::string tenant = "north";
    const sql::MetadataRow rows[] = {{&first, &ref}, {&second, &tenant}};
    const RowInsert insert = insert_of("migrator.", 42, "2026-01-02 03:04:05.678", rows);
    Sheet sheet;
    sheet.add("insert of two rows", insert.sql);
    sheet.add("whether a name fits", kNameFits);
    test::expect_golden("sqlserver-rows.sql", sheet.text());
    EXPECT_EQ(insert.parameters.size(), 13U);
    EXPECT_EQ(insert.parameters.front(), "2026-01-02 03:04:05.678");
    EXPECT_EQ(insert.parameters.at(10), "north");
}

TEST(Dialect, InsertsNoMoreRowsThanTheServerTakesParameters) {
    Migration migration;
    const std::string schema = "s";
    std::vector<sql::MetadataRow> rows(1000, {&migration, &schema});
    EXPECT_EQ(rows_that_fit(rows), 300U);
    EXPECT_LE(insert_of("migrator.", 1, "", std::span(rows).first(300)).parameters.size(), 2100U);
    migration.contents.assign(400'000, 'x');
    EXPECT_EQ(rows_that_fit(rows), 2U);
    migration.contents.assign(4'000'000, 'x');
    EXPECT_EQ(rows_that_fit(rows), 1U);
}

TEST(Dialect, QuotesNamesAndTexts) {
    EXPECT_EQ(quote_identifier("a]b"), "[a]]b]");
    EXPECT_EQ(quote_text("it's"), "N'it''s'");
}

}  // namespace
}  // namespace migrator::db::sqlserver

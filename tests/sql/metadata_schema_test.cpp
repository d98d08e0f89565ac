#include "db/sql/metadata_schema.hpp"

#include <gtest/gtest.h>

namespace migrator::db::sql {
namespace {

Dialect quoting() {
    Dialect dialect{};
    dialect.quote = [](std::string_view name) { return "<" + std::string(name) + ">"; };
    return dialect;
}

TEST(MetadataSchema, StandsForTheDefaultOneWhereThatIsAName) {
    const Dialect dialect = quoting();
    const struct {
        const char* text;
        const char* moved;
    } cases[] = {
        {"", ""},
        {"select 1", "select 1"},
        {"migrator.migrator_lock", "<two>.migrator_lock"},
        {"(migrator.migrator_lock)", "(<two>.migrator_lock)"},
        {"create schema migrator", "create schema <two>"},
        {"create database migrator x", "create database <two> x"},
        {"nspname = 'migrator'", "nspname = 'two'"},
        {"object_id(N'migrator.migrator_x')", "object_id(N'<two>.migrator_x')"},
        {"do $migrator$ x $migrator$", "do $migrator$ x $migrator$"},
        {"@migrator_ddl from migrator_ddl", "@migrator_ddl from migrator_ddl"},
        {"amigrator.x", "amigrator.x"},
        {"migrator,migrator", "<two>,<two>"},
        {"migrator.migrator_a migrator.migrator_b", "<two>.migrator_a <two>.migrator_b"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(in_metadata_schema(c.text, "two", dialect), c.moved);
        EXPECT_EQ(in_metadata_schema(c.text, "migrator", dialect), c.text);
    }
}

TEST(MetadataSchema, HasLocksOfItsOwn) {
    EXPECT_EQ(metadata_lock("migrator", "migrator"), "migrator");
    EXPECT_EQ(metadata_lock("migrator-work", "migrator"), "migrator-work");
    EXPECT_EQ(metadata_lock("migrator", "two"), "migrator:two");
    EXPECT_EQ(metadata_lock("migrator-work", "two"), "migrator:two-work");
}

}  // namespace
}  // namespace migrator::db::sql

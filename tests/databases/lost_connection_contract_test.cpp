// Reads when the server closes connections, or has more to say than anybody wants to hear.
#include "core/error.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class LostConnection : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().apply();
        connector_ = project().open().connector;
    }

    /// Closes all connections but the one that asks.
    void close_all() {
        const std::string others =
            "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        project().execute("select pg_terminate_backend(pid) " + others);
        while (project().value("select count(*) " + others) != "0") {
        }
    }

    void leave_two_idle() {
        const auto one = connector_->applied_migrations({});
        const auto two = connector_->applied_migrations({});
    }

    std::unique_ptr<db::Connector> connector_;
};

TEST_P(LostConnection, WhileIdleCostsNoRead) {
    const std::function<void()> reads[] = {
        [&] { EXPECT_EQ(connector_->versions({}).size(), 1U); },
        [&] {
            AppliedMigration row;
            EXPECT_TRUE(connector_->applied_migrations({})->next(row));
        },
        [&] { EXPECT_TRUE(connector_->tenants().empty()); },
        [&] { EXPECT_NO_THROW(connector_->ping()); },
        [&] { EXPECT_TRUE(connector_->broken_objects().empty()); },
        [&] { EXPECT_EQ(connector_->read_applied({}).files.size(), 1U); },
        [&] {
            EXPECT_EQ(
                connector_->run_records().insert({.id = "a"}), db::RunRecords::Insertion::Inserted
            );
        },
        [&] { EXPECT_TRUE(connector_->run_records().cancel("a")); },
        [&] { EXPECT_TRUE(connector_->run_records().update({.id = "a"})); },
        [&] { EXPECT_TRUE(connector_->run_records().find("a")); },
        [&] {
            connector_->run_records().read([](const db::RunRecord& run) { EXPECT_EQ(run.id, "a"); }
            );
        },
    };
    for (const auto& read : reads) {
        SCOPED_TRACE(&read - reads);
        leave_two_idle();
        close_all();
        read();
        EXPECT_EQ(connector_->connections().in_use, 0U);
    }
}

TEST_P(LostConnection, InTheMiddleOfARead) {
    project().execute(
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "contents, version_id) select x, 'd', x, 1, 's', repeat('x', 1000), 1 from "
        "generate_series(1, 50000) x"
    );
    const auto rows = connector_->applied_migrations({.columns = db::Columns::all()});
    AppliedMigration row;
    EXPECT_TRUE(rows->next(row));
    close_all();
    EXPECT_THROW(while (rows->next(row)){}, Error)
        << "the rows that are missing must not look like the end";
    EXPECT_FALSE(rows->next(row));
    EXPECT_EQ(connector_->connections().in_use, 0U);
    EXPECT_EQ(connector_->versions({}).size(), 1U);
}

TEST_P(LostConnection, IsThePriceOfStoppingAmongManyRows) {
    project().execute(
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "contents, version_id) select x, 'd', x, 1, 's', repeat('x', 1000), 1 from "
        "generate_series(1, 50000) x"
    );
    project().database.max_connections = 1;
    connector_ = project().open().connector;
    for (int i = 0; i < 3; ++i) {
        const auto rows = connector_->applied_migrations({.columns = db::Columns::all()});
        AppliedMigration row;
        EXPECT_TRUE(rows->next(row));
    }
    EXPECT_EQ(connector_->connections().in_use, 0U);
    EXPECT_EQ(connector_->versions({}).size(), 1U);
}

MIGRATOR_ON_DATABASE(LostConnection, "Postgresql");

}  // namespace
}  // namespace migrator::test

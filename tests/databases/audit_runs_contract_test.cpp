// Whole runs with a principal, on every database: recorded, chained, and in nobody's way.
#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

coordinator::Asker somebody(const std::string& name) {
    return {
        .principal = Principal{.name = name, .proof = "token", .role = Role::Apply},
        .address = "10.0.0.7"};
}

class AuditedRuns : public ProjectTest {
protected:
    void write_files(int first, int last) {
        for (int i = first; i < last; ++i) {
            const std::string name = std::to_string(100 + i);
            project().write(
                "stores/" + name + ".sql", "create table {schema}.t" + name + " (x integer);"
            );
        }
    }
    coordinator::VersionRequest request(const std::string& name) {
        return {.version_name = "by " + name, .asker = somebody(name)};
    }
    std::vector<std::string> story() {
        std::vector<std::string> told;
        const auto instance = project().open();
        instance.connector->audit_log().read(1, 1'000'000, [&](const db::AuditRow& row) {
            told.push_back(
                row.entry.outcome + " " + row.entry.operation + " " + row.entry.principal
            );
        });
        return told;
    }
    coordinator::AuditCheck check() { return project().open()->audit().check(0, ""); }
};

TEST_P(AuditedRuns, AreRecordedWithTheirVersion) {
    write_files(0, 2);
    auto tenant = request("ann");
    tenant.tenant = "north";
    project().apply(tenant);
    write_files(2, 3);
    const auto outcome = project().apply(request("bob"));
    project().apply(request("bob"));  // nothing to do
    EXPECT_EQ(
        story(),
        (std::vector<std::string>{
            "asked create-tenant ann",
            "done create-tenant ann",
            "asked apply bob",
            "done apply bob"})
    );
    const auto creators = project().open()->audit().creators();
    EXPECT_EQ(creators.at(outcome.summary.version_id), "bob");
    const auto checked = check();
    EXPECT_TRUE(checked.fits()) << checked.problem;
    EXPECT_EQ(outcome.summary.audit_head, checked.head->hash);
}

TEST_P(AuditedRuns, AFailureIsRecordedThoughItsRunWasRolledBack) {
    project().create_tenant("north");
    project().write("stores/200.sql", "no sql at all;");
    try {
        project().apply(request("ann"));
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed) << error.what();
    }
    EXPECT_EQ(story(), (std::vector<std::string>{"asked apply ann", "failed apply ann"}));
}

TEST_P(AuditedRuns, SeveralAtOnceMakeOneChain) {
    project().create_tenant("north");
    write_files(0, 10);
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < 4; ++i) {
            callers.emplace_back([&, i] {
                try {
                    auto wanted = request("caller " + std::to_string(i));
                    wanted.tenant = "tenant_" + std::to_string(i);
                    project().apply(wanted);
                } catch (const std::exception& error) {
                    ADD_FAILURE() << error.what();
                }
            });
        }
    }
    EXPECT_EQ(story().size(), 8U);
    const auto checked = check();
    EXPECT_TRUE(checked.fits()) << checked.problem;
}

TEST_P(AuditedRuns, ADryRunLeavesNothing) {
    project().create_tenant("north");
    write_files(0, 1);
    auto wanted = request("ann");
    wanted.dry_run = true;
    project().apply(wanted);
    EXPECT_FALSE(project().open().connector->audit_log().head());
}

TEST_P(AuditedRuns, ChangesOfTheTablesAreFound) {
    project().create_tenant("north");
    for (int i = 0; i < 4; ++i) {
        write_files(i, i + 1);
        project().apply(request("ann"));
    }
    const std::string table = own("migrator_audit");
    const struct {
        const char* name;
        std::string change;
        std::string undo;
        std::int64_t bad_row;
    } cases[] = {
        {"edited",
         "update " + table + " set principal = 'eve' where id = 5",
         "update " + table + " set principal = 'ann' where id = 5",
         5},
        {"edited by a blank",
         "update " + table + " set principal = 'ann ' where id = 5",
         "update " + table + " set principal = 'ann' where id = 5",
         5},
        {"moved",
         "update " + table + " set id = 100 where id = 3",
         "update " + table + " set id = 3 where id = 100",
         3},
        {"the head",
         "update " + own("migrator_audit_head") + " set last_row = 7",
         "update " + own("migrator_audit_head") + " set last_row = 8",
         8}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        project().execute(c.change);
        EXPECT_EQ(check().bad_row, c.bad_row) << check().problem;
        project().execute(c.undo);
        EXPECT_TRUE(check().fits()) << check().problem;
    }
    project().execute("delete from " + table + " where id > 6");
    EXPECT_EQ(check().bad_row, 7);
}

TEST_P(AuditedRuns, FilesCannotChangeIt) {
    project().create_tenant("north");
    write_files(0, 1);
    project().apply(request("ann"));
    for (const std::string table : {"migrator_audit", "migrator_audit_head"}) {
        project().write("stores/300.sql", "delete from " + own(table) + ";");
        EXPECT_NE(project().failure_of_apply().find("migrator's own tables"), std::string::npos);
    }
    project().remove("stores/300.sql");
    EXPECT_TRUE(check().fits());
}

MIGRATOR_ON_EVERY_DATABASE(AuditedRuns);

/// Roles of PostgreSQL that may do less.
class AuditedRoles : public AuditedRuns {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().create_tenant("north");
        write_files(0, 1);
        project().execute(
            "do $$ begin if not exists (select from pg_roles where rolname = "
            "'migrator_test_audited') then create role migrator_test_audited login; end if; end $$"
        );
        project().execute(
            "grant usage on schema migrator to migrator_test_audited; grant all on schema north to "
            "migrator_test_audited; grant all on all tables in schema migrator to "
            "migrator_test_audited; grant all on all sequences in schema migrator to "
            "migrator_test_audited"
        );
        admin_ = project().database.data_source;
    }
    void log_in_as_role() {
        std::string& source = project().database.data_source;
        const std::string user = "//postgres@";
        ASSERT_NE(source.find(user), std::string::npos);
        source.replace(source.find(user), user.size(), "//migrator_test_audited@");
    }
    void log_in_as_admin() { project().database.data_source = admin_; }

private:
    std::string admin_;
};

TEST_P(AuditedRoles, OneThatMayNotMakeTheTablesGoesOnWithoutThem) {
    log_in_as_role();
    const auto outcome = project().apply(request("ann"));
    EXPECT_NE(outcome.summary.version_id, 0);
    EXPECT_EQ(outcome.summary.audit_head, "");
    project().options.audit = coordinator::AuditMode::On;
    write_files(1, 2);
    try {
        project().apply(request("ann"));
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_NE(std::string(error.what()).find("permission denied"), std::string::npos);
    }
}

TEST_P(AuditedRoles, OneThatMayOnlyAddRowsIsEnough) {
    ASSERT_EQ(project().open().connector->audit_log().prepare(), std::nullopt);
    project().execute(
        "grant select, insert on migrator.migrator_audit to migrator_test_audited; grant select, "
        "update on migrator.migrator_audit_head to migrator_test_audited"
    );
    log_in_as_role();
    EXPECT_NE(project().apply(request("ann")).summary.audit_head, "");
    EXPECT_THROW(project().execute("update migrator.migrator_audit set principal = ''"), Error);
    log_in_as_admin();
    EXPECT_EQ(story(), (std::vector<std::string>{"asked apply ann", "done apply ann"}));
}

TEST_P(AuditedRoles, OneThatMayNotWriteToTheTablesIsRefused) {
    ASSERT_EQ(project().open().connector->audit_log().prepare(), std::nullopt);
    log_in_as_role();
    try {
        project().apply(request("ann"));
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_NE(
            std::string(error.what()).find("needs INSERT on migrator_audit"), std::string::npos
        ) << error.what();
    }
    log_in_as_admin();
    EXPECT_EQ(project().rows().size(), 0U) << "nothing has run";
}

MIGRATOR_ON_DATABASE(AuditedRoles, "Postgresql");

}  // namespace
}  // namespace migrator::test

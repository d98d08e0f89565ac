// The audit's tables on every database: one chain, whoever writes, and nobody is held up by a run.
#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"
#include "db/audit_chain.hpp"

namespace migrator::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

class AuditTables : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().write("stores/001_a.sql", "create table {schema}.a (x integer);");
    }

    static db::AuditEntry entry(const std::string& operation) {
        return {
            .time = "2026-11-23T01:02:03.5Z",
            .outcome = "done",
            .operation = operation,
            .principal = "ann",
            .details = "{}"};
    }

    static std::vector<db::AuditRow> rows_of(db::AuditLog& log) {
        std::vector<db::AuditRow> rows;
        log.read(1, 1'000'000, [&](const db::AuditRow& row) { rows.push_back(row); });
        return rows;
    }

    /// Numbers without gaps, and each hash over the one before.
    static void expect_chain(const std::vector<db::AuditRow>& rows, const db::AuditChain& chain) {
        std::string previous;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            EXPECT_EQ(rows[i].id, static_cast<std::int64_t>(i + 1));
            EXPECT_EQ(rows[i].hash, chain.hash(previous, rows[i]));
            previous = rows[i].hash;
        }
    }
};

TEST_P(AuditTables, AreMadeOnlyWhenAskedFor) {
    const auto instance = project().open();
    db::AuditLog& log = instance.connector->audit_log();
    EXPECT_FALSE(log.head());
    EXPECT_TRUE(rows_of(log).empty());
    EXPECT_TRUE(log.creators().empty());
    project().create_tenant("north");
    EXPECT_FALSE(log.head()) << "a run that nobody is known to have asked for makes none";
    EXPECT_FALSE(log.append(entry("apply"), db::AuditChain(), kPatience));

    EXPECT_EQ(log.prepare(), std::nullopt);
    EXPECT_EQ(log.prepare(), std::nullopt);
    EXPECT_EQ(project().open().connector->audit_log().prepare(), std::nullopt);
    EXPECT_EQ(log.head(), db::AuditHead{});
    const auto head = log.append(entry("apply"), db::AuditChain(), kPatience);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->rows, 1);
    EXPECT_EQ(log.head(), head);
}

TEST_P(AuditTables, GiveBackWhatWasWritten) {
    const auto instance = project().open();
    project().create_tenant("north");
    db::AuditLog& log = instance.connector->audit_log();
    ASSERT_EQ(log.prepare(), std::nullopt);
    const db::AuditEntry written{
        .time = "2026-11-23T01:02:03.123456789Z",
        .outcome = "failed",
        .operation = "apply",
        .principal = "x'); drop table migrator_audit; -- \\' \" ; $1 ?1 @p1 {schema} " +
                     std::string(5'000, 'n'),
        .proof = "jwt https://issuer.example/ü€😀",
        .role = "apply",
        .address = "2001:db8::1",
        .request_id = " leading and trailing blanks ",
        .details = R"({"name":"a\nb","tenants":"*"})",
        .plan = std::string(64, 'a'),
        .version = 9'000'000'000,
        .asked = 7,
        .message = "line one\nline two\t\r\n"};
    ASSERT_TRUE(log.append(written, db::AuditChain("secret"), kPatience));
    ASSERT_TRUE(log.append(entry(""), db::AuditChain("secret"), kPatience));
    const auto rows = rows_of(log);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].entry, written);
    EXPECT_EQ(rows[0].key_id, db::AuditChain("secret").key_id());
    EXPECT_EQ(rows[1].entry, entry(""));
    expect_chain(rows, db::AuditChain("secret"));
    const std::map<std::int64_t, std::string> creators{{9'000'000'000, written.principal}};
    EXPECT_EQ(log.creators(), creators);

    std::vector<std::int64_t> ids;
    log.read(2, 2, [&](const db::AuditRow& row) { ids.push_back(row.id); });
    EXPECT_EQ(ids, std::vector<std::int64_t>{2});
}

TEST_P(AuditTables, SeveralWritersMakeOneChain) {
    project().create_tenant("north");
    constexpr int kWriters = 4;
    constexpr int kRows = 15;
    std::vector<Project::Instance> instances;
    for (int i = 0; i < kWriters; ++i) instances.push_back(project().open());
    ASSERT_EQ(instances.front().connector->audit_log().prepare(), std::nullopt);
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < kWriters; ++i) {
            writers.emplace_back([&, i] {
                db::AuditLog& log = instances[static_cast<std::size_t>(i)].connector->audit_log();
                for (int row = 0; row < kRows; ++row) {
                    log.append(entry(std::to_string(i)), db::AuditChain(), kPatience);
                }
            });
        }
    }
    const auto rows = rows_of(instances.front().connector->audit_log());
    EXPECT_EQ(rows.size(), static_cast<std::size_t>(kWriters * kRows));
    expect_chain(rows, db::AuditChain());
    EXPECT_EQ(instances.front().connector->audit_log().head()->hash, rows.back().hash);
}

TEST_P(AuditTables, AMissingHeadIsNotMadeAnew) {
    project().create_tenant("north");
    const auto instance = project().open();
    db::AuditLog& log = instance.connector->audit_log();
    ASSERT_EQ(log.prepare(), std::nullopt);
    ASSERT_TRUE(log.append(entry("apply"), db::AuditChain(), kPatience));
    project().execute("delete from " + own("migrator_audit_head"));
    const auto other = project().open();
    for (db::AuditLog* each : {&log, &other.connector->audit_log()}) {
        EXPECT_EQ(each->prepare(), std::nullopt);
        EXPECT_THROW(each->append(entry("apply"), db::AuditChain(), kPatience), Error);
        EXPECT_THROW(each->head(), Error);
    }
    EXPECT_EQ(rows_of(log).size(), 1U);
}

TEST_P(AuditTables, ADroppedTableRefusesWhoKnewIt) {
    project().create_tenant("north");
    const auto instance = project().open();
    db::AuditLog& log = instance.connector->audit_log();
    ASSERT_EQ(log.prepare(), std::nullopt);
    ASSERT_TRUE(log.append(entry("apply"), db::AuditChain(), kPatience));
    project().execute("drop table " + own("migrator_audit"));
    try {
        log.append(entry("apply"), db::AuditChain(), kPatience);
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
    }
}

MIGRATOR_ON_EVERY_DATABASE(AuditTables);

}  // namespace
}  // namespace migrator::test

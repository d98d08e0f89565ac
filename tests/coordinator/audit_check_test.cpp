// Whoever changes the audit is found, and the first row that does not fit is named.
#include "coordinator/audit_check.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/fake_audit_log.hpp"

namespace migrator::coordinator {
namespace {

using Rows = std::vector<db::AuditRow>;

class AuditCheckTest : public ::testing::Test {
protected:
    AuditCheckTest() { log_.prepare(); }

    void write(int rows, const db::AuditChain& chain = db::AuditChain()) {
        for (int i = 0; i < rows; ++i) {
            log_.append({.operation = "apply", .message = std::to_string(written_++)}, chain, {});
        }
    }
    AuditCheck check(const std::string& kept_head = "", std::int64_t after = 0) {
        return check_audit(log_, db::AuditChain(), after, kept_head);
    }

    test::FakeAuditLog log_;
    int written_ = 0;
};

TEST_F(AuditCheckTest, AChainFits) {
    EXPECT_TRUE(check().fits());
    write(10);
    const AuditCheck whole = check();
    EXPECT_TRUE(whole.fits()) << whole.problem;
    EXPECT_EQ(whole.rows, 10);
    EXPECT_EQ(whole.head->rows, 10);
    const AuditCheck some = check("", 4);
    EXPECT_TRUE(some.fits()) << some.problem;
    EXPECT_EQ(some.rows, 6);
    EXPECT_TRUE(check("", 10).fits());
    EXPECT_THROW(check("", 11), Error);
}

TEST_F(AuditCheckTest, FindsTheFirstRowThatDoesNotFit) {
    const struct {
        const char* name;
        void (*change)(Rows&, db::AuditHead&);
        std::int64_t bad_row;
        const char* words;
    } cases[] = {
        {"edited", [](Rows& rows, auto&) { rows[4].entry.principal = "bob"; }, 5, "not as it was"},
        {"edited with a new hash",
         [](Rows& rows, auto&) {
             rows[4].entry.principal = "bob";
             rows[4].hash = db::AuditChain().hash(rows[3].hash, rows[4]);
         },
         6,
         "not as it was"},
        {"deleted", [](Rows& rows, auto&) { rows.erase(rows.begin() + 4); }, 5, "row is missing"},
        {"several deleted",
         [](Rows& rows, auto&) { rows.erase(rows.begin() + 4, rows.begin() + 7); },
         5,
         "rows 5 to 7 are missing"},
        {"the first deleted", [](Rows& rows, auto&) { rows.erase(rows.begin()); }, 1, "missing"},
        {"swapped",
         [](Rows& rows, auto&) {
             std::swap(rows[4], rows[5]);
             std::swap(rows[4].id, rows[5].id);
         },
         5,
         "not as it was"},
        {"cut off", [](Rows& rows, auto&) { rows.resize(8); }, 9, "up to row 10"},
        {"all deleted", [](Rows& rows, auto&) { rows.clear(); }, 1, "up to row 10"},
        {"added behind the head",
         [](Rows& rows, auto&) {
             db::AuditRow row{.id = 11, .entry = {.operation = "apply"}};
             row.hash = db::AuditChain().hash(rows.back().hash, row);
             rows.push_back(row);
         },
         11,
         "behind the head"},
        {"added twice", [](Rows& rows, auto&) { rows.push_back(rows.back()); }, 11, "twice"},
        {"another head", [](Rows&, db::AuditHead& head) { head.hash[0] ^= 1; }, 10, "of the head"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        test::FakeAuditLog log;
        log.prepare();
        for (int i = 0; i < 10; ++i) {
            log.append({.operation = "apply", .principal = "ann"}, db::AuditChain(), {});
        }
        log.change(c.change);
        const AuditCheck found = check_audit(log, db::AuditChain(), 0, "");
        EXPECT_EQ(found.bad_row, c.bad_row);
        EXPECT_NE(found.problem.find(c.words), std::string::npos) << found.problem;
    }
}

/// The chain as somebody computes it who may write to both tables.
void compute_anew(Rows& rows, db::AuditHead& head) {
    std::string previous;
    for (db::AuditRow& row : rows) {
        row.key_id.clear();
        row.hash = previous = db::AuditChain().hash(previous, row);
    }
    head = {.rows = static_cast<std::int64_t>(rows.size()), .hash = previous};
}

TEST_F(AuditCheckTest, AHeadThatWasKeptTellsOfACutTailAndANewChain) {
    write(10);
    const std::string kept = log_.head()->hash;
    write(2);
    EXPECT_TRUE(check(kept).fits());
    log_.change([](Rows& rows, db::AuditHead& head) {
        rows.resize(9);
        head = {.rows = 9, .hash = rows.back().hash};
    });
    EXPECT_TRUE(check().fits()) << "nothing in the tables tells";
    EXPECT_FALSE(check(kept).fits());
    write(5);
    EXPECT_FALSE(check(kept).fits());

    const std::string again = log_.head()->hash;
    log_.change([](Rows& rows, db::AuditHead& head) {
        rows[2].entry.principal = "bob";
        compute_anew(rows, head);
    });
    EXPECT_TRUE(check().fits());
    EXPECT_NE(check(again).problem.find("computed anew"), std::string::npos);
}

TEST_F(AuditCheckTest, AKeyIsNeededToComputeAChain) {
    const db::AuditChain keyed("secret");
    write(2);
    write(3, keyed);
    AuditCheck found = check_audit(log_, keyed, 0, "");
    EXPECT_TRUE(found.fits()) << found.problem;
    EXPECT_EQ(found.notes, std::vector<std::string>{"2 rows are from before auditKey was set"});

    for (const char* key : {"", "another"}) {
        found = check_audit(log_, db::AuditChain(key), 0, "");
        EXPECT_EQ(found.bad_row, 3);
        EXPECT_NE(found.problem.find("another key"), std::string::npos) << found.problem;
    }
    write(1);
    found = check_audit(log_, keyed, 0, "");
    EXPECT_EQ(found.bad_row, 6);
    EXPECT_NE(found.problem.find("without a key"), std::string::npos) << found.problem;
}

TEST_F(AuditCheckTest, RowsWrittenMeanwhileFit) {
    /// Somebody writes a row after each look.
    struct Busy : test::FakeAuditLog {
        void write() { append({.operation = "apply"}, db::AuditChain(), {}); }
        std::optional<db::AuditHead> head() override {
            const auto head = FakeAuditLog::head();
            write();
            return head;
        }
        void read(
            std::int64_t first,
            std::int64_t last,
            const std::function<void(const db::AuditRow&)>& row
        ) override {
            FakeAuditLog::read(first, last, row);
            write();
        }
    } busy;
    busy.prepare();
    for (int i = 0; i < 3; ++i) busy.write();
    const AuditCheck found = check_audit(busy, db::AuditChain(), 0, "");
    EXPECT_TRUE(found.fits()) << found.problem;
    EXPECT_EQ(found.rows, 4);
}

TEST_F(AuditCheckTest, WithoutTablesOnlyAKeptHeadIsAProblem) {
    test::FakeAuditLog none;
    EXPECT_TRUE(check_audit(none, db::AuditChain(), 0, "").fits());
    EXPECT_FALSE(check_audit(none, db::AuditChain(), 0, "abc").fits());
}

}  // namespace
}  // namespace migrator::coordinator

#include "db/sql/apply/lock_table.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "support/reading_session.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kRoom = 6'400;

class OneRow : public RowSource {
public:
    explicit OneRow(Row row) : row_(std::move(row)) {}
    bool next(Row& row) override {
        if (done_) return false;
        done_ = true;
        row = row_;
        return true;
    }

private:
    const Row row_;
    bool done_ = false;
};

/// Knows the room, and how many locks are held.
class ServerWithLocks : public test::ReadingSession {
public:
    std::size_t locks = 0;
    int looks = 0;

    std::unique_ptr<RowSource> open(std::string_view sql, std::span<const Value>) override {
        if (sql == "room") {
            return std::make_unique<OneRow>(Row{std::to_string(kRoom), "64 × (100 + 0)"});
        }
        ++looks;
        return std::make_unique<OneRow>(Row{std::to_string(locks)});
    }
};

class LockTableTest : public testing::Test {
protected:
    LockTableTest() {
        dialect_.lock_room = "room";
        dialect_.own_locks = "locks";
        log::redirect([this](std::string_view line) { logged_ += line; });
    }
    ~LockTableTest() override { log::redirect(nullptr); }

    /// Executions of one file that take so many locks each; how many were looked behind. Stops
    /// where the table says so.
    std::size_t run(std::size_t executions, std::size_t locks_each) {
        LockTable table(server_, dialect_, true);
        for (std::size_t done = 1; done <= executions; ++done) {
            server_.locks += locks_each;
            if (!table.is_due(done)) continue;
            try {
                table.look(done, "f.sql for t1");
            } catch (const Error& error) {
                stopped_ = error.what();
                return done;
            }
        }
        return executions;
    }

    Dialect dialect_{};
    ServerWithLocks server_;
    std::string logged_;
    std::string stopped_;
};

TEST_F(LockTableTest, LooksSeldomWhileThereIsMuchRoom) {
    EXPECT_EQ(run(12'000, 0), 12'000U);
    EXPECT_LT(server_.looks, 20);
    EXPECT_EQ(logged_, "");
}

TEST_F(LockTableTest, WarnsAboveWhatTheSettingsAreMadeForAndGoesOn) {
    EXPECT_EQ(run(12'000, 1), 12'000U);
    EXPECT_EQ(stopped_, "");
    EXPECT_NE(logged_.find("room for about 6400 (64 × (100 + 0))"), std::string::npos) << logged_;
    EXPECT_NE(logged_.find("atomicity: tenant"), std::string::npos) << logged_;
}

TEST_F(LockTableTest, StopsSoonAboveTwiceAsMany) {
    const std::size_t done = run(5'000, 17);
    EXPECT_GT(done * 17, 2 * kRoom);
    EXPECT_LT(done * 17, 2 * kRoom + std::size_t{60} * 17);
    EXPECT_TRUE(stopped_.starts_with("stopped after f.sql for t1 and rolled back: ")) << stopped_;
    EXPECT_NE(stopped_.find("atomicity: tenant"), std::string::npos) << stopped_;
}

TEST_F(LockTableTest, LooksAgainWhenAFileBeginsThatRunsForManySchemas) {
    LockTable table(server_, dialect_, true);
    table.look(50, "");
    EXPECT_FALSE(table.is_due(200));
    table.expect_more(100);
    EXPECT_TRUE(table.is_due(150));
}

TEST_F(LockTableTest, IsNothingWhereThereIsNoSuchLimit) {
    EXPECT_FALSE(LockTable(server_, Dialect{}, true).is_due(1'000'000));
    EXPECT_FALSE(LockTable(server_, dialect_, false).is_due(1'000'000));
    EXPECT_EQ(server_.looks, 0);
}

}  // namespace
}  // namespace migrator::db::sql::apply

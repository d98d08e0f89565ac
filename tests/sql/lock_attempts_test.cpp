#include "db/sql/lock_attempts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace migrator::db::sql {
namespace {

using Connection = std::unique_ptr<int>;

class FakeLock final : public RunLock {
public:
    explicit FakeLock(Connection connection) : connection_(std::move(connection)) {}
    void notify(std::function<void()> /*on_lost*/) override {}
    bool lost() const noexcept override { return false; }
    int number() const { return *connection_; }

private:
    const Connection connection_;
};

/// Connections are numbered from 1; what each try gives is told before.
class TriesToLock : public testing::Test {
protected:
    enum class Try { Got, Taken, Fails };

    /// The number of the connection that got the lock; 0: none.
    int next(std::vector<Try> outcomes) {
        std::size_t done = 0;
        const auto lock = attempts_.next(
            [&] {
                if (is_down_) throw Error(ErrorKind::Unavailable, "the server is down");
                return std::make_unique<int>(++opened_);
            },
            [&](Connection& connection) -> std::unique_ptr<RunLock> {
                tried_.push_back(*connection);
                switch (outcomes.at(done++)) {
                    case Try::Got:
                        return std::make_unique<FakeLock>(std::move(connection));
                    case Try::Taken:
                        return nullptr;
                    case Try::Fails:
                        break;
                }
                throw Error(ErrorKind::Unavailable, "the connection is gone");
            }
        );
        EXPECT_EQ(done, outcomes.size());
        return lock ? dynamic_cast<const FakeLock&>(*lock).number() : 0;
    }

    LockAttempts<Connection> attempts_;
    bool is_down_ = false;
    int opened_ = 0;
    std::vector<int> tried_;
};

using Numbers = std::vector<int>;

TEST_F(TriesToLock, WithTheSameConnectionUntilItGetsIt) {
    EXPECT_EQ(next({Try::Taken}), 0);
    EXPECT_EQ(next({Try::Taken}), 0);
    EXPECT_EQ(next({Try::Got}), 1);
    EXPECT_EQ(tried_, (Numbers{1, 1, 1}));
}

TEST_F(TriesToLock, WithANewConnectionOnceTheLockHasTakenTheFirst) {
    EXPECT_EQ(next({Try::Got}), 1);
    EXPECT_EQ(next({Try::Taken}), 0);
    EXPECT_EQ(tried_, (Numbers{1, 2}));
}

TEST_F(TriesToLock, WithANewConnectionWhenTheOneThatWaitedFails) {
    EXPECT_EQ(next({Try::Taken}), 0);
    EXPECT_EQ(next({Try::Fails, Try::Got}), 2);
    EXPECT_EQ(tried_, (Numbers{1, 1, 2}));
}

TEST_F(TriesToLock, OnlyOnceWithANewConnection) {
    EXPECT_THROW(next({Try::Fails}), Error);
    EXPECT_EQ(next({Try::Taken}), 0);
    EXPECT_EQ(tried_, (Numbers{1, 2})) << "what has failed does not wait";
    EXPECT_THROW(next({Try::Fails, Try::Fails}), Error);
}

TEST_F(TriesToLock, NotAtAllWhenItCantConnect) {
    is_down_ = true;
    EXPECT_THROW(next({}), Error);
    EXPECT_TRUE(tried_.empty());
}

}  // namespace
}  // namespace migrator::db::sql

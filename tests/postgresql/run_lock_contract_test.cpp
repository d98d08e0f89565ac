// The lock of a run.
#include <condition_variable>
#include <mutex>

#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

class PostgresqlRunLock : public PostgresqlTest {
protected:
    /// The server's session that holds the lock in this test's database.
    std::string holder() {
        return scalar(
            *admin_,
            "select l.pid from pg_locks l join pg_database d on d.oid = l.database where "
            "l.locktype "
            "= 'advisory' and d.datname = current_database() and "
            "(l.classid::bigint << 32 | l.objid::bigint) = 7883946363647717234"
        );
    }
};

/// Waits for the one call.
class Loss {
public:
    std::function<void()> callback() {
        return [this] {
            const std::lock_guard guard(mutex_);
            ++calls_;
            changed_.notify_all();
        };
    }
    void wait() {
        std::unique_lock guard(mutex_);
        changed_.wait(guard, [&] { return calls_ > 0; });
    }
    int calls() {
        const std::lock_guard guard(mutex_);
        return calls_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int calls_ = 0;
};

TEST_F(PostgresqlRunLock, IsHeldByOneAtATime) {
    const auto other = server_at(url_);
    auto lock = server_->try_lock();
    ASSERT_TRUE(lock);
    EXPECT_FALSE(lock->lost());
    EXPECT_FALSE(other->try_lock());
    EXPECT_FALSE(other->try_lock()) << "the connection of the first try is used again";
    EXPECT_FALSE(server_->try_lock());
    lock.reset();
    lock = other->try_lock();
    EXPECT_TRUE(lock);
    EXPECT_FALSE(server_->try_lock());
}

TEST_F(PostgresqlRunLock, IsTakenAfterTheWaitingConnectionWasClosed) {
    const auto other = server_at(url_);
    auto lock = server_->try_lock();
    ASSERT_FALSE(other->try_lock());
    lock.reset();
    execute(
        *admin_,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
        "and pid <> pg_backend_pid()"
    );
    EXPECT_TRUE(other->try_lock());
}

TEST_F(PostgresqlRunLock, TellsOnceThatItWasLost) {
    Loss loss;
    const auto lock = server_->try_lock();
    lock->notify(loss.callback());
    execute(*admin_, "select pg_terminate_backend(" + holder() + ")");
    loss.wait();
    EXPECT_TRUE(lock->lost());
    EXPECT_TRUE(server_->try_lock()) << "another may have it now";
    EXPECT_EQ(loss.calls(), 1);

    Loss late;
    lock->notify(late.callback());
    EXPECT_EQ(late.calls(), 1) << "at once when it is lost already";
}

TEST_F(PostgresqlRunLock, IsNotLostByACancel) {
    Loss loss;
    const auto lock = server_->try_lock();
    lock->notify(loss.callback());
    execute(*admin_, "select pg_cancel_backend(" + holder() + ")");
    EXPECT_FALSE(server_->try_lock());
    execute(*admin_, "select pg_terminate_backend(" + holder() + ")");
    loss.wait();
}

TEST_F(PostgresqlRunLock, DoesNotStandInTheWayOfAConcurrentIndex) {
    const auto lock = server_->try_lock();
    ASSERT_TRUE(lock);
    execute(*admin_, "create table t (a int)");
    EXPECT_EQ(
        scalar(
            *admin_,
            "select backend_xmin is null and backend_xid is null from "
            "pg_stat_activity where pid = " +
                holder()
        ),
        "t"
    );
    // Over several heartbeats: with a snapshot among them this would never end.
    execute(*admin_, "set statement_timeout = '60s'");
    for (int i = 0; i < 2; ++i) {
        const std::string change =
            scalar(*admin_, "select state_change from pg_stat_activity where pid = " + holder());
        execute(*admin_, "create index concurrently i" + std::to_string(i) + " on t (a)");
        wait_until(
            "(select state_change > '" + change +
            "' from pg_stat_activity where pid = " + holder() + ")"
        );
    }
    EXPECT_FALSE(lock->lost());
}

TEST_F(PostgresqlRunLock, HasNoTimeLimit) {
    execute(
        *admin_,
        "alter database " + database_ + " set idle_in_transaction_session_timeout = '500ms'"
    );
    execute(*admin_, "alter database " + database_ + " set statement_timeout = '500ms'");
    const auto lock = server_at(url_)->try_lock();
    ASSERT_TRUE(lock);
    const std::string change =
        scalar(*admin_, "select state_change from pg_stat_activity where pid = " + holder());
    wait_until(
        "(select state_change > '" + change + "' from pg_stat_activity where pid = " + holder() +
        ")"
    );
    EXPECT_FALSE(lock->lost());
}

TEST_F(PostgresqlRunLock, ThrowsWhenTheDatabaseCanNotBeReached) {
    EXPECT_THROW(server_at("host=127.0.0.1 port=1 user=u")->try_lock(), Error);
}

}  // namespace
}  // namespace migrator::db::postgresql::test

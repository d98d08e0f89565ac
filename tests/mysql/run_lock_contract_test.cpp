// The lock of a run, and what becomes of the session that holds it.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "mysql/test_server.hpp"

namespace migrator::db::mysql::test {
namespace {

class MariadbRunLock : public MariadbTest {
protected:
    std::string holder() { return scalar(*admin_, "select is_used_lock('migrator')"); }
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

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int calls_ = 0;
};

TEST_F(MariadbRunLock, IsHeldByOneAtATime) {
    const auto other = server_at(url_);
    auto lock = server_->try_lock();
    ASSERT_TRUE(lock);
    EXPECT_FALSE(lock->lost());
    EXPECT_FALSE(other->try_lock());
    EXPECT_FALSE(other->try_lock()) << "the connection of the first try is used again";
    EXPECT_FALSE(server_->try_lock());
    lock.reset();
    EXPECT_EQ(holder(), "(null)");
    lock = other->try_lock();
    EXPECT_TRUE(lock);
    EXPECT_FALSE(server_->try_lock());
}

TEST_F(MariadbRunLock, IsHeldBesideTheSessionThatWorks) {
    const auto lock = server_->try_lock();
    auto session = lock->take_session();
    ASSERT_TRUE(session);
    EXPECT_EQ(
        scalar(*session, "select connection_id()"),
        scalar(*admin_, "select is_used_lock('migrator-64')")
    );
    EXPECT_EQ(scalar(*session, "select @@wait_timeout < 30"), "1")
        << "a client that vanished must not keep it";
    session.reset();
    EXPECT_NE(holder(), "(null)") << "the lock outlives the session object";
}

TEST_F(MariadbRunLock, SurvivesCommits) {
    const auto lock = server_->try_lock();
    const auto session = lock->take_session();
    EXPECT_FALSE(run(*session, "create table " + database_ + ".x (n int)"));
    EXPECT_FALSE(run(*session, "commit"));
    EXPECT_FALSE(server_at(url_)->try_lock());
}

TEST_F(MariadbRunLock, IsTakenAfterTheWaitingConnectionWasClosed) {
    const auto other = server_at(url_);
    auto lock = server_->try_lock();
    ASSERT_FALSE(other->try_lock());
    lock.reset();
    for (const std::string& id : column(
             *admin_,
             "select id from information_schema.processlist where id <> connection_id() and user = "
             "'root'"
         )) {
        // Some go by themselves meanwhile.
        execute(
            *admin_,
            "begin not atomic declare continue handler for 1094 begin end; kill " + id + "; end"
        );
    }
    EXPECT_TRUE(other->try_lock());
}

TEST_F(MariadbRunLock, IsFreeWhenItsSessionIsKilled) {
    Loss loss;
    const auto lock = server_->try_lock();
    lock->notify(loss.callback());
    auto session = lock->take_session();
    execute(*admin_, "kill " + holder());
    loss.wait();
    EXPECT_TRUE(lock->lost());
    EXPECT_FALSE(server_at(url_)->try_lock()) << "the session that works is still there";
    message_of([&] { lock->connect_worker(1, {}); }, ErrorKind::Locked);
    session.reset();
    EXPECT_TRUE(server_at(url_)->try_lock());
}

TEST_F(MariadbRunLock, TellsThatAnIdleConnectionWasLost) {
    Loss loss;
    const auto lock = server_->try_lock();
    lock->notify(loss.callback());
    execute(*admin_, "kill " + holder());
    loss.wait();
    EXPECT_TRUE(lock->lost());
}

TEST_F(MariadbRunLock, OfAWorkerKeepsTheNextRunOut) {
    const auto other = server_at(url_);
    auto lock = server_->try_lock();
    auto worker = lock->connect_worker(2, {});
    ASSERT_TRUE(worker);
    EXPECT_EQ(
        scalar(*worker, "select connection_id()"),
        scalar(*admin_, "select is_used_lock('migrator-2')")
    );
    EXPECT_EQ(scalar(*worker, "select @@wait_timeout < 30"), "1");
    lock.reset();
    EXPECT_EQ(holder(), "(null)");
    EXPECT_FALSE(other->try_lock()) << "the worker may still change something";
    EXPECT_EQ(holder(), "(null)") << "what the try has taken it gives back";
    worker.reset();
    EXPECT_TRUE(other->try_lock());
}

TEST_F(MariadbRunLock, OfAWorkerIsNotTakenWhenAnotherRunHasBegun) {
    const auto lock = server_->try_lock();
    execute(*admin_, "kill " + holder());
    wait_until("is_used_lock('migrator') is null");
    const auto other = server_at(url_);
    const auto next = other->try_lock();
    ASSERT_TRUE(next);
    const std::string text = message_of([&] { lock->connect_worker(1, {}); }, ErrorKind::Locked);
    EXPECT_TRUE(has(text, "lost the migration lock")) << text;
    EXPECT_EQ(scalar(*admin_, "select is_used_lock('migrator-1')"), "(null)");
    EXPECT_TRUE(next->connect_worker(1, {}));
}

TEST_F(MariadbRunLock, OfAWorkerIsWaitedForUntilTheOldSessionHasGone) {
    const auto lock = server_->try_lock();
    auto before = lock->connect_worker(1, {});
    std::jthread end([&] {
        wait_for("select get_lock(''migrator-1''");
        before.reset();
    });
    EXPECT_TRUE(lock->connect_worker(1, {}));
}

TEST_F(MariadbRunLock, OfAWorkerIsNotWaitedForWhenTheRunIsToStop) {
    const auto lock = server_->try_lock();
    const auto before = lock->connect_worker(1, {});
    std::stop_source stop;
    std::jthread end([&] {
        wait_for("select get_lock(''migrator-1''");
        stop.request_stop();
    });
    message_of([&] { lock->connect_worker(1, stop.get_token()); }, ErrorKind::Unavailable);
}

TEST_F(MariadbRunLock, KeepsAnIdleConnectionAlive) {
    const auto lock = server_->try_lock();
    const auto session = lock->take_session();
    const auto worker = lock->connect_worker(1, {});
    const std::string id = holder();
    const std::string of_worker = scalar(*admin_, "select is_used_lock('migrator-1')");
    // The heartbeat is the only one to speak: the time since its last word goes back to 0.
    for (const std::string& held : {id, of_worker}) {
        const std::string silence =
            "coalesce((select time from information_schema.processlist where "
            "id = " +
            held + "), -1)";
        wait_until(silence + " not between 0 and 3");
        wait_until(silence + " not between 4 and 20");
    }
    EXPECT_EQ(holder(), id);
    EXPECT_EQ(scalar(*admin_, "select is_used_lock('migrator-1')"), of_worker);
}

}  // namespace
}  // namespace migrator::db::mysql::test

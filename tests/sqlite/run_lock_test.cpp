#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

class SqliteRunLock : public Workshop {};

/// A child that runs `work` and then waits to be killed. It writes the answer, a letter, first.
class Child {
public:
    template <typename Work>
    explicit Child(const Work& work) {
        if (pipe(pipe_.data()) != 0) throw std::runtime_error("pipe failed");
        id_ = fork();
        if (id_ != 0) return;
        const auto kept = work();  // lives as long as the child
        const char letter = kept ? 'y' : 'n';
        if (write(pipe_[1], &letter, 1) != 1) _exit(1);
        while (true) pause();
    }
    ~Child() { kill(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    bool answer() const {
        char letter = 0;
        EXPECT_EQ(::read(pipe_[0], &letter, 1), 1);
        return letter == 'y';
    }
    void kill() {
        if (id_ == 0) return;
        ::kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
        id_ = 0;
        close(pipe_[0]);
        close(pipe_[1]);
    }

private:
    std::array<int, 2> pipe_{};
    pid_t id_ = 0;
};

TEST_F(SqliteRunLock, IsHeldByOneObjectOfAProcessAtATime) {
    auto lock = server_->try_lock();
    ASSERT_NE(lock, nullptr);
    EXPECT_EQ(server_->try_lock(), nullptr);
    const auto another_server = db::sqlite::make_server(options());
    EXPECT_EQ(another_server->try_lock(), nullptr);
    lock.reset();
    EXPECT_NE(another_server->try_lock(), nullptr);
}

TEST_F(SqliteRunLock, KeepsTheFileAndMakesNoMetadataFile) {
    server_->try_lock().reset();
    EXPECT_TRUE(std::filesystem::exists(file("migrator.db.lock")));
    EXPECT_FALSE(std::filesystem::exists(file("migrator.db")));
}

TEST_F(SqliteRunLock, KeepsOtherProcessesOutAndIsFreeWhenTheHolderIsKilled) {
    Child holder([&] { return server_->try_lock(); });
    ASSERT_TRUE(holder.answer());
    EXPECT_EQ(server_->try_lock(), nullptr);
    holder.kill();
    EXPECT_NE(server_->try_lock(), nullptr);
}

TEST_F(SqliteRunLock, IsNeitherKeptNorFreedByAForkedChild) {
    auto lock = server_->try_lock();
    {
        Child that_frees_its_copy([&] {
            lock.reset();
            return true;
        });
        ASSERT_TRUE(that_frees_its_copy.answer());
        EXPECT_EQ(server_->try_lock(), nullptr);
    }
    Child that_keeps_its_copy([] { return true; });
    ASSERT_TRUE(that_keeps_its_copy.answer());
    lock.reset();
    EXPECT_NE(server_->try_lock(), nullptr);
}

TEST_F(SqliteRunLock, IsLostWhenItsFileIsReplacedAndSaysSoOnce) {
    const auto lock = server_->try_lock();
    int told = 0;
    lock->notify([&] { ++told; });
    EXPECT_FALSE(lock->lost());
    EXPECT_EQ(told, 0);
    std::filesystem::remove(file("migrator.db.lock"));
    EXPECT_TRUE(lock->lost());
    EXPECT_TRUE(lock->lost());
    EXPECT_EQ(told, 1);
    const auto second = server_->try_lock();
    EXPECT_NE(second, nullptr);
    EXPECT_TRUE(lock->lost());
}

TEST_F(SqliteRunLock, SaysWhichFileCannotBeOpened) {
    std::filesystem::create_directory(file("migrator.db.lock"));
    const auto said = message_of([&] { server_->try_lock(); });
    EXPECT_NE(said.find(file("migrator.db.lock").string()), std::string::npos) << said;
}

}  // namespace
}  // namespace migrator::test

// What a killed process, and a disk that fails, leave behind of a transaction over several files.

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

const std::vector<std::string> kTenants = {"east", "north", "south", "west"};

/// Stands between SQLite and the system in this process, for writes and unlinks: `on_call` is told
/// before each, and may make it fail with the errno it returns.
class SystemCalls {
public:
    using Handler = int (*)();

    static void intercept(Handler handler) {
        on_call = handler;
        sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
        set(vfs, "pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(write_at));
        set(vfs, "pwrite", reinterpret_cast<sqlite3_syscall_ptr>(write_at));
        set(vfs, "write", reinterpret_cast<sqlite3_syscall_ptr>(write_here));
        set(vfs, "unlink", reinterpret_cast<sqlite3_syscall_ptr>(remove));
    }
    static void restore() { sqlite3_vfs_find(nullptr)->xSetSystemCall(nullptr, nullptr, nullptr); }

private:
    static void set(sqlite3_vfs* vfs, const char* name, sqlite3_syscall_ptr call) {
        if (vfs->xGetSystemCall(vfs, name) != nullptr) vfs->xSetSystemCall(vfs, name, call);
    }
    static ssize_t write_at(int file, const void* bytes, size_t size, off_t offset) {
        if ((errno = on_call()) != 0) return -1;
        return ::pwrite(file, bytes, size, offset);
    }
    static ssize_t write_here(int file, const void* bytes, size_t size) {
        if ((errno = on_call()) != 0) return -1;
        return ::write(file, bytes, size);
    }
    static int remove(const char* path) {
        if ((errno = on_call()) != 0) return -1;
        return ::unlink(path);
    }
    static inline Handler on_call = nullptr;
};

class SqliteCrash : public Workshop {
protected:
    SqliteCrash() {
        auto session = connect();
        create_tables(*session, server_->dialect());
        session->use_schemas(kTenants);
        session->begin({});
        for (const auto& tenant : kTenants) {
            EXPECT_EQ(said(run(*session, "create table " + tenant + ".t (round, text)")), "");
        }
        EXPECT_EQ(said(session->commit()), "");
    }

    /// One group: a change in every tenant's file, and its row in the metadata file.
    static std::string work(db::sql::Session& session, int round) try {
        session.use_schemas(kTenants);
        session.begin({});
        Migration migration;
        migration.file = std::to_string(round);
        std::vector<db::sql::MetadataRow> rows;
        for (const auto& tenant : kTenants) {
            const auto failure =
                run(session,
                    "insert into " + tenant + ".t values (" + migration.file + ", zeroblob(9000));"
                );
            if (failure) return failure->message;
            rows.push_back({&migration, &tenant});
        }
        session.reset();
        session.insert_rows(1, "2026-11-22 12:04:02.469", rows);
        return said(session.commit());
    } catch (const Error& error) {
        return error.what();
    }

    /// 'y' when all of round `round` is there, 'n' when nothing, '?' when they disagree. Reads the
    /// files in an order that depends on the round, each through a connection of its own.
    char outcome(int round) const {
        const auto number = std::to_string(round);
        const auto rows = [&](const std::string& name) {
            return name == "migrator"
                       ? read(
                             "migrator.db",
                             "select count(*) from migrator_migrations where filename = '" +
                                 number + "'"
                         )
                       : read(name + ".db", "select count(*) from t where round = " + number);
        };
        std::vector<std::string> names = kTenants;
        names.insert(names.begin() + round % 5, "migrator");
        std::string found;
        for (const auto& name : names) {
            const auto count = rows(name);
            const std::string all = name == "migrator" ? "4" : "1";
            found += count == all ? 'y' : count == "0" ? 'n' : '?';
        }
        if (found == "yyyyy") return 'y';
        return found == "nnnnn" ? 'n' : '?';
    }
};

// The child stops before system call number N and says so; then it is killed there.
int g_calls_left = 0;
int g_pipe = -1;

int stop_at_call() {
    if (--g_calls_left > 0) return 0;
    const char stopped = 's';
    if (::write(g_pipe, &stopped, 1) != 1) _exit(1);
    while (true) pause();
}

TEST_F(SqliteCrash, AKillAtAnyWriteLeavesMetadataAndEffectsInAgreement) {
    int undone = 0;
    int kills = 0;
    for (int round = 1;; ++round) {
        ASSERT_LT(round, 1000);
        std::array<int, 2> ends{};
        ASSERT_EQ(pipe(ends.data()), 0);
        const pid_t child = fork();
        if (child == 0) {
            const auto lock = server_->try_lock();
            const auto session = server_->connect();
            g_calls_left = round;
            g_pipe = ends[1];
            SystemCalls::intercept(stop_at_call);
            const char finished = lock && work(*session, round).empty() ? 'f' : 'x';
            _exit(::write(ends[1], &finished, 1) == 1 ? 0 : 1);
        }
        close(ends[1]);
        char progress = 0;
        ASSERT_EQ(::read(ends[0], &progress, 1), 1);
        close(ends[0]);
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        ASSERT_NE(progress, 'x');
        EXPECT_NE(server_->try_lock(), nullptr);

        const char found = outcome(round);
        ASSERT_TRUE(found == 'y' || found == 'n') << "killed at write " << round;
        if (progress == 'f') {
            EXPECT_EQ(found, 'y');
            break;
        }
        ++kills;
        if (found == 'n') ++undone;
    }
    EXPECT_GE(kills, 30);
    // Some of the last calls only tidy up: the transaction is committed before them.
    EXPECT_GT(undone, 0);
    EXPECT_LT(undone, kills);
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
        EXPECT_EQ(entry.path().string().find("-journal"), std::string::npos) << entry.path();
    }
}

int fail_from_call() { return --g_calls_left > 0 ? 0 : ENOSPC; }

TEST_F(SqliteCrash, ADiskThatIsFullFromAnyWriteOnLeavesMetadataAndEffectsInAgreement) {
    int failures = 0;
    bool finished = false;
    for (int round = 1; !finished; ++round) {
        ASSERT_LT(round, 1000);
        std::string message;
        {
            const auto session = connect();
            g_calls_left = round;
            SystemCalls::intercept(fail_from_call);
            message = work(*session, round);
            finished = g_calls_left > 0;
            SystemCalls::restore();  // space is free again before anybody rolls back
            session->rollback();
        }
        const char found = outcome(round);
        ASSERT_EQ(found, message.empty() ? 'y' : 'n')
            << "full at write " << round << ": " << message;
        if (!message.empty()) ++failures;
    }
    EXPECT_GE(failures, 20);
}

}  // namespace
}  // namespace migrator::test

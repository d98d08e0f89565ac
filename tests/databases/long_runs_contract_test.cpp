// Long runs over HTTP as the database keeps them.
#include <atomic>
#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

using db::RunRecord;
using Insertion = db::RunRecords::Insertion;

/// Of whole milliseconds: SQLite stores what it is given, a server microseconds.
const TimePoint kNoon{std::chrono::milliseconds(1'795'349'042'469)};

RunRecord run_of(const std::string& id) {
    return {
        .id = id,
        .state = "queued",
        .request = "POST /v1/migrations it's \"this\"",
        .progress = R"({"phase":"waiting"})",
        .owner = "host-a, process 7",
        .started = kNoon};
}

class LongRuns : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (!IsSkipped()) connector_ = project().open().connector;
    }

    void make_tables() { ASSERT_NE(connector_->try_begin_run({.run_id = "a run"}), nullptr); }

    /// As if the database's clock had gone on by a time such as "2 hours" since the last writing.
    void age(const std::string& id, const std::string& by) {
        project().execute(
            "update " + own("migrator_runs") + " set changed = " + kind().earlier(by) +
            " where id = '" + id + "'"
        );
    }

    std::string ids() {
        std::string all;
        connector_->run_records().read([&](const RunRecord& run) { all += run.id; });
        return all;
    }

    std::unique_ptr<db::Connector> connector_;
};

TEST_P(LongRuns, HaveNoTableBeforeTheFirstRun) {
    EXPECT_EQ(connector_->run_records().insert(run_of("a")), Insertion::NoTable);
    EXPECT_FALSE(connector_->run_records().find("a"));
    EXPECT_FALSE(connector_->run_records().cancel("a"));
    EXPECT_FALSE(connector_->run_records().update(run_of("a")));
    EXPECT_EQ(ids(), "");
    make_tables();
    EXPECT_EQ(connector_->run_records().insert(run_of("a")), Insertion::Inserted);
}

TEST_P(LongRuns, AreKeptAsTheyWereWritten) {
    make_tables();
    ASSERT_EQ(connector_->run_records().insert(run_of("a")), Insertion::Inserted);
    auto found = connector_->run_records().find("a");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, "queued");
    EXPECT_EQ(found->request, "POST /v1/migrations it's \"this\"");
    EXPECT_EQ(found->progress, R"({"phase":"waiting"})");
    EXPECT_EQ(found->status, 0);
    EXPECT_EQ(found->answer, "");
    EXPECT_FALSE(found->cancel);
    EXPECT_EQ(found->owner, "host-a, process 7");
    EXPECT_EQ(found->started, kNoon);
    EXPECT_FALSE(found->ended);
    EXPECT_LT(found->silent_for, std::chrono::minutes(5));

    RunRecord ended = run_of("a");
    ended.state = "done";
    ended.progress = "{}";
    ended.status = 201;
    ended.answer = std::string(5'000'000, 'x') + "\xc3\xa9";
    ended.ended = kNoon + std::chrono::hours(1);
    EXPECT_FALSE(connector_->run_records().update(ended));
    found = connector_->run_records().find("a");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, "done");
    EXPECT_EQ(found->progress, "{}");
    EXPECT_EQ(found->status, 201);
    EXPECT_TRUE(found->answer == ended.answer);
    EXPECT_EQ(found->ended, ended.ended);
    EXPECT_EQ(found->started, kNoon);
    EXPECT_FALSE(connector_->run_records().find("b"));
}

TEST_P(LongRuns, WithOneIdAreInsertedOnce) {
    make_tables();
    std::atomic<int> inserted = 0;
    std::atomic<int> there = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 10; ++i) {
        threads.emplace_back([&] {
            const auto own = project().open().connector;
            for (int tries = 0; tries < 100; ++tries) {
                try {
                    const auto answer = own->run_records().insert(run_of("a"));
                    ++(answer == Insertion::Inserted ? inserted : there);
                    return;
                } catch (const Error& error) {
                    if (error.kind() != ErrorKind::Busy) throw;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(inserted, 1);
    EXPECT_EQ(there, 9);
}

TEST_P(LongRuns, AreToldThatTheirEndIsAskedFor) {
    make_tables();
    connector_->run_records().insert(run_of("a"));
    EXPECT_FALSE(connector_->run_records().update(run_of("a")));
    EXPECT_TRUE(project().open().connector->run_records().cancel("a"));
    EXPECT_FALSE(connector_->run_records().cancel("b"));
    EXPECT_TRUE(connector_->run_records().find("a")->cancel);
    EXPECT_TRUE(connector_->run_records().update(run_of("a")));
}

TEST_P(LongRuns, TellHowLongTheirProcessIsSilent) {
    make_tables();
    connector_->run_records().insert(run_of("a"));
    age("a", "300 seconds");
    EXPECT_GE(connector_->run_records().find("a")->silent_for, std::chrono::seconds(300));
    EXPECT_LT(connector_->run_records().find("a")->silent_for, std::chrono::seconds(600));
    connector_->run_records().cancel("a");
    EXPECT_GE(connector_->run_records().find("a")->silent_for, std::chrono::seconds(300))
        << "that was not its process";
    connector_->run_records().update(run_of("a"));
    EXPECT_LT(connector_->run_records().find("a")->silent_for, std::chrono::seconds(300));
}

TEST_P(LongRuns, AreForgottenADayAfterTheLastWord) {
    make_tables();
    for (const char* id : {"a", "b", "c"}) connector_->run_records().insert(run_of(id));
    RunRecord ended = run_of("a");
    ended.ended = kNoon;
    connector_->run_records().update(ended);
    age("a", "25 hours");  // it has ended
    age("b", "25 hours");  // its process was killed
    age("c", "23 hours");
    EXPECT_EQ(connector_->run_records().insert(run_of("a")), Insertion::Inserted) << "as a new one";
    EXPECT_EQ(ids(), "ca");
}

TEST_P(LongRuns, AreListedNewestFirst) {
    make_tables();
    for (int i = 0; i < 3; ++i) {
        RunRecord run = run_of(std::string(1, static_cast<char>('c' - i)));
        run.started += std::chrono::milliseconds(i);
        connector_->run_records().insert(run);
    }
    EXPECT_EQ(ids(), "abc");
}

TEST_P(LongRuns, CanBeReadByAReaderThatGivesUp) {
    make_tables();
    for (const char* id : {"a", "b"}) connector_->run_records().insert(run_of(id));
    EXPECT_THROW(
        connector_->run_records().read([](const RunRecord&) { throw std::runtime_error("enough"); }
        ),
        std::runtime_error
    );
    EXPECT_EQ(connector_->connections().in_use, 0U);
    EXPECT_EQ(ids(), "ba");
}

TEST_P(LongRuns, CanBeReadWhileARunWorks) {
    make_tables();
    connector_->run_records().insert(run_of("a"));
    const auto run = connector_->try_begin_run({.run_id = "works"});
    EXPECT_TRUE(connector_->run_records().find("a"));
    EXPECT_EQ(connector_->run_records().insert(run_of("b")), Insertion::Inserted)
        << "the migration lock is for changes of schemas";
}

/// Where readers and writers share a file.
class LongRunsInAFile : public LongRuns {};

TEST_P(LongRunsInAFile, SayThatARunIsWritingToIt) {
    make_tables();
    connector_->run_records().insert(run_of("a"));
    const auto server = project().server().make_server(project().database);
    const auto working = server->connect();
    working->use_schemas({});
    working->begin({});  // writes hold it until the end
    EXPECT_TRUE(connector_->run_records().find("a")) << "reading goes on";
    try {
        connector_->run_records().update(run_of("a"));
        FAIL() << "written";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Busy);
        const std::string message = error.what();
        EXPECT_NE(message.find("has locked the file"), std::string::npos) << message;
        EXPECT_NE(message.find("metadata.db"), std::string::npos) << message;
    }
    working->rollback();
    EXPECT_NO_THROW(connector_->run_records().update(run_of("a")));
    EXPECT_EQ(connector_->run_records().insert(run_of("b")), Insertion::Inserted);
}

class LongRunsOfRoles : public LongRuns {};

TEST_P(LongRunsOfRoles, TellOneThatMayOnlyRead) {
    make_tables();
    connector_->run_records().insert(run_of("a"));
    // A role that every server has; what it is granted goes with the database.
    project().execute("grant usage on schema migrator to pg_monitor");
    project().execute("grant select on all tables in schema migrator to pg_monitor");
    project().database.data_source += "?role=pg_monitor";
    const auto reader = project().open().connector;
    EXPECT_TRUE(reader->run_records().find("a"));
    for (const auto& write : std::vector<std::function<void()>>{
             [&] { reader->run_records().insert(run_of("b")); },
             [&] { reader->run_records().update(run_of("a")); },
             [&] { reader->run_records().cancel("a"); }}) {
        try {
            write();
            ADD_FAILURE() << "written";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
            EXPECT_NE(std::string(error.what()).find("write access"), std::string::npos)
                << error.what();
        }
    }
}

MIGRATOR_ON_EVERY_DATABASE(LongRuns);
MIGRATOR_ON_DATABASE(LongRunsInAFile, "Sqlite");
MIGRATOR_ON_DATABASE(LongRunsOfRoles, "Postgresql");

}  // namespace
}  // namespace migrator::test

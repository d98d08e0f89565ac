// A run from start to end, on a database and files in memory, in time that passes when it is told
// to.
#include "coordinator/version_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <mutex>
#include <numeric>

#include "coordinator/coordinator.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "support/fake_connector.hpp"
#include "support/fake_loader.hpp"
#include "support/fake_notifier.hpp"

namespace migrator::coordinator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class VersionRunTest : public ::testing::Test {
protected:
    VersionRunTest() {
        log::redirect([this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            logged_ += std::string(line) + "\n";
        });
        source_.write(MigrationType::SingleMigration, "ref", "001.sql", "select 1;");
        source_.write(MigrationType::TenantMigration, "tenants", "002.sql", "select 2;");
        database_.add_tenant("north");
        database_.add_tenant("south");
    }
    ~VersionRunTest() override { log::redirect(nullptr); }

    Coordinator& coordinator() {
        if (!coordinator_) {
            coordinator_ = std::make_unique<Coordinator>(
                Dependencies{
                    .connector = database_,
                    .open_loader =
                        [this] {
                            if (on_load_) on_load_();
                            return source_.opener()();
                        },
                    .clock = [] { return TimePoint(seconds(1'000'000)); },
                    .owner = "host-a, process 7",
                    .notifier = notifier_,
                    .metrics = &metrics_,
                    .time =
                        {.now =
                             [this] {
                                 const std::lock_guard lock(mutex_);
                                 return time_ += milliseconds(1);
                             },
                         .pause =
                             [this](milliseconds pause, const std::stop_token&) {
                                 pauses_.push_back(pause);
                                 {
                                     const std::lock_guard lock(mutex_);
                                     time_ += pause;
                                 }
                                 if (on_pause_) on_pause_();
                             }}},
                options_
            );
        }
        return *coordinator_;
    }

    VersionRequest request() {
        return {
            .version_name = "v1",
            .request_id = "request-1",
            .progress =
                [this](const Progress& progress) {
                    if (phases_.empty() || phases_.back() != progress.phase) {
                        phases_.emplace_back(progress.phase);
                    }
                    if (on_phase_) on_phase_(phases_.back());
                },
            .stop = stop_.get_token()};
    }
    Outcome run() { return coordinator().create_version(request()); }

    /// The kind and text of what ends a run.
    Error failure() {
        try {
            run();
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "no error";
        return {ErrorKind::Internal, "none"};
    }

    /// What holds when a run has ended, however: nobody has the lock, and nobody stands in line.
    void expect_nothing_is_held() {
        EXPECT_EQ(database_.lock_owner(), std::nullopt);
        std::vector<std::unique_ptr<Line::Place>> places;
        for (std::size_t i = 0; i <= options_.run_queue; ++i) {
            places.push_back(coordinator().enter(request()));
        }
    }
    bool counted(const std::string& result) const {
        return metrics_.text().find("migrator_runs_total{result=\"" + result + "\"} 1\n") !=
               std::string::npos;
    }
    static RunOwner other() {
        return {
            .run_id = "other",
            .owner = "host-b, process 9",
            .request_id = "request-9",
            .version_name = "v0",
            .since = TimePoint(seconds(1'000'000))};
    }

    test::FakeConnector database_;
    test::FakeSource source_;
    test::FakeNotifier told_;
    notifier::Notifier* notifier_ = &told_;
    metrics::Registry metrics_{"v1", {}};
    Options options_;
    std::stop_source stop_;
    std::function<void()> on_load_;
    std::function<void()> on_pause_;
    std::function<void(const std::string& phase)> on_phase_;
    std::vector<milliseconds> pauses_;
    std::vector<std::string> phases_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point time_;
    std::string logged_;
    std::unique_ptr<Coordinator> coordinator_;
};

TEST_F(VersionRunTest, GoesFromTheFilesToTheRows) {
    const Outcome outcome = run();
    EXPECT_EQ(outcome.summary.version_id, 1);
    EXPECT_EQ(outcome.summary.tenants, 2U);
    ASSERT_EQ(outcome.files.size(), 2U);
    const std::vector<Migration> sources = source_.files();
    for (const Migration& file : outcome.files) {
        EXPECT_EQ(std::ranges::count(sources, file), 1) << file.file << " with its contents";
    }
    EXPECT_EQ(database_.rows().size(), 3U);
    EXPECT_EQ(database_.versions({}).front().name, "v1");
    EXPECT_EQ(phases_.front(), "loading");
    EXPECT_EQ(database_.lock_tries(), 1U);
    EXPECT_TRUE(pauses_.empty());
    ASSERT_EQ(told_.told().size(), 1U);
    EXPECT_EQ(told_.told().front().version_id, 1);
    EXPECT_TRUE(counted("done"));
    expect_nothing_is_held();
}

TEST_F(VersionRunTest, NeedsNoLockWhenThereIsNothingToDo) {
    run();
    const Outcome again = run();
    EXPECT_EQ(again.summary.version_id, 0);
    EXPECT_EQ(again.summary.started_at, TimePoint(seconds(1'000'000)));
    EXPECT_EQ(database_.lock_tries(), 1U);
    EXPECT_TRUE(counted("nothing_to_do"));
}

TEST_F(VersionRunTest, ChangesNothingWhenFilesWereEdited) {
    run();
    source_.write(MigrationType::SingleMigration, "ref", "001.sql", "select 9;");
    source_.write(MigrationType::SingleMigration, "ref", "003.sql", "select 3;");
    const Outcome outcome = run();
    ASSERT_EQ(outcome.changed.size(), 1U);
    EXPECT_EQ(outcome.changed.front().file, "/migrations/ref/001.sql");
    EXPECT_EQ(database_.rows().size(), 3U);
    EXPECT_TRUE(counted("checksum_mismatch"));
    expect_nothing_is_held();
}

TEST_F(VersionRunTest, OfANewTenantIsOneAlsoWithoutFiles) {
    source_.remove("/migrations/tenants/002.sql");
    VersionRequest wanted = request();
    wanted.tenant = "east";
    const Outcome outcome = coordinator().create_version(wanted);
    EXPECT_EQ(outcome.summary.tenants, 1U);
    EXPECT_EQ(database_.tenants().back(), "east");
    EXPECT_TRUE(counted("done"));
}

TEST_F(VersionRunTest, RefusesADownHalfBeforeAnythingRuns) {
    source_.write(MigrationType::TenantMigration, "tenants", "003.sql", "-- +goose Down\n");
    source_.write(MigrationType::TenantScript, "scripts", "4_a.down.sql", "select 4;");
    VersionRequest wanted = request();
    for (const bool is_tenant : {false, true}) {
        for (const bool dry_run : {false, true}) {
            SCOPED_TRACE(
                (is_tenant ? "new tenant" : "version") + std::string(dry_run ? ", dry" : "")
            );
            wanted.tenant = is_tenant ? std::optional<std::string>("east") : std::nullopt;
            wanted.dry_run = dry_run;
            try {
                coordinator().create_version(wanted);
                ADD_FAILURE() << "no error";
            } catch (const Error& error) {
                const std::string text = error.what();
                EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
                EXPECT_TRUE(text.starts_with(
                    "SQL migration /migrations/tenants/003.sql failed with error: line 1: "
                )) << text;
                EXPECT_NE(text.find("\nand /migrations/scripts/4_a.down.sql: "), std::string::npos)
                    << text;
                EXPECT_TRUE(text.ends_with("\nNothing was run.")) << text;
            }
        }
    }
    EXPECT_EQ(database_.lock_tries(), 0U);
    EXPECT_TRUE(database_.rows().empty());
    EXPECT_EQ(database_.tenants().size(), 2U);
    const auto preview = coordinator().inspection().preview(false);
    ASSERT_EQ(preview.problems.size(), 2U);
    EXPECT_EQ(preview.problems[0].file, "/migrations/tenants/003.sql");
    EXPECT_EQ(coordinator().inspection().validate().problems.size(), 2U);
    EXPECT_EQ(coordinator().inspection().validate_files().problems.size(), 2U);
    expect_nothing_is_held();
}

TEST_F(VersionRunTest, LeavesADownHalfAloneThatIsApplied) {
    const Migration applied =
        source_.write(MigrationType::SingleMigration, "ref", "000.sql", "-- migrate:down\n");
    database_.record(applied, "ref");
    EXPECT_TRUE(coordinator().inspection().validate().problems.empty());
    EXPECT_EQ(run().files.size(), 2U);
}

TEST_F(VersionRunTest, NotesADownHalfThatASyncRecords) {
    source_.write(MigrationType::SingleMigration, "ref", "003.sql", "-- migrate:down\n");
    VersionRequest wanted = request();
    wanted.action = Action::Sync;
    const Outcome outcome = coordinator().create_version(wanted);
    EXPECT_EQ(outcome.files.size(), 3U);
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_TRUE(outcome.notes[0].starts_with(
        "/migrations/ref/003.sql is recorded without being run; an apply would refuse it: line 1: "
    )) << outcome.notes[0];
}

TEST_F(VersionRunTest, SaysWhatTheLoadHadToSayAlsoWhenNothingIsPending) {
    source_.set_report(
        {.ignored = {{"/migrations/ref/README", MigrationType::SingleMigration, "README*"}},
         .directories = {{"/migrations/ref/", "singleMigrations", 1}},
         .warnings = {{"/migrations/ref/", "a warning"}}}
    );
    const std::vector<std::string> notes = {
        "/migrations/ref/: a warning",
        "1 file was not run because of its name (ignoreFiles: README*): /migrations/ref/README"};
    EXPECT_EQ(run().notes, notes);
    const Outcome again = run();
    EXPECT_EQ(again.summary.version_id, 0);
    EXPECT_EQ(again.notes, notes);
    EXPECT_EQ(coordinator().inspection().preview(false).notes, notes);
    EXPECT_EQ(coordinator().inspection().validate().warnings.size(), 2U);
    const auto logged_warnings = logged_.find("WARN " + notes[0]);
    EXPECT_NE(logged_warnings, std::string::npos) << logged_;
    coordinator().inspection().status();
    coordinator().inspection().status();
    EXPECT_NE(logged_.find("inspection.cpp"), std::string::npos) << logged_;
    EXPECT_EQ(logged_.find("inspection.cpp"), logged_.rfind("inspection.cpp")) << "once";
}

TEST_F(VersionRunTest, IsRefusedWhenADirectoryHasLostItsFiles) {
    run();
    source_.remove("/migrations/ref/001.sql");
    source_.set_report(
        {.directories =
             {{"/migrations/ref/", "singleMigrations", 0},
              {"/migrations/tenants/", "tenantMigrations", 1}}}
    );
    const Inspection& inspection = coordinator().inspection();
    const std::function<void()> looks[] = {
        [&] { run(); },
        [&] { inspection.preview(false); },
        [&] { inspection.validate(); },
        [&] { inspection.status(); },
        [&] { inspection.fleet({}); }};
    for (const auto& look : looks) {
        try {
            look();
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Configuration);
            EXPECT_NE(
                std::string(error.what()).find("/migrations/ref/ has no files"), std::string::npos
            ) << error.what();
        }
    }
    EXPECT_EQ(database_.lock_tries(), 1U);
    EXPECT_EQ(coordinator().inspection().files().size(), 1U) << "as `migrator new` reads them";
    expect_nothing_is_held();
}

TEST_F(VersionRunTest, IsRefusedForAPatternThatIsTooLong) {
    VersionRequest wanted = request();
    wanted.tenants.names = {std::string(900'000, '*') + "b"};
    try {
        coordinator().create_version(wanted);
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
    }
    EXPECT_THROW(coordinator().inspection().preview(false, wanted.tenants), Error);
}

TEST_F(VersionRunTest, IsRefusedWithoutAnyFile) {
    source_.remove("/migrations/ref/001.sql");
    source_.remove("/migrations/tenants/002.sql");
    source_.set_report({.directories = {{"s3://b/ref/", "singleMigrations", 0}}});
    EXPECT_EQ(failure().kind(), ErrorKind::Configuration);
    VersionRequest wanted = request();
    wanted.tenant = "east";
    EXPECT_THROW(coordinator().create_version(wanted), Error);
    const Inspection& inspection = coordinator().inspection();
    EXPECT_THROW(inspection.preview(false), Error);
    EXPECT_THROW(inspection.validate(), Error);
    EXPECT_THROW(inspection.validate_files(), Error);
    EXPECT_EQ(inspection.status().applied_files, 0U) << "a project may begin without files";
    EXPECT_EQ(database_.tenants().size(), 2U);
}

TEST_F(VersionRunTest, WaitsForItsTurn) {
    auto first = coordinator().enter(request());
    std::promise<void> waits;
    on_phase_ = [&](const std::string& phase) {
        if (phase == "waiting") waits.set_value();
    };
    auto outcome = std::async(std::launch::async, [this] { return run(); });
    waits.get_future().wait();
    EXPECT_EQ(database_.lock_tries(), 0U);
    first.reset();
    EXPECT_EQ(outcome.get().summary.version_id, 1);
    EXPECT_EQ(phases_[1], "waiting");
}

TEST_F(VersionRunTest, WaitsForTheLock) {
    database_.hold_lock(other());
    on_pause_ = [this] {
        if (pauses_.size() == 8) database_.release_lock();
    };
    EXPECT_EQ(run().summary.version_id, 1);
    EXPECT_EQ(database_.lock_tries(), 9U);
    ASSERT_EQ(pauses_.size(), 8U);
    EXPECT_LE(pauses_.front(), milliseconds(50));
    for (const milliseconds pause : pauses_) {
        EXPECT_GE(pause, milliseconds(25));
        EXPECT_LE(pause, milliseconds(400));
    }
    EXPECT_EQ(phases_[1], "waiting");
}

TEST_F(VersionRunTest, GivesUpInTimeAndNamesWhoHasTheLock) {
    database_.hold_lock(other());
    options_.lock_timeout = seconds(30);
    const Error error = failure();
    EXPECT_EQ(error.kind(), ErrorKind::Locked);
    EXPECT_STREQ(
        error.what(),
        "the migration lock is held by host-b, process 9 (version \"v0\", request request-9) since "
        "1970-01-12T13:46:40Z; gave up after 30.0 s; try again when that run has finished, or "
        "increase lockTimeout"
    );
    const auto waited = std::accumulate(pauses_.begin(), pauses_.end(), milliseconds(0));
    EXPECT_GT(waited, seconds(29));
    EXPECT_LT(waited, seconds(31));
    EXPECT_TRUE(counted("locked"));
    EXPECT_TRUE(told_.told().empty());
    database_.release_lock();
    expect_nothing_is_held();
}

TEST_F(VersionRunTest, SaysForWhomItWaitsAfterPausesThatGrow) {
    database_.hold_lock(other());
    options_.lock_timeout = std::chrono::minutes(4);
    std::vector<std::string> news;
    std::vector<milliseconds> at;
    VersionRequest wanted = request();
    wanted.progress = [&](const Progress& progress) {
        if (progress.news.empty()) return;
        news.push_back(progress.news);
        at.push_back(std::accumulate(pauses_.begin(), pauses_.end(), milliseconds(0)));
        EXPECT_EQ(progress.phase, "waiting");
        EXPECT_EQ(progress.about, progress.news);
        EXPECT_TRUE(progress.is_warning);
    };
    EXPECT_THROW(coordinator().create_version(wanted), Error);
    ASSERT_EQ(news.size(), 6U);
    EXPECT_TRUE(news[0].starts_with("waiting for the migration lock for 5.")) << news[0];
    EXPECT_TRUE(news[0].ends_with(
        "; it is held by host-b, process 9 (version \"v0\", request request-9) since "
        "1970-01-12T13:46:40Z"
    )) << news[0];
    const int seconds_between[] = {5, 10, 20, 40, 60, 60};
    milliseconds before{0};
    for (std::size_t i = 0; i < at.size(); ++i) {
        EXPECT_GT(at[i] - before, seconds(seconds_between[i] - 1));
        EXPECT_LT(at[i] - before, seconds(seconds_between[i] + 1));
        before = at[i];
    }
}

TEST_F(VersionRunTest, WithoutTimeTriesOnceAndGivesUp) {
    database_.hold_lock(other());
    options_.lock_timeout = milliseconds(0);
    EXPECT_EQ(failure().kind(), ErrorKind::Locked);
    EXPECT_EQ(database_.lock_tries(), 1U);
}

TEST_F(VersionRunTest, WithoutTimeGivesUpInTheLineToo) {
    options_.lock_timeout = milliseconds(0);
    const auto first = coordinator().enter(request());
    const Error error = failure();
    EXPECT_EQ(error.kind(), ErrorKind::Locked);
    EXPECT_NE(std::string(error.what()).find("held by another run"), std::string::npos);
    EXPECT_EQ(database_.lock_tries(), 0U);
}

TEST_F(VersionRunTest, PlansAgainUnderTheLock) {
    const auto files = source_.files();
    database_.on_lock_try([this, files] {  // meanwhile another process has done it
        if (!database_.rows().empty()) return;
        database_.record(files[0], "ref");
        database_.record(files[1], "north");
        database_.record(files[1], "south");
    });
    const Outcome outcome = run();
    EXPECT_EQ(outcome.summary.version_id, 0);
    EXPECT_TRUE(database_.executions().empty());
    EXPECT_TRUE(counted("nothing_to_do"));
    expect_nothing_is_held();
}

TEST_F(VersionRunTest, IsRefusedWhenTheLineIsFull) {
    options_.run_queue = 1;
    const auto first = coordinator().enter(request());
    const auto second = coordinator().enter(request());
    EXPECT_EQ(failure().kind(), ErrorKind::Busy);
    EXPECT_EQ(source_.loads(), 0U);
}

TEST_F(VersionRunTest, IsCancelledAtAnyMoment) {
    std::unique_ptr<Line::Place> somebody;
    const struct {
        const char* moment;
        std::function<void()> arrange;
    } cases[] = {
        {"before it begins", [this] { stop_.request_stop(); }},
        {"while it reads the files", [this] { on_load_ = [this] { stop_.request_stop(); }; }},
        {"in the line",
         [&] {
             somebody = coordinator().enter(request());
             on_phase_ = [this](const std::string& phase) {
                 if (phase == "waiting") stop_.request_stop();
             };
         }},
        {"while it waits for the lock",
         [this] {
             database_.hold_lock(other());
             on_pause_ = [this] {
                 if (pauses_.size() == 2) stop_.request_stop();
             };
         }},
        {"while a file runs",
         [this] { database_.on_execution([this](const auto&) { stop_.request_stop(); }); }},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.moment);
        stop_ = {};
        c.arrange();
        EXPECT_EQ(failure().kind(), ErrorKind::Cancelled);
        somebody.reset();
        database_.release_lock();
        database_.on_execution({});
        on_load_ = {};
        on_phase_ = {};
        on_pause_ = {};
        pauses_.clear();
        EXPECT_TRUE(database_.rows().empty());
        EXPECT_TRUE(told_.told().empty());
        expect_nothing_is_held();
    }
    stop_ = {};
    EXPECT_EQ(run().summary.version_id, 2) << "the first id was rolled back";
}

TEST_F(VersionRunTest, IsCancelledWithAllOthersAndThoseToCome) {
    database_.hold_lock(other());
    on_pause_ = [this] { coordinator().cancel_all(); };
    EXPECT_EQ(failure().kind(), ErrorKind::Cancelled);
    EXPECT_EQ(pauses_.size(), 1U);
    EXPECT_EQ(failure().kind(), ErrorKind::Cancelled);
    EXPECT_EQ(pauses_.size(), 1U);
}

TEST_F(VersionRunTest, LeavesNothingBehindWhenItFails) {
    const struct {
        const char* step;
        std::function<void()> arrange;
        ErrorKind kind;
        const char* text;
    } cases[] = {
        {"reading the files",
         [this] { source_.break_down("no such bucket"); },
         ErrorKind::Unavailable,
         "no such bucket"},
        {"reading files and database: the database is told",
         [this] {
             source_.break_down("no such bucket");
             database_.break_connection("refused");
         },
         ErrorKind::Unavailable,
         "refused"},
        {"a tenant that can't be",
         [this] { database_.add_tenant("a b"); },
         ErrorKind::MigrationFailed,
         "a b"},
        {"the try for the lock",
         [this] {
             database_.on_lock_try([] { throw Error(ErrorKind::MigrationFailed, "may not write"); }
             );
         },
         ErrorKind::MigrationFailed,
         "may not write"},
        {"a file",
         [this] { database_.fail_file("/migrations/tenants/002.sql", "no such table"); },
         ErrorKind::MigrationFailed,
         "no such table"},
        {"what is no Error",
         [this] {
             database_.on_execution([](const auto&) { throw std::runtime_error("broken"); });
         },
         ErrorKind::Internal,
         "broken"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.step);
        test::FakeConnector& database = database_;
        c.arrange();
        try {
            run();
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), c.kind);
            EXPECT_NE(std::string(error.what()).find(c.text), std::string::npos) << error.what();
        } catch (const std::exception& error) {
            EXPECT_STREQ(error.what(), c.text);
            EXPECT_EQ(c.kind, ErrorKind::Internal);
        }
        source_.mend();
        database.mend_connection();
        database.mend_file("/migrations/tenants/002.sql");
        database.on_lock_try({});
        database.on_execution({});
        EXPECT_TRUE(database.rows().empty());
        EXPECT_TRUE(told_.told().empty());
        expect_nothing_is_held();
        if (std::string(c.step).starts_with("a tenant")) database.remove_tenant("a b");
    }
    EXPECT_GT(run().summary.version_id, 0);
}

TEST_F(VersionRunTest, TellsOfTenantsThatFailWhileOthersGoOn) {
    database_.work_tenant_by_tenant(5);
    database_.fail_file("/migrations/tenants/002.sql", "boom", "south");
    const Outcome outcome = run();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures.front().tenant, "south");
    EXPECT_EQ(
        partly_failed_text(outcome),
        "1 of 2 tenants failed, the first: south: SQL migration /migrations/tenants/002.sql failed "
        "with error: boom"
    );
    EXPECT_TRUE(counted("partly_failed"));
    EXPECT_EQ(told_.told().size(), 1U) << "the others were worked for";
}

TEST_F(VersionRunTest, ABadRowOfTheListEndsARunThatContainsNoFailures) {
    database_.add_bad_tenant({.tenant = "", .message = "an empty name (row 3 of 3)"});
    try {
        run();
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
        EXPECT_STREQ(error.what(), "an empty name (row 3 of 3)\nNothing was run.");
    }
    EXPECT_EQ(database_.lock_tries(), 0U);
    database_.work_tenant_by_tenant(0);
    EXPECT_THROW(run(), Error) << "one more than is tolerated";
    EXPECT_TRUE(database_.executions().empty());
}

TEST_F(VersionRunTest, ABadRowOfTheListIsAFailedTenantWhereFailuresAreContained) {
    database_.work_tenant_by_tenant(1);
    database_.add_bad_tenant({.tenant = "", .message = "an empty name (row 3 of 3)"});
    const Outcome outcome = run();
    EXPECT_EQ(
        partly_failed_text(outcome), "1 of 3 tenants failed, the first: an empty name (row 3 of 3)"
    );
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 2);
    // Nothing is pending any more, and the row is as bad as before.
    const Outcome again = run();
    EXPECT_EQ(again.summary.version_id, 0);
    EXPECT_EQ(
        partly_failed_text(again), "1 of 3 tenants failed, the first: an empty name (row 3 of 3)"
    );
}

TEST_F(VersionRunTest, ATenantThatNobodyCanWorkForIsOwedItsFiles) {
    database_.work_tenant_by_tenant(1);
    database_.add_bad_tenant({.tenant = "south", .message = "shares a schema"});
    const Outcome outcome = run();
    EXPECT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.summary.tenants, 2);
    for (const auto& done : database_.executions()) EXPECT_NE(done.schema, "south");
    ASSERT_EQ(database_.states().size(), 1U);
    EXPECT_EQ(database_.states().front().tenant, "south");
}

TEST_F(VersionRunTest, ABadTenantThatARunIsNotForIsNoFailure) {
    database_.add_bad_tenant({.tenant = "south", .message = "shares a schema"});
    VersionRequest some = request();
    some.tenants.names = {"north"};
    EXPECT_TRUE(coordinator().create_version(some).failures.empty());
    EXPECT_NE(logged_.find("shares a schema"), std::string::npos) << logged_;
    some.tenants.names = {"s*"};
    EXPECT_THROW(coordinator().create_version(some), Error);
}

TEST_F(VersionRunTest, ANameThatDoesNotFitAFileMattersOnlyWhileThatIsPending) {
    const auto misfits = std::make_shared<const std::unordered_map<std::string, std::string>>(
        std::unordered_map<std::string, std::string>{
            {"/migrations/tenants/002.sql", "line 1 has {schema} outside quotes"}}
    );
    database_.add_bad_tenant({.tenant = "south", .message = "misfit", .files = misfits});
    try {
        run();
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_STREQ(
            error.what(),
            "SQL migration /migrations/tenants/002.sql failed with error: it does not fit tenant "
            "south: line 1 has {schema} outside quotes\nNothing was run."
        );
    }
    VersionRequest sync = request();
    sync.action = Action::Sync;
    EXPECT_TRUE(coordinator().create_version(sync).failures.empty()) << "no file has to fit";
    source_.write(MigrationType::TenantMigration, "tenants", "003.sql", "select 3;");
    EXPECT_TRUE(run().failures.empty());
}

TEST_F(VersionRunTest, StandsWhenTheWebhookFails) {
    told_.break_down("connection refused");
    EXPECT_EQ(run().summary.version_id, 1);
    EXPECT_NE(logged_.find("Notifier error: connection refused"), std::string::npos) << logged_;
    EXPECT_TRUE(counted("done"));
    expect_nothing_is_held();
}

TEST_F(VersionRunTest, HasGivenUpItsPlaceBeforeTheWebhookIsCalled) {
    struct Looks : notifier::Notifier {
        std::string notify(const Summary& /*summary*/) override {
            look();
            return "thanks";
        }
        std::function<void()> look;
    } looks;
    options_.run_queue = 0;
    looks.look = [this] { expect_nothing_is_held(); };
    notifier_ = &looks;
    EXPECT_EQ(run().summary.version_id, 1);
}

/// A database that can't take back what a dry run does.
class WithoutDryRuns : public test::FakeConnector {
public:
    std::string dry_run_note() const override { return "nothing was tried"; }
};

TEST(VersionRun, OfADryRunThatCanNotBeRolledBackIsAnsweredFromItsPlan) {
    WithoutDryRuns database;
    test::FakeSource source;
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "select 1;");
    Coordinator coordinator(
        {.connector = database,
         .open_loader = source.opener(),
         .clock = [] { return TimePoint(); },
         .owner = "host-a"},
        {}
    );
    const VersionRequest wanted{.version_name = "v1", .dry_run = true};
    const Outcome outcome = coordinator.create_version(wanted);
    EXPECT_EQ(outcome.notes, std::vector<std::string>{"nothing was tried"});
    EXPECT_EQ(outcome.files.size(), 1U);
    EXPECT_EQ(database.lock_tries(), 0U);
    database.add_problem("/migrations/ref/001.sql", "it has a COMMIT");
    try {
        coordinator.create_version(wanted);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
        EXPECT_STREQ(
            error.what(),
            "SQL migration /migrations/ref/001.sql failed with error: it has a COMMIT\nNothing was "
            "run."
        );
    }
}

}  // namespace
}  // namespace migrator::coordinator

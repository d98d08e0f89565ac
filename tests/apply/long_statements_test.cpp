#include "db/sql/apply/long_statements.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>

#include "apply/workplace.hpp"
#include "core/log.hpp"

namespace migrator::db::sql::apply {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

/// One message of one or several scripts, and those who look at it.
class LongStatementsTest : public testing::Test {
protected:
    LongStatementsTest() {
        log::redirect([](std::string_view) {});
    }
    ~LongStatementsTest() override { log::redirect(nullptr); }

    void add(const std::string& path, const std::string& schema, const std::string& text) {
        files_.push_back(file_named(path, text));
        texts_.push_back(text);
        schemas_.push_back(schema);
        scripts_.push_back(script::scan(texts_.back(), server_.dialect().lexis));
        runs_.push_back(
            {.text = texts_.back(),
             .script = &scripts_.back(),
             .schema = schemas_.back(),
             .migration = &files_.back()}
        );
    }
    std::vector<SentPart> parts() const {
        std::vector<SentPart> parts;
        for (const ScriptRun& run : runs_)
            parts.push_back({&run, 0, run.script->statements.size()});
        return parts;
    }
    /// As the server has it for the query "waits".
    static Row wait(
        const std::string& schema, const std::string& table, const char* of_ddl, const char* session
    ) {
        const auto value = [](const char* text) { return text == nullptr ? Value() : Value(text); };
        return {
            "a lock on it",
            schema,
            table,
            value(session),
            "app",
            {},
            {},
            {},
            {},
            {},
            value(of_ddl)};
    }
    void take(const Progress& progress) {
        const std::lock_guard lock(mutex_);
        seen_.push_back(progress);
        changed_.notify_all();
    }
    /// The next report that somebody is told of, or that says that nothing runs for long.
    Progress next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !seen_.empty(); });
        Progress progress = std::move(seen_.front());
        seen_.pop_front();
        return progress;
    }
    /// What is told of the message first.
    LongStatement first_of(const Sent& sent) {
        const Plan plan;
        SharedProgress progress(
            plan, [this](const Progress& now) { take(now); }, true
        );
        Notices notices(progress);
        LongStatements all(server_, progress, notices, {.first = milliseconds(1)});
        const Observed observed(&all.observer(0), sent);
        return next().long_statements.at(0);
    }

    test::FakeServer server_;
    std::deque<Migration> files_;
    std::deque<std::string> texts_;
    std::deque<std::string> schemas_;
    std::deque<script::Script> scripts_;
    std::deque<ScriptRun> runs_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Progress> seen_;
};

TEST_F(LongStatementsTest, TellsAgainAndAgainAndThenOfTheEnd) {
    add("t/1", "t2", "select 'secret';\nalter table c");
    server_.waits = {wait("t2", "c", "1", "812")};
    const Plan plan;
    SharedProgress progress(
        plan, [this](const Progress& now) { take(now); }, true
    );
    Notices notices(progress);
    LongStatements all(server_, progress, notices, {.first = milliseconds(1)});
    {
        const auto sent = parts();
        const Observed observed(&all.observer(3), {.session = "7", .parts = sent});
        for (int i = 0; i < 3; ++i) {
            const Progress told = next();
            EXPECT_TRUE(told.is_warning);
            EXPECT_TRUE(told.news.starts_with(
                "t/1, line 2, tenant t2: \"alter table c\" has been running for "
            )) << told.news;
            EXPECT_TRUE(
                told.news.ends_with("s; it waits for a lock on it, held by session 812 (user app)")
            ) << told.news;
            ASSERT_EQ(told.long_statements.size(), 1U);
            EXPECT_EQ(told.long_statements[0].wait->blockers.at(0).session, "812");
        }
    }
    Progress last = next();
    while (!last.news.empty()) last = next();
    EXPECT_TRUE(last.long_statements.empty());
}

TEST_F(LongStatementsTest, ShortStatementsCostNoConnection) {
    add("t/1", "t2", "select 1");
    const Plan plan;
    SharedProgress progress(
        plan, [this](const Progress& now) { take(now); }, true
    );
    Notices notices(progress);
    {
        LongStatements all(server_, progress, notices, {.first = hours(1)});
        const auto sent = parts();
        for (int i = 0; i < 1'000; ++i) {
            const Observed observed(&all.observer(0), {.session = "7", .parts = sent});
        }
        LongStatements never(server_, progress, notices, {.first = milliseconds(0)});
        const Observed observed(&never.observer(0), {.session = "7", .parts = sent});
    }
    EXPECT_TRUE(seen_.empty());
    EXPECT_EQ(server_.count("connect"), 0U);
}

TEST_F(LongStatementsTest, KnowsTheStatementAtWorkWhereTheServerTellsOfEach) {
    add("t/1", "t1", "one;\ntwo;\nthree 'x'");
    const Plan plan;
    SharedProgress progress(
        plan, [this](const Progress& now) { take(now); }, true
    );
    Notices notices(progress);
    LongStatements all(server_, progress, notices, {.first = milliseconds(1)});
    std::vector<SentPart> sent = {
        {&runs_[0], 0, 1}, {&runs_[0], 0, 1, true}, {&runs_[0], 1, 1}, {&runs_[0], 2, 1}};
    const Observed observed(
        &all.observer(0), {.session = "7", .parts = sent, .is_told_of_each = true}
    );
    const auto at = [&] {
        Progress now = next();
        while (now.long_statements.empty()) now = next();
        return now.long_statements[0];
    };
    EXPECT_EQ(at().line, 1U);
    observed.ran();
    LongStatement found = at();
    while (!found.statement.empty()) found = at();  // what was on its way
    EXPECT_EQ(found.about, "a statement of migrator's own");
    EXPECT_EQ(found.file, "t/1");
    observed.ran();
    observed.ran();
    while (found.line != 3) found = at();
    EXPECT_EQ(found.statement, "three ?");
}

TEST_F(LongStatementsTest, FindsTheStatementByTheTableThatIsWaitedFor) {
    const struct {
        const char* name;
        Row waits;
        LongStatement found;
    } cases[] = {
        {"a tenant's only statement",
         wait("t2", "d", nullptr, "8"),
         {.schema = "t2", .is_of_tenant = true, .file = "t/1", .line = 3, .statement = "drop d"}},
        {"ddl",
         wait("t2", "c", "1", "8"),
         {.schema = "t2", .is_of_tenant = true, .file = "t/1", .line = 2, .statement = "alter c"}},
        {"no ddl",
         wait("t2", "c", "0", "8"),
         {.schema = "t2", .is_of_tenant = true, .file = "t/1", .line = 1, .statement = "insert c"}},
        {"either",
         wait("t2", "c", nullptr, "8"),
         {.schema = "t2",
          .is_of_tenant = true,
          .file = "t/1",
          .line = 1,
          .last_line = 2,
          .about = "one of 2 statements"}},
        {"a table of nobody",
         wait("t2", "e", nullptr, "8"),
         {.schema = "t2",
          .is_of_tenant = true,
          .file = "t/1",
          .line = 1,
          .last_line = 3,
          .about = "one of 3 statements"}},
        {"another schema's",
         wait("x", "e", nullptr, "8"),
         {.schema = "t1",
          .is_of_tenant = true,
          .file = "t/1",
          .about = "this file or one of the 2 sent with it, up to 1 for t3,"}}};
    for (const char* tenant : {"t1", "t2", "t3"}) {
        add("t/1", tenant, "insert c;\nalter c;\ndrop d");
    }
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        server_.waits = {c.waits};
        const auto sent = parts();
        LongStatement found = first_of({.session = "7", .parts = sent});
        found.since = {};
        found.wait.reset();
        EXPECT_EQ(found, c.found) << told(found, {});
        seen_.clear();
    }
}

TEST_F(LongStatementsTest, OurOwnWorkHasAName) {
    const LongStatement found = first_of({.session = "7", .about = "committing"});
    EXPECT_EQ(told(found, std::chrono::seconds(75)), "committing has been running for 1 min 15 s");
}

TEST_F(LongStatementsTest, SeesWhoIsInTheWayBeforeTheWaitEnds) {
    add("t/1", "t2", "select 1");
    server_.waits = {wait("t2", "c", nullptr, "8")};
    const Plan plan;
    SharedProgress progress(
        plan, [this](const Progress& now) { take(now); }, true
    );
    Notices notices(progress);
    LongStatements all(
        server_, progress, notices, {.first = hours(1), .lock_timeout = milliseconds(1'000)}
    );
    const auto sent = parts();
    {
        const Observed observed(&all.observer(0), {.session = "7", .parts = sent});
        while (!all.last_wait(0)) std::this_thread::yield();
    }
    EXPECT_EQ(all.last_wait(0)->blockers.at(0).session, "8") << "it is kept for the error";
    EXPECT_FALSE(all.last_wait(1));
    EXPECT_TRUE(seen_.empty());
    const Observed observed(&all.observer(0), {.session = "7", .parts = sent});
    EXPECT_FALSE(all.last_wait(0)) << "that was another message";
}

TEST_F(LongStatementsTest, NoticesAreKeptWithTheirPlaceSomeOfEachFile) {
    add("t/1", "t1", "select 1");
    add("t/2", "t1", "select 1");
    const Plan plan;
    SharedProgress progress(
        plan, [this](const Progress& now) { take(now); }, true
    );
    Notices notices(progress);
    LongStatements all(server_, progress, notices, {});
    for (int i = 0; i < 25; ++i) {
        all.observer(0).said(runs_[0], {.line = 4, .level = "NOTICE", .message = "hello"});
    }
    all.observer(1).said(runs_[1], {.level = "WARNING", .message = "careful", .is_warning = true});
    const Progress first = next();
    EXPECT_EQ(first.news, "t/1, line 4, schema t1: NOTICE: hello");
    EXPECT_FALSE(first.is_warning);
    EXPECT_EQ(seen_.back().news, "t/2, schema t1: WARNING: careful");
    EXPECT_TRUE(seen_.back().is_warning);
    const std::vector<Notice> kept = notices.take();
    ASSERT_EQ(kept.size(), 22U);
    EXPECT_EQ(kept[0].file, "t/1");
    EXPECT_EQ(kept[0].schema, "t1");
    EXPECT_EQ(told(kept[21]), "t/1: 5 more notices and warnings of this file are not shown");
    EXPECT_TRUE(notices.take().empty());
}

}  // namespace
}  // namespace migrator::db::sql::apply

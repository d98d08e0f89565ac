// What a read costs, and what becomes of it when a connection or a table has gone.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "support/reading_session.hpp"

namespace migrator::db::sql::connector {
namespace {

using Texts = std::vector<std::string>;

/// A server with a table of three rows, and what happened on it.
struct Site {
    Texts log;  ///< "1: select …": number of the connection, statement
    bool has_tables = true;
    std::set<int> lost;       ///< connections that the server has closed
    std::size_t lost_at = 0;  ///< a connection is lost before this row of a read, from 1; 0: none
    int connections = 0;
    int open = 0;
};

constexpr std::size_t kRows = 3;

class SiteRows : public RowSource {
public:
    SiteRows(Site& site, int connection, Row row, std::size_t count)
        : site_(site), connection_(connection), row_(std::move(row)), count_(count) {}
    bool next(Row& row) override {
        if (done_ == count_) return false;
        if (++done_ == site_.lost_at) {
            site_.lost.insert(connection_);
            throw Error(ErrorKind::Unavailable, "lost");
        }
        row = row_;
        return true;
    }

private:
    Site& site_;
    const int connection_;
    const Row row_;
    const std::size_t count_;
    std::size_t done_ = 0;
};

class SiteSession : public test::ReadingSession {
public:
    explicit SiteSession(Site& site) : site_(site), number_(++site.connections) { ++site_.open; }
    ~SiteSession() override { --site_.open; }
    SiteSession(const SiteSession&) = delete;
    SiteSession& operator=(const SiteSession&) = delete;

    std::unique_ptr<RowSource> open(
        std::string_view sql, std::span<const Value> /*parameters*/
    ) override {
        site_.log.push_back(
            std::to_string(number_) + ": " + std::string(sql.substr(0, sql.find(' ')))
        );
        if (is_lost()) throw Error(ErrorKind::Unavailable, "closed");
        if (sql == "shape") {
            return std::make_unique<SiteRows>(
                site_, number_, Row(11, Value(site_.has_tables ? "1" : "0")), 1
            );
        }
        if (sql == "delete") return std::make_unique<SiteRows>(site_, number_, Row(), 0);
        if (!site_.has_tables) throw Error(ErrorKind::Internal, "no such table");
        return std::make_unique<SiteRows>(site_, number_, Row(11, Value("1")), kRows);
    }
    bool is_lost() const noexcept override { return site_.lost.contains(number_); }

private:
    Site& site_;
    const int number_;
};

class SiteServer : public Server {
public:
    explicit SiteServer(Site& site) : site_(site) {}
    const Dialect& dialect() const override {
        static const Dialect dialect = [] {
            Dialect made{};
            made.allows_version_atomicity = true;
            made.placeholder = [](int index) { return "$" + std::to_string(index); };
            made.shape_query = "shape";
            made.insert_run = "insert";
            made.delete_old_runs = "delete";
            made.update_run = "update";
            made.run_silence = "0";
            return made;
        }();
        return dialect;
    }
    std::unique_ptr<Session> connect() override { return std::make_unique<SiteSession>(site_); }
    std::unique_ptr<RunLock> try_lock() override { return nullptr; }

private:
    Site& site_;
};

class Reads : public testing::Test {
protected:
    Site site;
    const std::unique_ptr<Connector> connector =
        make_sql_connector(std::make_unique<SiteServer>(site), {.max_connections = 2});

    Texts log() { return std::exchange(site.log, {}); }
    /// The first read finds out that all tables are there.
    void warm_up() {
        connector->versions({});
        log();
    }
};

TEST_F(Reads, AreOneStatementOnceTheTablesAreKnown) {
    connector->versions({});
    EXPECT_EQ(log(), (Texts{"1: shape", "1: select"}));
    connector->versions({});
    EXPECT_EQ(log(), Texts{"1: select"});
    connector->versions({.id = 1, .file = "a"});
    EXPECT_EQ(log(), Texts{"1: select"});
    connector->applied_migrations({});
    EXPECT_EQ(log(), Texts{"1: select"});
    connector->run_records().find("a");
    EXPECT_EQ(log(), Texts{"1: select"});
    connector->run_records().update({.id = "a"});
    EXPECT_EQ(log(), Texts{"1: update"});
}

TEST_F(Reads, LookForTheTablesAgainWhileTheyAreMissing) {
    site.has_tables = false;
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(connector->versions({}).empty());
        EXPECT_EQ(log(), Texts{"1: shape"});
    }
    site.has_tables = true;
    EXPECT_EQ(connector->versions({}).size(), kRows);
}

TEST_F(Reads, FindOutThatTheTablesHaveGone) {
    warm_up();
    site.has_tables = false;
    EXPECT_TRUE(connector->versions({}).empty());
    EXPECT_EQ(log(), (Texts{"1: select", "1: shape"}));
    AppliedMigration row;
    EXPECT_FALSE(connector->applied_migrations({})->next(row));
    EXPECT_EQ(log(), Texts{"1: shape"});
    EXPECT_EQ(connector->run_records().insert({.id = "a"}), RunRecords::Insertion::NoTable);
}

TEST_F(Reads, TakeANewConnectionWhenAnIdleOneIsLost) {
    warm_up();
    site.lost = {1};
    EXPECT_EQ(connector->versions({}).size(), kRows);
    EXPECT_EQ(log(), (Texts{"1: select", "2: select"}));
    EXPECT_EQ(site.open, 1);
    site.lost = {2};
    AppliedMigration row;
    EXPECT_TRUE(connector->applied_migrations({})->next(row));
    EXPECT_EQ(log(), (Texts{"2: select", "3: select"}));
}

TEST_F(Reads, AreNotDoneAgainOnANewConnection) {
    site.lost = {1};
    EXPECT_THROW(connector->versions({}), Error);
    EXPECT_EQ(log(), Texts{"1: shape"});
    EXPECT_EQ(site.open, 0);
    EXPECT_EQ(connector->connections().in_use, 0U);
}

TEST_F(Reads, AreNotDoneAgainOnceSomebodyHasSeenARow) {
    warm_up();
    const auto rows = connector->applied_migrations({});
    site.lost_at = 2;
    AppliedMigration row;
    EXPECT_TRUE(rows->next(row));
    EXPECT_THROW(rows->next(row), Error);
    EXPECT_FALSE(rows->next(row)) << "it is over";
    EXPECT_EQ(log(), Texts{"1: select"});
    EXPECT_EQ(site.open, 0) << "the connection was of no use any more";
    EXPECT_EQ(connector->connections().in_use, 0U);
}

TEST_F(Reads, AreDoneAgainWhenAListWasNotWholeYet) {
    warm_up();
    site.lost_at = 3;
    EXPECT_THROW(connector->versions({}), Error) << "and the second time as well";
    EXPECT_EQ(log(), (Texts{"1: select", "2: select"}));
}

TEST_F(Reads, DoNotInsertTwice) {
    warm_up();
    site.lost_at = 1;
    EXPECT_THROW(connector->run_records().insert({.id = "a"}), Error);
    EXPECT_EQ(log(), (Texts{"1: delete", "1: insert"}));
    site.lost_at = 0;
    connector->versions({});
    log();
    site.lost = {2};
    EXPECT_EQ(connector->run_records().insert({.id = "a"}), RunRecords::Insertion::Inserted);
    EXPECT_EQ(log(), (Texts{"2: delete", "3: delete", "3: insert"}));
}

TEST_F(Reads, GiveAConnectionBackEvenWhenItIsLost) {
    warm_up();
    {
        const auto rows = connector->applied_migrations({});
        site.lost = {1};  // as an early end of many rows does
    }
    EXPECT_EQ(connector->connections().idle, 0U);
    EXPECT_EQ(connector->connections().in_use, 0U);
    EXPECT_EQ(site.open, 0);
}

TEST_F(Reads, AreBusyOnNoMoreConnectionsThanTheLimit) {
    const auto one = connector->applied_migrations({});
    {
        const auto two = connector->applied_migrations({});
        EXPECT_EQ(connector->connections().in_use, 2U);
        EXPECT_EQ(connector->connections().limit, 2U);
    }
    EXPECT_EQ(connector->connections().idle, 1U);
    EXPECT_EQ(site.connections, 2);
}

}  // namespace
}  // namespace migrator::db::sql::connector

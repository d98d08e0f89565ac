// One call of ODBC after the other goes wrong, in each of the ways that it can: no run says "done"
// that is not, and nothing is done twice.
#include "sqlserver/odbc_faults.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <thread>

#include "core/error.hpp"
#include "core/random_id.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sqlserver/sqlserver.hpp"
#include "sqlserver/stand_in.hpp"

namespace migrator::db::sqlserver {
namespace {

namespace faults = test::odbc_faults;
using faults::Fault;

Migration file(const std::string& name, const std::string& contents, bool for_tenants) {
    const std::string folder = for_tenants ? "/m/stores" : "/m/catalog";
    return {
        name,
        folder,
        folder + "/" + name,
        for_tenants ? MigrationType::TenantMigration : MigrationType::SingleMigration,
        contents,
        "aa"};
}

class OdbcFaults : public ::testing::Test {
protected:
    /// What each file does, by name and schema.
    static const std::map<std::string, std::vector<std::string>>& effects() {
        static const std::map<std::string, std::vector<std::string>> effects = {
            {"1.sql/catalog", {"c1", "c2", "c3"}},
            {"2.sql/catalog", {"c4"}},
            {"3.sql/north", {"northa"}},
            {"3.sql/south", {"southa"}},
            {"4.sql/north", {"northb", "northc"}},
            {"4.sql/south", {"southb", "southc"}}};
        return effects;
    }

    OdbcFaults() { options_.statement_timeout = std::chrono::seconds(30); }

    /// Those of `schema`'s files that are not recorded.
    Plan missing() const {
        Plan plan{.tenants = {"north", "south"}};
        const std::vector<std::string> there = rows();
        for (const Migration& migration : files_) {
            std::vector<std::string> schemas{"catalog"};
            if (is_for_tenants(migration.type)) schemas = plan.tenants;
            std::erase_if(schemas, [&](const std::string& schema) {
                return std::ranges::find(there, migration.name + "/" + schema) != there.end();
            });
            if (schemas.empty()) continue;
            plan.files.push_back(
                {&migration, std::make_shared<const std::vector<std::string>>(std::move(schemas))}
            );
        }
        return plan;
    }

    std::unique_ptr<Connector> connector() const {
        return sql::connector::make_sql_connector(make_server(options_), options_);
    }

    std::vector<std::string> rows() const {
        std::vector<std::string> rows;
        const auto own = connector();
        const auto found = own->applied_migrations({});
        for (AppliedMigration row; found->next(row);) {
            rows.push_back(row.migration.name + "/" + row.schema);
        }
        return rows;
    }

    std::vector<std::string> done() const {
        std::vector<std::string> all;
        make_server(options_)->connect()->query("all effects", {}, [&](const sql::Row& row) {
            all.push_back(row.at(0).value());
        });
        std::ranges::sort(all);
        return all;
    }

    struct End {
        bool done = false;
        std::string text;
        std::vector<std::string> calls;  ///< of ODBC
    };
    End apply(std::size_t at, Fault fault) const {
        const Plan plan = missing();
        End end;
        faults::arm(at, fault);
        try {
            const auto own = connector();
            std::unique_ptr<db::Run> run;
            for (int i = 0; i < 1000 && !run; ++i) {
                // The server sees the end of the connection before a bit later.
                if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                run = own->try_begin_run({random_uuid(), "a test", "request", "version", {}});
            }
            if (!run) throw Error(ErrorKind::Locked, "the lock is not free");
            const ApplyResult result = run->apply(plan, {.version_name = "version"});
            end.done = result.failures.empty();
            for (const TenantFailure& failure : result.failures) end.text += failure.message;
        } catch (const std::exception& error) {
            end.text = error.what();
        }
        end.calls = faults::disarm();
        return end;
    }

    /// What is recorded has been done once, and nothing else has.
    std::size_t expect_records_to_tell_the_truth() const {
        std::vector<std::string> recorded = rows();
        std::vector<std::string> expected;
        for (const std::string& row : recorded) {
            for (const std::string& effect : effects().at(row)) expected.push_back(effect);
        }
        std::ranges::sort(expected);
        EXPECT_EQ(done(), expected);
        std::ranges::sort(recorded);
        EXPECT_EQ(std::ranges::adjacent_find(recorded), recorded.end());
        return recorded.size();
    }

    /// When the server has seen the end of all transactions.
    void begin_anew() const {
        const auto session = make_server(options_)->connect();
        for (int i = 0;; ++i) {
            try {
                return sql::execute(*session, "forget everything");
            } catch (const Error&) {
                if (i == 1000) throw;
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
        }
    }

    /// Every `step`th call, beginning at `first`.
    void try_calls(Fault fault, std::size_t first, std::size_t step, std::size_t count) {
        for (std::size_t at = first; at < count; at += step) {
            begin_anew();
            const End end = apply(at, fault);
            SCOPED_TRACE(
                "call " + std::to_string(at) + " of " + std::to_string(count) + ", " +
                (at < end.calls.size() ? end.calls[at] : "none") + ", " + faults::name_of(fault) +
                (end.done ? ": done" : ": " + end.text)
            );
            const std::size_t recorded = expect_records_to_tell_the_truth();
            EXPECT_TRUE(!end.done || recorded == effects().size());
            const End again = apply(std::numeric_limits<std::size_t>::max() - 1, Fault::Error);
            EXPECT_TRUE(again.done) << again.text;
            EXPECT_EQ(expect_records_to_tell_the_truth(), effects().size());
            if (HasFailure()) return;
        }
    }

    /// All calls by hand, else some of each kind.
    void try_faults() {
        const bool all = std::getenv("MIGRATOR_TEST_ALL_FAULTS") != nullptr;
        const End whole = apply(std::numeric_limits<std::size_t>::max() - 1, Fault::Error);
        ASSERT_TRUE(whole.done) << whole.text;
        ASSERT_EQ(expect_records_to_tell_the_truth(), effects().size());
        ASSERT_GT(whole.calls.size(), 100U);
        std::size_t first = 0;
        for (const Fault fault : faults::kFaults) {
            try_calls(fault, all ? 0 : first, all ? 1 : 97, whole.calls.size());
            if (HasFailure()) return;
            first += 7;
        }
    }

    const std::vector<Migration> files_ = {
        file("1.sql", "put(c1)\nGO\nset dateformat dmy put(c2) results(2)\nGO\nput(c3)", false),
        file("2.sql", "print(hello) put(c4)", false),
        file("3.sql", "put({schema}a)", true),
        file("4.sql", "exec p put({schema}b) results(3) put({schema}c)", true)};
    test::StandIn server_;
    Options options_ = server_.options();
};

TEST_F(OdbcFaults, OfOneVersion) { try_faults(); }

TEST_F(OdbcFaults, OfOneTransactionAFile) {
    options_.atomicity = Atomicity::File;
    try_faults();
}

TEST_F(OdbcFaults, OfAFleet) {
    options_.atomicity = Atomicity::Tenant;
    options_.parallelism = 2;
    options_.max_failures = {.value = 10};
    try_faults();
}

}  // namespace
}  // namespace migrator::db::sqlserver

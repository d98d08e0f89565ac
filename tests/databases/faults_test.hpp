#pragma once

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>

#include "core/error.hpp"
#include "databases/faulty_calls.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {

/// One call of the client library after the other goes wrong, in each of the ways that it can: no
/// run says "done" that is not, and nothing is done twice. Files write numbers into `notes` of
/// their schema.
class FaultsTest : public ProjectTest {
protected:
    static constexpr const char* kTenants[] = {"north", "south"};
    static constexpr const char* kSchemas[] = {"catalog", "north", "south"};

    /// Files and schemas as they are before a run: `notes` is empty, the tenants are there, nothing
    /// is recorded.
    virtual void begin_anew() = 0;
    /// Query: the numbers in a schema's notes, in order, with ',' between them.
    virtual std::string numbers_of(const std::string& schema) = 0;
    /// "002_dml.sql/catalog" and the numbers that it inserts, for each file and schema.
    virtual std::map<std::string, std::string> effects() = 0;

    /// `each` calls of each function, spread over the run. By hand: MIGRATOR_TEST_FAULTS=all, or
    /// the name of a function.
    void try_faults(std::size_t each) {
        begin_anew();
        const End whole =
            apply(std::numeric_limits<std::size_t>::max() - 1, faulty_calls::Fault::Error);
        ASSERT_TRUE(whole.done) << whole.text;
        ASSERT_EQ(expect_records_to_tell_the_truth(), effects().size());
        ASSERT_GT(whole.calls.size(), 100U);
        const auto chosen = choose(whole.calls, each);
        for (const auto fault : faulty_calls::kFaults) {
            for (const std::size_t at : chosen) {
                try_call(fault, at);
                if (HasFailure()) return;
            }
        }
    }

private:
    struct End {
        bool done = false;
        std::string text;
        std::vector<std::string> calls;  ///< of the client library
    };
    End apply(std::size_t at, faulty_calls::Fault fault) {
        End end;
        faulty_calls::arm(at, fault);
        try {
            const auto outcome = project().apply();
            end.done = outcome.failures.empty();
            for (const TenantFailure& failure : outcome.failures) end.text += failure.message;
        } catch (const std::exception& error) {
            end.text = error.what();
        }
        end.calls = faulty_calls::disarm();
        return end;
    }

    /// What is recorded has been done once, and nothing else has.
    std::size_t expect_records_to_tell_the_truth() {
        const std::vector<std::string> rows = project().rows();
        const auto all = effects();
        std::map<std::string, std::string> expected;
        for (const std::string& row : rows) {
            std::string& numbers = expected[row.substr(row.find('/') + 1)];
            numbers += (numbers.empty() ? "" : ",") + all.at(row);
        }
        EXPECT_EQ(std::set<std::string>(rows.begin(), rows.end()).size(), rows.size());
        for (const std::string schema : kSchemas) {
            EXPECT_EQ(project().value(numbers_of(schema), schema), expected[schema]) << schema;
        }
        return rows.size();
    }

    static std::vector<std::size_t> choose(
        const std::vector<std::string>& calls, std::size_t each
    ) {
        const char* const named = std::getenv("MIGRATOR_TEST_FAULTS");
        const std::string wanted = named == nullptr ? "" : named;
        std::map<std::string, std::vector<std::size_t>> places;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            if (wanted.empty() || wanted == "all" || wanted == calls[i])
                places[calls[i]].push_back(i);
        }
        std::vector<std::size_t> chosen;
        for (const auto& [function, all] : places) {
            const std::size_t count = wanted.empty() ? std::min(each, all.size()) : all.size();
            for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[all.size() * i / count]);
        }
        return chosen;
    }

    void try_call(faulty_calls::Fault fault, std::size_t at) {
        begin_anew();
        const End end = apply(at, fault);
        SCOPED_TRACE(
            std::string("call ") + std::to_string(at) + " of " + std::to_string(end.calls.size()) +
            ", " + (at < end.calls.size() ? end.calls[at] : "none") + ", " +
            faulty_calls::name_of(fault) + (end.done ? ": done" : ": " + end.text)
        );
        const std::size_t recorded = expect_records_to_tell_the_truth();
        EXPECT_TRUE(!end.done || recorded == effects().size());
        const End next = apply(std::numeric_limits<std::size_t>::max() - 1, fault);
        EXPECT_TRUE(next.done) << next.text;
        EXPECT_EQ(expect_records_to_tell_the_truth(), effects().size());
    }
};

}  // namespace migrator::test

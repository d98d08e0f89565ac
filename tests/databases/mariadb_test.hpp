#pragma once

#include <string>
#include <utility>

#include "databases/project_test.hpp"

namespace migrator::test {

/// A project on MariaDB whose first file makes the table `notes` in the schema `catalog`.
class MariadbTest : public ProjectTest {
protected:
    explicit MariadbTest(std::string columns) : columns_(std::move(columns)) {}

    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().write(
            "catalog/001_schema.sql",
            "create schema {schema};\ncreate table {schema}.notes (" + columns_ + ")\n"
        );
        project().apply();
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    /// What is said of the one half-done file.
    TenantState unfinished() {
        const auto states = project().open()->inspection().status().unfinished;
        EXPECT_EQ(states.size(), 1U);
        return states.empty() ? TenantState{} : states[0];
    }

private:
    const std::string columns_;
};

}  // namespace migrator::test

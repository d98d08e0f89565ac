#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "e2e/database_of_its_own.hpp"
#include "e2e/examples_project.hpp"
#include "e2e/service.hpp"

namespace migrator::e2e {

inline constexpr const char* kJson = "application/json; charset=utf-8";

/// Expects this status and JSON text, times and durations aside.
inline void expect_json(const Answer& answer, int status, const std::string& body) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(header(answer, "Content-Type"), kJson);
    EXPECT_EQ(without_times(answer.body), body);
}

/// The example's files, an empty database, and the program serving them.
class HttpExamples : public TestOnPostgresql {
protected:
    void SetUp() override {
        TestOnPostgresql::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        config_ = project().write_config(database().data_source("${DB_PASSWORD}"));
        service_.emplace(config_, kEnvironment);
    }

    const ExamplesProject& project() const { return project_; }
    const Service& service() const { return *service_; }
    const std::string& config() const { return config_; }

    static inline const std::map<std::string, std::string> kEnvironment{{"DB_PASSWORD", kPassword}};

private:
    ExamplesProject project_;
    std::string config_;
    std::optional<Service> service_;
};

}  // namespace migrator::e2e

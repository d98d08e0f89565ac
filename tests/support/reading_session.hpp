#pragma once

#include "db/sql/session.hpp"

namespace migrator::test {

/// A session for tests of who reads: `open` is theirs, and everything else does nothing.
class ReadingSession : public db::sql::Session {
public:
    void watch(std::stop_token /*stop*/) override {}
    void use_schemas(std::span<const std::string> /*schemas*/) override {}
    void begin(const db::sql::WorkSettings& /*settings*/, std::string_view /*run_id*/) override {}
    std::optional<db::sql::Failure> run_scripts(std::span<const db::sql::ScriptRun> /*scripts*/
    ) override {
        return {};
    }
    std::optional<db::sql::Failure> run_without_transaction(
        const db::sql::ScriptRun& /*script*/,
        const db::sql::WorkSettings& /*settings*/,
        const std::function<void(std::size_t)>& /*done*/
    ) override {
        return {};
    }
    void reset() override {}
    void insert_rows(
        std::int64_t /*version_id*/,
        const std::string& /*created*/,
        std::span<const db::sql::MetadataRow> /*rows*/
    ) override {}
    std::optional<db::sql::Failure> commit() override { return {}; }
    void rollback() noexcept override {}
    bool standard_conforming_strings() const override { return true; }
};

}  // namespace migrator::test

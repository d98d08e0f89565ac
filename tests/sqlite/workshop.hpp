#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql/session.hpp"
#include "db/sqlite/sqlite.hpp"
#include "support/temp_dir.hpp"

namespace migrator::test {

/// A folder with a metadata file `migrator.db` that does not exist yet, and a server for it.
class Workshop : public ::testing::Test {
protected:
    Workshop();

    db::Options options() const;
    /// Single schemas `config` and `ref` unless told otherwise.
    void use_singles(std::vector<std::string> names);
    std::unique_ptr<db::sql::Session> connect() { return server_->connect(); }
    std::filesystem::path file(const std::string& name) const { return dir_.path() / name; }
    /// What a connection of its own reads: columns by '|', rows by ' '. Creates nothing.
    std::string read(const std::string& name, const std::string& sql) const;
    /// Runs SQL of somebody else on one file, which is created when it is missing.
    void write(const std::string& name, const std::string& sql) const;

    TempDir dir_;
    std::vector<std::string> singles_{"config", "ref"};
    std::unique_ptr<db::sql::Server> server_;
};

/// Runs `text` as a script for `schema` in the open transaction.
std::optional<db::sql::Failure> run(
    db::sql::Session& session, std::string_view text, std::string_view schema = "north"
);
/// The same outside a transaction; the numbers that `done` was told.
std::optional<db::sql::Failure> run_alone(
    db::sql::Session& session,
    std::string_view text,
    std::vector<std::size_t>* done = nullptr,
    const db::sql::WorkSettings& settings = {}
);
/// The message of a Failure; empty when there is none.
std::string said(const std::optional<db::sql::Failure>& failure);
/// What `session` answers: columns by '|', rows by ' ', NULL as "-".
std::string ask(
    db::sql::Session& session,
    std::string_view sql,
    const std::vector<db::sql::Value>& parameters = {}
);
/// Makes migrator's tables, in a transaction of its own.
void create_tables(db::sql::Session& session, const db::sql::Dialect& dialect);
/// The message of the Error that `work` throws; fails the test when it throws none.
template <typename Work>
std::string message_of(Work&& work);

}  // namespace migrator::test

#include "core/error.hpp"

namespace migrator::test {

template <typename Work>
std::string message_of(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    ADD_FAILURE() << "no Error was thrown";
    return {};
}

}  // namespace migrator::test

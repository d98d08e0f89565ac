#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "db/sql/session.hpp"
#include "db/sqlite/attachments.hpp"
#include "db/sqlite/connection.hpp"
#include "db/sqlite/cursor.hpp"
#include "db/sqlite/files.hpp"
#include "db/sqlite/places.hpp"
#include "db/sqlite/script_runner.hpp"

namespace migrator::db::sqlite {

/// A session on the metadata file.
///
/// It begins as a session for reading, and then creates nothing: while the metadata file is
/// missing every read sees an empty database, and when the file appears or is replaced the next
/// read sees the new one. `use_schemas`, `begin`, `run_without_transaction` and an `open` that
/// writes turn it into a session for work for good, which creates the file. A read that names a
/// table of a configured single schema (`tenantSelect`) gets the files of those attached.
///
/// Reads wait up to 10 s for a commit of somebody else (or their patience), which in turn waits for
/// the end of a RowSource; beside those no lock is held between two calls.
class SqliteSession final : public sql::Session {
public:
    /// `placeholder`: what stands for a schema in files.
    SqliteSession(Files files, std::vector<std::string> single_schemas, std::string placeholder);
    ~SqliteSession() override;
    SqliteSession(const SqliteSession&) = delete;
    SqliteSession& operator=(const SqliteSession&) = delete;

    std::unique_ptr<sql::RowSource> open(
        std::string_view sql, std::span<const sql::Value> parameters
    ) override;
    void set_patience(std::optional<std::chrono::milliseconds> patience) override;
    void watch(std::stop_token stop) override;
    void observe(sql::Observer* observer) override { observer_ = observer; }
    /// Beside `schemas`, if there are any, existing files of configured single schemas are attached
    /// as far as there is room: files of tenants may refer to them. Throws MigrationFailed for a
    /// name that SQLite can't take.
    void use_schemas(std::span<const std::string> schemas) override;
    void begin(const sql::WorkSettings& settings, std::string_view run_id) override;
    std::optional<sql::Failure> run_scripts(std::span<const sql::ScriptRun> scripts) override;
    /// `done` is not told of statements in a transaction of the script that is still open: a crash
    /// would undo them, and the caller could not write down their number while it is.
    std::optional<sql::Failure> run_without_transaction(
        const sql::ScriptRun& script,
        const sql::WorkSettings& settings,
        const std::function<void(std::size_t statements)>& done
    ) override;
    void reset() override;
    void insert_rows(
        std::int64_t version_id, const std::string& created, std::span<const sql::MetadataRow> rows
    ) override;
    std::optional<sql::Failure> commit() override;
    void rollback() noexcept override;
    bool standard_conforming_strings() const override { return true; }
    /// Those without a file.
    std::vector<std::string> missing_schemas(std::span<const std::string> names) override;

private:
    class Rows;
    /// Which file is behind a path.
    struct FileId {
        dev_t device;
        ino_t inode;
        bool operator==(const FileId&) const = default;
    };
    static std::optional<FileId> id_of(const std::filesystem::path& file);

    void open(std::unique_ptr<Connection> connection, std::optional<FileId> id);
    void close() noexcept;
    Connection& for_reading();
    Connection& for_work();
    std::unique_ptr<Cursor> cursor(std::string_view sql, std::span<const sql::Value> parameters);
    Error explained(const Error& error) const;
    void end_reading() noexcept;
    bool is_write(std::string_view sql);
    bool holds_wal() const;
    bool attach_singles_for(std::string_view message);
    void check_names(std::span<const std::string> schemas) const;
    void apply(const sql::WorkSettings& settings);
    bool is_schema(std::string_view name) const;
    ScriptRunner runner();
    void clean_up();
    sql::Failure commit_failure(int code);
    std::string violating_row();

    const Files files_;
    const std::vector<std::string> single_schemas_;
    const std::string placeholder_;
    sql::Observer* observer_ = nullptr;
    std::stop_token stop_;
    std::optional<std::chrono::milliseconds> patience_;  ///< for our own statements
    std::unique_ptr<Connection> connection_;
    Attachments attachments_;
    TemporaryObjects temporary_;
    std::optional<FileId> opened_;  ///< nothing: `connection_` stands in for a missing file
    bool works_ = false;
    bool failed_ = false;  ///< a script of the open transaction failed
    sql::WorkSettings settings_;
};

}  // namespace migrator::db::sqlite

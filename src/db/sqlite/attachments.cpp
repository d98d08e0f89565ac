#include "db/sqlite/attachments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::db::sqlite {
namespace {

[[noreturn]] void unusable(const std::filesystem::path& file, const std::string& why) {
    throw Error(ErrorKind::Unavailable, fmt::format("cannot use {}: {}", file.string(), why));
}

bool is_busy(int code) { return (code & 0xff) == SQLITE_BUSY; }

void check_is_file(const std::filesystem::path& file) {
    std::error_code problem;
    const auto status = std::filesystem::status(file, problem);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        unusable(file, "not a regular file");
    }
}

}  // namespace

bool Attachments::contains(std::string_view schema) const {
    return std::ranges::any_of(names_, [&](const auto& name) { return same_name(name, schema); });
}

std::filesystem::path Attachments::file_of(const std::string& schema) const {
    return schema == "main" ? files_.metadata() : files_.of(schema);
}

std::string Attachments::paths() const {
    std::string text = files_.metadata().string();
    for (const std::string& name : names_) text += ", " + files_.of(name).string();
    return text;
}

void Attachments::attach(Connection& connection, std::span<const std::string> wanted) {
    const std::vector<std::string> before = names_;
    for (const std::string& name : before) {
        if (std::ranges::find(wanted, name) == wanted.end()) detach_one(connection, name);
    }
    for (const std::string& name : wanted) {
        if (std::ranges::find(names_, name) == names_.end()) attach_one(connection, name);
    }
}

void Attachments::attach_one(Connection& connection, const std::string& schema) {
    const std::filesystem::path file = files_.of(schema);
    check_is_file(file);
    Statement statement;
    // The name is a plain one; the quotes are for names that only other versions call keywords.
    const std::string text = fmt::format("attach ?1 as \"{}\"", schema);
    std::string_view sql = text;
    int code = connection.prepare(sql, statement);
    const std::string& path = file.native();
    if (code == SQLITE_OK) {
        code = sqlite3_bind_text(
            statement.get(), 1, path.data(), static_cast<int>(path.size()), SQLITE_STATIC
        );
    }
    if (code == SQLITE_OK) code = connection.run(statement.get());
    if (code != SQLITE_OK) unusable(file, connection.message(code));
    names_.push_back(schema);
}

void Attachments::detach_one(Connection& connection, const std::string& schema) {
    return_to_wal(connection, schema);
    connection.execute(fmt::format("detach \"{}\"", schema));
    std::erase(names_, schema);
}

void Attachments::make_ready(Connection& connection) {
    files_.check_folder_is_writable();
    make_ready(connection, "main");
    for (const std::string& name : names_) make_ready(connection, name);
}

void Attachments::make_ready(Connection& connection, const std::string& schema) {
    // A commit over several files is atomic only through the super-journal, which SQLite writes
    // for rollback journals, not for WAL: after a crash some files would have the transaction and
    // others not. A script may have set another mode, so this is done for every transaction.
    leave_wal(connection, schema);
    const int code =
        connection.try_execute(fmt::format("pragma \"{}\".synchronous = full", schema));
    if (code != SQLITE_OK) unusable(file_of(schema), connection.message(code));
    if (connection.is_read_only(schema)) unusable(file_of(schema), "the file is read-only");
}

void Attachments::leave_wal(Connection& connection, const std::string& schema) {
    std::string mode;
    int code = connection.read_value(fmt::format("pragma \"{}\".journal_mode", schema), mode);
    if (code == SQLITE_OK && mode == "delete") return;
    const std::string leave = fmt::format("pragma \"{}\".journal_mode = delete", schema);
    if (code == SQLITE_OK) code = connection.try_execute(leave);
    // Leaving WAL needs the file for itself, and SQLite does not wait for that.
    const auto give_up = std::chrono::steady_clock::now() + connection.patience();
    while (is_busy(code) && !connection.stop_requested() &&
           std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        code = connection.try_execute(leave);
    }
    if (is_busy(code) && mode == "wal") {
        unusable(
            file_of(schema),
            "the file is in WAL mode, which a run must leave, but another program has it open; "
            "stop that program during the run, or set PRAGMA journal_mode=delete"
        );
    }
    if (code != SQLITE_OK) unusable(file_of(schema), connection.message(code));
    if (mode != "wal") return;
    log::info(fmt::format(
        "{} is in WAL mode; changed to journal_mode=delete for the run", file_of(schema).string()
    ));
    was_wal_.push_back(schema);
}

void Attachments::return_to_wal(Connection& connection, const std::string& schema) noexcept try {
    if (std::erase(was_wal_, schema) == 0) return;
    const int code =
        connection.try_execute(fmt::format("pragma \"{}\".journal_mode = wal", schema));
    if (code == SQLITE_OK) return;
    log::warn(fmt::format(
        "{} stays in journal_mode=delete; could not change it back to wal: {}",
        file_of(schema).string(),
        connection.message(code)
    ));
} catch (...) {
    // Out of memory; the mode is a matter of speed, not of correctness.
}

void Attachments::forget() noexcept {
    names_.clear();
    was_wal_.clear();
}

void Attachments::give_back_wal(Connection& connection) noexcept {
    while (!was_wal_.empty()) return_to_wal(connection, std::string(was_wal_.back()));
}

}  // namespace migrator::db::sqlite

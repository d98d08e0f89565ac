#include "db/sqlserver/settings.hpp"

#include <fmt/format.h>

#include "db/sqlserver/dialect.hpp"

namespace migrator::db::sqlserver {
namespace {

// What would have the server take statements in and not run them.
constexpr std::string_view kRunEverything =
    "set noexec off;\nset parseonly off;\nset fmtonly off;\n";

constexpr std::string_view kOurs = "set xact_abort on;\nset implicit_transactions off;\n";

/// As ODBC drivers set them when they connect, and servers by themselves.
constexpr std::string_view kDefaults =
    "set ansi_nulls on;\n"
    "set ansi_null_dflt_on on;\n"
    "set ansi_padding on;\n"
    "set ansi_warnings on;\n"
    "set arithabort on;\n"
    "set concat_null_yields_null on;\n"
    "set numeric_roundabort off;\n"
    "set quoted_identifier on;\n"
    "set cursor_close_on_commit off;\n"
    "set nocount off;\n"
    "set rowcount 0;\n"
    "set textsize 2147483647;\n"
    "set deadlock_priority normal;\n"
    "set context_info 0x0;\n"
    "set transaction isolation level read committed;\n";

/// EXECUTE AS can be nested. One level is left after the other, and none when there is none.
std::string revert_to(const std::string& login) {
    return fmt::format(
        "declare @left int = 32;\n"
        "while suser_sname() <> {} and @left > 0 begin revert; set @left = @left - 1 end;\n",
        quote_text(login)
    );
}

}  // namespace

std::string lock_timeout_batch(const std::optional<std::chrono::milliseconds>& limit) {
    const bool is_limited = limit && limit->count() > 0;
    return fmt::format("set lock_timeout {};\n", is_limited ? limit->count() : -1);
}

std::string begin_batch(const sql::WorkSettings& settings) {
    return std::string(kOurs) + lock_timeout_batch(settings.lock_timeout) + "begin transaction";
}

std::string check_batch(const sql::WorkSettings& settings) {
    return std::string(kRunEverything) + std::string(kOurs) +
           lock_timeout_batch(settings.lock_timeout) + "select @@trancount, xact_state()";
}

std::string reset_batch(
    const ServerFacts& facts, const sql::WorkSettings& settings, const std::string& identity_insert
) {
    std::string text = std::string(kRunEverything) + revert_to(facts.login);
    // Azure SQL has no USE of another database; nobody is in one there.
    text += fmt::format(
        "if db_name() <> {} use {};\n", quote_text(facts.database), quote_identifier(facts.database)
    );
    if (!identity_insert.empty()) text += "set identity_insert " + identity_insert + " off;\n";
    text += fmt::format("set language {};\n", quote_text(facts.language));
    text += kDefaults;
    text += kOurs;
    text += lock_timeout_batch(settings.lock_timeout);
    return text;
}

std::string commit_batch() {
    return "declare @open int = @@trancount, @state int = xact_state();\n"
           "if @open = 1 and @state = 1 commit transaction;\n"
           "select @open, @state";
}

std::string rollback_batch() {
    return std::string(kRunEverything) + "if @@trancount > 0 rollback transaction";
}

}  // namespace migrator::db::sqlserver

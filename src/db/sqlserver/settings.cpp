#include "db/sqlserver/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

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

constexpr std::string_view kDropMark =
    "if object_id(N'tempdb..#migrator_mark') is not null drop table #migrator_mark;\n";

/// Of `state_query`.
struct StateColumns {
    std::string open = "@@trancount";
    std::string state = "xact_state()";
    std::string fence;
    std::string mark = "case when object_id(N'tempdb..#migrator_mark') is null then 0 else 1 end";
};

/// Application locks belong to a database.
StateColumns state_columns(const ServerFacts& facts) {
    StateColumns columns;
    columns.fence = fmt::format(
        "case when db_name() <> {} then 1 when @@trancount = 0 then 0 "
        "when applock_mode(N'public', {}, N'Transaction') = N'NoLock' then 0 else 1 end",
        quote_text(facts.database),
        quote_text(kFence)
    );
    return columns;
}

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

std::string state_query(const ServerFacts& facts) {
    const StateColumns columns = state_columns(facts);
    return fmt::format(
        "select {}, {},\n    {},\n    {}", columns.open, columns.state, columns.fence, columns.mark
    );
}

std::string check_batch(const ServerFacts& facts, const sql::WorkSettings& settings) {
    return std::string(kRunEverything) + std::string(kOurs) +
           lock_timeout_batch(settings.lock_timeout) + state_query(facts);
}

std::string reset_batch(const ServerFacts& facts, const sql::WorkSettings& settings, bool reverts) {
    std::string text = std::string(kRunEverything);
    if (reverts) text += revert_to(facts.login);
    // Azure SQL has no USE of another database; nobody is in one there.
    text += fmt::format(
        "if db_name() <> {} use {};\n", quote_text(facts.database), quote_identifier(facts.database)
    );
    // Babelfish takes no N'…' here.
    const std::string language = quote_text(facts.language);
    const bool is_plain = std::ranges::all_of(language, [](unsigned char c) { return c < 0x80; });
    text += fmt::format("set language {};\n", language.substr(is_plain ? 1 : 0));
    text += kDefaults;
    text += kOurs;
    text += lock_timeout_batch(settings.lock_timeout);
    return text;
}

std::string identity_insert_off_batch(std::string_view table) {
    // The session's own temporary tables can't be looked up from another database's catalog.
    const bool is_temporary = table.starts_with('#') || table.starts_with("[#");
    const std::string object = fmt::format(
        "object_id({})", quote_text((is_temporary ? "tempdb.." : "") + std::string(table))
    );
    const std::string is_there =
        is_temporary
            ? object + " is not null"
            : fmt::format(
                  "exists (select 1 from sys.identity_columns where object_id = {})", object
              );
    return fmt::format("if {} set identity_insert {} off", is_there, table);
}

std::string commit_batch(const ServerFacts& facts, bool fenced) {
    const StateColumns columns = state_columns(facts);
    return fmt::format(
        "declare @open int = {}, @state int = {};\n"
        "declare @fence int = {};\n"
        "declare @mark int = {};\n"
        "if @open = 1 and @state = 1{}\n"
        "begin\n"
        "    {}"
        "    commit transaction;\n"
        "end;\n"
        "select @open, @state, @fence, @mark",
        columns.open,
        columns.state,
        columns.fence,
        columns.mark,
        fenced ? " and @fence = 1" : "",
        kDropMark
    );
}

std::string rollback_batch() {
    return std::string(kRunEverything) + "if @@trancount > 0 rollback transaction;\n" +
           std::string(kDropMark);
}

}  // namespace migrator::db::sqlserver

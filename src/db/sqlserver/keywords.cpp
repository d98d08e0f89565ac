#include "db/sqlserver/keywords.hpp"

#include "core/ascii.hpp"

namespace migrator::db::sqlserver {

bool is_set_option(std::string_view word) {
    return is_one_of_ignoring_case(
        word,
        {"ansi_defaults",
         "ansi_null_dflt_off",
         "ansi_null_dflt_on",
         "ansi_nulls",
         "ansi_padding",
         "ansi_warnings",
         "arithabort",
         "arithignore",
         "concat_null_yields_null",
         "context_info",
         "cursor_close_on_commit",
         "datefirst",
         "dateformat",
         "deadlock_priority",
         "fips_flagger",
         "fmtonly",
         "forceplan",
         "identity_insert",
         "implicit_transactions",
         "language",
         "lock_timeout",
         "nocount",
         "noexec",
         "numeric_roundabort",
         "offsets",
         "parseonly",
         "query_governor_cost_limit",
         "quoted_identifier",
         "remote_proc_transactions",
         "rowcount",
         "showplan_all",
         "showplan_text",
         "showplan_xml",
         "statistics",
         "textsize",
         "transaction",
         "xact_abort"}
    );
}

bool begins_statement(std::string_view word) {
    return is_one_of_ignoring_case(
        word, {"add",    "alter",  "backup", "begin",     "bulk",        "checkpoint", "close",
               "create", "dbcc",   "deny",   "declare",   "delete",      "deallocate", "disable",
               "drop",   "enable", "fetch",  "grant",     "if",          "insert",     "kill",
               "merge",  "open",   "print",  "raiserror", "reconfigure", "restore",    "revoke",
               "save",   "select", "set",    "throw",     "truncate",    "update",     "waitfor",
               "while",  "with",   "commit", "rollback"}
    );
}

bool is_sqlcmd_command(std::string_view word) {
    return is_one_of_ignoring_case(
        word,
        {":r",
         ":setvar",
         ":on",
         ":connect",
         ":out",
         ":error",
         ":exit",
         ":quit",
         ":list",
         ":reset",
         ":perftrace",
         ":xml",
         ":help",
         ":ed",
         ":listvar",
         ":serverlist"}
    );
}

}  // namespace migrator::db::sqlserver

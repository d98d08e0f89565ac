#include "db/postgresql/hints.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace migrator::db::postgresql {
namespace {

/// The first one whose SQLSTATE and part of the message fit.
struct Hint {
    std::string_view sqlstate;
    std::string_view part;  ///< of the message; empty: any
    std::string_view text;
};

// What several errors share.
constexpr std::string_view kExists =
    "if an earlier try of this file left it behind, undo that first; with IF NOT EXISTS, where the "
    "statement takes it, the file can be repeated";
constexpr std::string_view kIsGone =
    "if an earlier try of this file dropped it, the statement has done its work; with IF EXISTS it "
    "can be repeated";
constexpr std::string_view kQualify =
    "files run in the order of their names; a name without a schema is looked up in search_path, "
    "so "
    "write {schema}.NAME, and the schema of what an extension made";
constexpr std::string_view kReadOnly =
    "the server is a standby, or the transaction is read-only by default: let dataSource name the "
    "primary (the writer endpoint), and see default_transaction_read_only";
constexpr std::string_view kExtension =
    "install the extension's package on the server, and let an administrator CREATE EXTENSION "
    "where "
    "the user in dataSource may not";
constexpr std::string_view kExtensionSchema =
    "if it belongs to an extension: create the extension in an earlier file, and write the schema "
    "that holds it in front of the name";
constexpr std::string_view kDuplicateRows =
    "rows have the same key: find them with GROUP BY … HAVING count(*) > 1, and change or delete "
    "them in an earlier file";
constexpr std::string_view kServersFile =
    "the server reads this file itself: it has to lie on the server's machine; COPY … FROM STDIN "
    "takes rows that stand in the file of the migration";
constexpr std::string_view kInOneFile =
    "session state does not live on from file to file: make and use it in one file, or set "
    "sessionState: keep";
constexpr std::string_view kDates =
    "write dates as 2024-12-31 and times as 2024-12-31 23:59:59; other forms depend on DateStyle";
constexpr std::string_view kEncoding =
    "migrator sends files as they are: save the file as UTF-8, or set client_encoding in it as it "
    "is encoded; the encoding of the database has to hold the characters";
constexpr std::string_view kView =
    "drop the view, change the table, and create the view again, in one file";
constexpr std::string_view kCorrupt =
    "the server finds damaged data: look into its log, check disk and memory, and restore or "
    "REINDEX before anything else";

constexpr auto kHintTable = std::to_array<Hint>({
    {"0A000", "is not available", kExtension},
    {"0A000", "used by a view or rule", kView},
    {"0A000",
     "used in a trigger definition",
     "drop the trigger, change the column, and create it "
     "again, in one file"},
    {"0A000",
     "unique constraint on partitioned table",
     "a unique key of a partitioned table has to hold the columns that it is partitioned by"},
    {"21000",
     "ON CONFLICT",
     "two of the rows have the same key: select one of them, with DISTINCT "
     "ON or GROUP BY"},
    {"21000", "", "the subquery finds several rows: narrow it, or add LIMIT 1"},
    {"22001",
     "",
     "the value is longer than the column: make the column longer first, or shorten "
     "the value"},
    {"22003", "", "the value does not fit the type: use a larger one, such as bigint or numeric"},
    {"22007", "", kDates},
    {"22008", "", kDates},
    {"22012", "", "the divisor can be 0: write nullif(divisor, 0)"},
    {"22021", "", kEncoding},
    {"22P02",
     "invalid input value for enum",
     "add the value to the enum in an earlier file: ALTER TYPE … ADD VALUE"},
    {"22P02",
     "",
     "the text is no value of this type: correct the rows first, or give ALTER … TYPE "
     "a USING expression that converts them"},
    {"22P04",
     "",
     "the rows behind COPY have a tab between columns and end with a line \\.: an "
     "editor may have put blanks for tabs"},
    {"22P05", "", kEncoding},
    {"23502",
     "",
     "rows have no value in this column: give them one in an UPDATE first, or the "
     "column a default"},
    {"23503",
     "still referenced",
     "rows of another table refer to it: change or delete those first, "
     "or alter the foreign key"},
    {"23503",
     "",
     "the referenced row is missing: insert it first, or correct the rows that refer "
     "to it"},
    {"23505", "could not create unique index", kDuplicateRows},
    // Two sessions that create the same object meet in an index of the catalog.
    {"23505",
     "constraint \"pg_",
     "another session was creating the same object at the same time: "
     "run migrator again"},
    {"23505",
     "",
     "a row has this key already, perhaps from an earlier try of this file; ON "
     "CONFLICT DO NOTHING skips such rows"},
    {"23514",
     "no partition of relation",
     "create the partition for this value first, or a DEFAULT "
     "partition"},
    {"23514",
     "is violated by some row",
     "correct the rows first, or add the constraint NOT VALID "
     "and VALIDATE it in a later file"},
    {"23514",
     "",
     "the row does not fulfil the CHECK constraint: correct the row or the "
     "constraint"},
    {"23P01",
     "could not create exclusion constraint",
     "rows exclude each other already: correct "
     "them in an earlier file"},
    {"23P01", "", "the row overlaps one that is there: correct one of them"},
    {"25006", "", kReadOnly},
    {"25P01",
     "",
     "outside a transaction: put BEGIN in front of the statement and COMMIT behind its "
     "use, or remove the marker"},
    {"25P03",
     "",
     "idle_in_transaction_session_timeout of the server is shorter than the pauses of "
     "this run: raise it for the user in dataSource"},
    {"26000", "", kInOneFile},
    {"34000", "", kInOneFile},
    {"3F000",
     "no schema has been selected",
     "write names with their schema, as {schema}.NAME, or set search_path in this file"},
    {"3F000", "", "create the schema in an earlier file: create schema if not exists {schema}"},
    {"40001",
     "",
     "other sessions changed the same rows: run migrator again; read committed, the "
     "default, has fewer such errors than default_transaction_isolation in dataSource"},
    {"40P01",
     "",
     "two sessions waited for each other, and the server ended this one: run migrator "
     "again"},
    {"42501",
     "must be owner of",
     "only the owner may: connect as the owner, set setRole to that "
     "role, or ALTER … OWNER TO the user in dataSource"},
    {"42501",
     "to create extension",
     "let an administrator create the extension, or grant the user "
     "in dataSource CREATE on the database, which is enough for "
     "trusted extensions"},
    {"42501",
     "for schema",
     "GRANT USAGE, CREATE ON SCHEMA … TO the user in dataSource (or to "
     "setRole)"},
    {"42501",
     "for database",
     "GRANT CREATE ON DATABASE … TO the user in dataSource (or to "
     "setRole)"},
    {"42501", "pg_read_server_files", kServersFile},
    {"42501", "superuser", "let an administrator run this file, or do its work beforehand"},
    {"42501", "set role", "GRANT the role TO the user in dataSource"},
    {"42501",
     "",
     "GRANT the privilege TO the user in dataSource (or to setRole), or let another "
     "user run this file"},
    {"42601",
     "at end of input",
     "the statement ends before it is complete: look for a missing END, "
     "bracket or quote, and for a ';' inside of it"},
    {"42601",
     "at or near \"\\\"",
     "commands of psql are not SQL: remove the line, or write the "
     "statement that does the same"},
    {"42601", "unterminated", "a quote, comment or $$ is opened here and never closed"},
    {"42701",
     "",
     "if an earlier try of this file added it, undo that first; ADD COLUMN IF NOT "
     "EXISTS can be repeated"},
    {"42703", " of relation ", kIsGone},
    {"42704", "role ", "roles belong to the server, not to the database: create it there first"},
    {"42704",
     "unrecognized configuration parameter",
     "the parameter is of another version, or of an extension that is not loaded"},
    {"42704", "type ", kExtensionSchema},
    {"42704", "operator class", kExtensionSchema},
    {"42704", "access method", kExtensionSchema},
    {"42704", "", kIsGone},
    {"42710",
     "type ",
     "if an earlier try of this file left it behind, undo that first; CREATE TYPE "
     "takes no IF NOT EXISTS"},
    {"42710", "", kExists},
    {"42723", "", "CREATE OR REPLACE replaces a function, and can be repeated"},
    {"42804",
     "default for column",
     "drop the default first, change the type, and set the default "
     "again"},
    {"42804", "foreign key constraint", "both columns need the same type"},
    {"42804",
     "cannot be cast automatically",
     "give ALTER … TYPE a USING expression that converts "
     "the rows"},
    {"42809",
     "",
     "the name belongs to an object of another kind, such as a view: use the statement "
     "for that kind"},
    {"42830",
     "",
     "a foreign key refers to a primary key, or to columns with a UNIQUE constraint: "
     "add one first"},
    {"42846",
     "",
     "there is no cast between these types: convert by way of text, or with a function "
     "in USING"},
    {"42883", "", kExtensionSchema},
    {"42P01", "", kQualify},
    {"42P02", "", "a file has no parameters: write values where $1 stands, or quote the text"},
    {"42P04", "", kExists},
    {"42P06", "", kExists},
    {"42P07", "", kExists},
    {"42P10",
     "ON CONFLICT",
     "ON CONFLICT needs a unique index on just these columns: create it in "
     "an earlier file"},
    {"42P13",
     "",
     "a function's result or the names of its parameters can't be replaced: drop the "
     "function first"},
    {"42P16", "view", "CREATE OR REPLACE VIEW only adds columns at the end: drop the view first"},
    {"42P16", "multiple primary keys", "drop the primary key that is there first"},
    {"42P17",
     "IMMUTABLE",
     "an index, a generated column or a partition key takes only functions "
     "that are IMMUTABLE: time zones, locale or tables may not change the "
     "result"},
    {"53100", "", "the disk of the server is full: make room, then run migrator again"},
    {"53300",
     "",
     "all connections of the server are in use: run migrator again when others have "
     "ended, or lower parallelism"},
    {"54000",
     "index row",
     "the value is too long for an index: index an expression of it, such as "
     "md5(column) or left(column, 200)"},
    {"54001", "", "the statement is too deep: divide it, or raise max_stack_depth"},
    {"54011", "", "a table has at most 1600 columns, dropped ones included: divide the table"},
    {"55000", "currval", kInOneFile},
    {"55000", "lastval", kInOneFile},
    {"55000",
     "concurrently",
     "create a unique index on the view's columns, without WHERE, first, "
     "and fill the view once"},
    {"55000", "has not been populated", "fill the view first: REFRESH MATERIALIZED VIEW"},
    {"55000", "is not a view", kView},
    {"55006",
     "accessed by other users",
     "other sessions are connected to this database: end them "
     "first"},
    {"55P02",
     "",
     "the parameter can't be changed in a session: change it in the server's "
     "configuration"},
    {"55P03",
     "",
     "another session holds the lock: pg_blocking_pids() and pg_locks show it; run "
     "migrator again when it has ended, or set ddlLockTimeout"},
    {"57014",
     "statement timeout",
     "the statement ran longer than statementTimeout, or than "
     "statement_timeout of the file, allows"},
    {"57014",
     "user request",
     "somebody cancelled the statement with pg_cancel_backend: run "
     "migrator again"},
    {"57P01",
     "",
     "somebody ended the session with pg_terminate_backend, or the server was "
     "stopped: run migrator again"},
    {"58030", "", "the server could not read or write its files: its log and its disk say why"},
    {"58P01", "extension", kExtension},
    {"58P01", "$libdir", kExtension},
    {"58P01", "", kServersFile},
    {"XX001", "", kCorrupt},
    {"XX002", "", kCorrupt},
});
static_assert(std::ranges::is_sorted(kHintTable, {}, &Hint::sqlstate));

/// What libpq or the server says of a connection that waiting does not help.
struct Refusal {
    std::string_view part;
    std::string_view text;
};

constexpr std::string_view kLogin = "check user and password in dataSource";
constexpr std::string_view kAddress = "check host and port in dataSource";
constexpr std::string_view kCertificate =
    "check sslmode, sslrootcert and the host name in dataSource against the certificate of the "
    "server";
constexpr std::string_view kOwnCertificate = "check sslcert and sslkey in dataSource";
constexpr std::string_view kHba =
    "pg_hba.conf of the server does not allow this user, database, address or kind of encryption: "
    "add an entry, or change them, or sslmode, in dataSource";

constexpr auto kRefusals = std::to_array<Refusal>({
    {"password authentication failed", kLogin},
    {"PAM authentication failed", kLogin},
    {"LDAP authentication failed", kLogin},
    {"RADIUS authentication failed", kLogin},
    {"SCRAM authentication failed", kLogin},
    {"no password supplied",
     "set the password in dataSource, or in a file or command that it "
     "names"},
    {"eer authentication failed",
     "the server wants the operating system's user of this name: change user or host in "
     "dataSource, or the method in pg_hba.conf"},
    {"dent authentication failed",
     "the server wants the operating system's user of this name: change user or host in "
     "dataSource, or the method in pg_hba.conf"},
    {"certificate authentication failed", kOwnCertificate},
    {"no pg_hba.conf entry", kHba},
    {"pg_hba.conf rejects", kHba},
    {"permission denied for database", "GRANT CONNECT ON DATABASE … TO the user in dataSource"},
    {"is not permitted to log in", "ALTER ROLE … LOGIN, or name another user in dataSource"},
    {"not currently accepting connections",
     "the database does not take connections (a template, perhaps): name another in dataSource, or "
     "ALTER DATABASE … ALLOW_CONNECTIONS true"},
    {"could not translate host name", kAddress},
    {"could not parse network address", kAddress},
    {"invalid port number", kAddress},
    {"certificate verify failed", kCertificate},
    {"root certificate file", kCertificate},
    {"server certificate for", kCertificate},
    {"does not match host name", kCertificate},
    {"server does not support SSL", "enable TLS on the server, or change sslmode in dataSource"},
    {"could not load private key file", kOwnCertificate},
    {"private key file", kOwnCertificate},
    {"certificate file", kOwnCertificate},
    {"received invalid response to SSL negotiation",
     "the address in dataSource is not that of a PostgreSQL server"},
    {"expected authentication request from server",
     "the address in dataSource is not that of a PostgreSQL server"},
    {"unsupported startup parameter",
     "the pooler does not take this parameter of dataSource: remove it, or see "
     "ignore_startup_parameters of PgBouncer"},
    {"no such database", "configure the database in the pooler, or name another in dataSource"},
    {"no such user", kLogin},
    {"channel binding", "check channel_binding in dataSource against what the server offers"},
});

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string_view text_of(const ServerError& error) {
    const auto found = std::ranges::find_if(kHintTable, [&](const Hint& hint) {
        return hint.sqlstate == error.sqlstate && has(error.message, hint.part);
    });
    return found == kHintTable.end() ? std::string_view() : found->text;
}

}  // namespace

std::string hint_for(const ServerError& error) {
    std::string hint = error.hint;
    const std::string_view text = text_of(error);
    if (!hint.empty() && !text.empty()) hint += '\n';
    return hint += text;
}

std::string own_hint_for(const ServerError& error) {
    constexpr std::string_view kPrivilege = "42501";
    if (error.sqlstate == kPrivilege) {
        return "the server refused a statement of migrator's own: grant the user in dataSource "
               "what "
               "docs/databases/postgresql.md lists under Privileges";
    }
    // Not of ours: object names, keys and values are none that a person can change.
    constexpr std::array<std::string_view, 3> kOfTheServer = {"25006", "53100", "58030"};
    const bool is_told = std::ranges::find(kOfTheServer, error.sqlstate) != kOfTheServer.end();
    return std::string(is_told ? text_of(error) : std::string_view());
}

std::string connect_hint_for(std::string_view message) {
    // With host names of several servers each has its say, and one may be about to start.
    constexpr std::array<std::string_view, 6> kPassing = {
        "Connection refused",
        "starting up",
        "shutting down",
        "recovery mode",
        "too many",
        "remaining connection slots"};
    if (std::ranges::any_of(kPassing, [&](auto part) { return has(message, part); })) return {};
    const auto found = std::ranges::find_if(kRefusals, [&](const Refusal& refusal) {
        return has(message, refusal.part);
    });
    if (found != kRefusals.end()) return std::string(found->text);
    const bool is_missing = message.ends_with("does not exist");
    if (is_missing && has(message, "database \"")) {
        return "create the database that dataSource names, or name another";
    }
    return is_missing && has(message, "role \"") ? std::string(kLogin) : std::string();
}

}  // namespace migrator::db::postgresql

#include "db/mysql/hints.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace migrator::db::mysql {
namespace {

struct Hint {
    unsigned number;  ///< of the server
    std::string_view text;
};

// What several numbers share.
constexpr std::string_view kMarker =
    "the statement is refused inside a transaction; begin the file with the comment "
    "\"-- migrator:no-transaction\", or add it to noTransaction in the configuration";
constexpr std::string_view kMyIsam =
    "the table does not support transactions (MyISAM); begin the file with the comment \"-- "
    "migrator:no-transaction\", or add it to noTransaction in the configuration";
constexpr std::string_view kExists =
    "if an earlier try of this file left it behind, undo that first; with IF NOT EXISTS the "
    "statement can be repeated";
constexpr std::string_view kColumnExists =
    "if an earlier try of this file added it, undo that first; MariaDB takes ADD … IF NOT EXISTS, "
    "which can be repeated";
constexpr std::string_view kIsGone =
    "if an earlier try of this file dropped it, the statement has done its work; with IF EXISTS it "
    "can be repeated";
constexpr std::string_view kForeignKey =
    "both columns need the same type, sign, character set and collation, and the referenced "
    "columns "
    "an index that begins with them; SHOW ENGINE INNODB STATUS names the reason";
constexpr std::string_view kReferenced =
    "rows of another table refer to it: change or delete those first, or alter the foreign key";
constexpr std::string_view kDoesNotFit =
    "the sql_mode is strict, so a value that does not fit is an error: change the value or the "
    "column";
constexpr std::string_view kCharacters =
    "the column, or the connection, has a character set without this character: use utf8mb4 for "
    "the "
    "column and charset=utf8mb4 in dataSource, or SET NAMES as the file is encoded";
constexpr std::string_view kNewerServer =
    "the file was written for another server or version: replace the name with one that this "
    "server has";
constexpr std::string_view kPrivilege =
    "grant the privilege to the user in dataSource, or let another user run this file";
constexpr std::string_view kReadOnly =
    "the server is read-only, as a replica is: let dataSource name the primary (the writer "
    "endpoint)";
constexpr std::string_view kOtherLock =
    "another session holds the lock: SHOW PROCESSLIST and SHOW ENGINE INNODB STATUS show it; run "
    "migrator again when it has ended, or set ddlLockTimeout";
constexpr std::string_view kRunTooLong =
    "the statement ran longer than statementTimeout, or than max_statement_time of the server, "
    "allows";
constexpr std::string_view kTooLarge =
    "the message is larger than max_allowed_packet of the server: split the file, or raise the "
    "setting";
constexpr std::string_view kIndexTooLong =
    "index a prefix of the column, such as name(100), or make the column shorter; in utf8mb4 a "
    "character counts as 4 bytes";
constexpr std::string_view kOnlineDdl =
    "leave out ALGORITHM and LOCK so that the server chooses, or change them as the message says";
constexpr std::string_view kServersFile =
    "the server reads this file itself: it has to lie on the server's machine, where "
    "secure_file_priv allows it; LOAD DATA LOCAL reads files of migrator's machine";
constexpr std::string_view kLocalFiles =
    "set allowAllFiles=true in dataSource, and local_infile on the server, to allow LOAD DATA "
    "LOCAL";
constexpr std::string_view kDiskFull = "the disk of the server, or the room for the table, is full";
constexpr std::string_view kDefiner =
    "create the user that DEFINER names, or leave DEFINER out so that it is the user in dataSource";
constexpr std::string_view kBinaryLog =
    "the binary log is on: declare the function DETERMINISTIC, NO SQL or READS SQL DATA, or set "
    "log_bin_trust_function_creators on the server";

constexpr std::array kHintTable = {
    Hint{13, kServersFile},
    Hint{29, kServersFile},
    Hint{1005, kForeignKey},
    Hint{1007, kExists},
    Hint{1008, kIsGone},
    Hint{1021, kDiskFull},
    Hint{1030, "the storage engine failed: the error log of the server says why"},
    Hint{1044, kPrivilege},
    Hint{
        1046,
        "write names with their schema, as {schema}.NAME, or begin the file with USE {schema}"},
    Hint{1049, "create the schema in an earlier file: create database {schema}"},
    Hint{1050, kExists},
    Hint{1051, kIsGone},
    Hint{1060, kColumnExists},
    Hint{1061, kColumnExists},
    Hint{
        1062,
        "a row has this key already, perhaps from an earlier try of this file; INSERT IGNORE skips "
        "such rows"},
    Hint{1067, "the default is not valid in this sql_mode: see NO_ZERO_DATE and NO_ZERO_IN_DATE"},
    Hint{1071, kIndexTooLong},
    Hint{1091, kIsGone},
    Hint{1093, "read the rows in a subquery of its own: (select * from (select …) as t)"},
    Hint{1099, "lock the table with WRITE, or unlock the tables before the statement"},
    Hint{
        1100,
        "while tables are locked, only those that LOCK TABLES names can be used: name this one, "
        "too, "
        "or unlock the tables before the statement"},
    Hint{1114, kDiskFull},
    Hint{1115, kNewerServer},
    Hint{1118, "make columns TEXT or BLOB, or divide the table"},
    Hint{1142, kPrivilege},
    Hint{1143, kPrivilege},
    Hint{
        1146,
        "files run in the order of their names; a name without a schema is looked up in the "
        "current "
        "database, so write {schema}.NAME"},
    Hint{1148, kLocalFiles},
    Hint{1153, kTooLarge},
    Hint{1192, "end the transaction, or unlock the tables, before the statement"},
    Hint{1193, kNewerServer},
    Hint{1205, kOtherLock},
    Hint{1206, "raise innodb_buffer_pool_size, or change fewer rows with one statement"},
    Hint{
        1213,
        "two sessions waited for each other, and the server ended this one: run migrator again"},
    Hint{1215, kForeignKey},
    Hint{1223, "release the lock first: UNLOCK TABLES, or BACKUP UNLOCK"},
    Hint{1227, kPrivilege},
    Hint{1231, kNewerServer},
    Hint{1264, kDoesNotFit},
    Hint{1265, kDoesNotFit},
    Hint{1267, "add COLLATE to one side of the comparison, or convert the column"},
    Hint{1273, kNewerServer},
    Hint{1286, kNewerServer},
    Hint{
        1290,
        "an option of the server forbids the statement: with --read-only, name the primary in "
        "dataSource; with --secure-file-priv, the file has to lie in that folder"},
    Hint{1292, kDoesNotFit},
    Hint{
        1305,
        "create the routine in an earlier file, and write its name with the schema: {schema}.NAME"},
    Hint{1364, "name the column in the INSERT, or give it a default"},
    Hint{1366, kCharacters},
    Hint{1370, kPrivilege},
    Hint{1399, kMarker},
    Hint{1400, kMarker},
    Hint{1406, kDoesNotFit},
    Hint{1418, kBinaryLog},
    Hint{1419, kBinaryLog},
    Hint{1422, "a statement that commits is not possible in a function or trigger: move it out"},
    Hint{1449, kDefiner},
    Hint{1451, kReferenced},
    Hint{
        1452,
        "the referenced row is missing: insert it first, or correct the rows that refer to it"},
    Hint{1679, kMarker},
    Hint{1685, kMarker},
    Hint{1694, kMarker},
    Hint{1701, kReferenced},
    Hint{1709, kIndexTooLong},
    Hint{1765, kMarker},
    Hint{1785, kMyIsam},
    Hint{1787, kMarker},
    Hint{
        1792,
        "the transaction is read-only, by the file or by transaction_read_only of the server"},
    Hint{1826, kColumnExists},
    Hint{1833, "drop the foreign key, change both columns, and add the foreign key again"},
    Hint{1836, kReadOnly},
    Hint{1845, kOnlineDdl},
    Hint{1846, kOnlineDdl},
    Hint{1906, "leave the generated column out, or write DEFAULT for it"},
    Hint{1929, kMarker},
    Hint{1953, kMarker},
    Hint{1969, kRunTooLong},
    Hint{3024, kRunTooLong},
    Hint{3572, kOtherLock},
    Hint{3780, kForeignKey},
    Hint{3948, kLocalFiles},
    Hint{4025, "the row does not fulfil the CHECK constraint: correct the row or the constraint"},
    Hint{4166, kLocalFiles},
};
static_assert(std::ranges::is_sorted(kHintTable, {}, &Hint::number));

constexpr std::string_view kLogin = "check user and password in dataSource";
constexpr std::string_view kHost =
    "create the user for the host that migrator connects from, such as 'user'@'%', or allow that "
    "host";
constexpr std::string_view kPlugin =
    "dataSource does not allow the way in which the server asks for the password: see "
    "allowNativePasswords and allowCleartextPasswords";
constexpr std::string_view kCertificate =
    "check tls and tlsCA in dataSource against the certificate of the server";
constexpr std::string_view kAccount = "unlock the account, or set its password anew";

constexpr std::array kConnectHints = {
    Hint{1044, "grant the user the database that dataSource names, or leave the name out"},
    Hint{1045, kLogin},
    Hint{1049, "create the database that dataSource names, or leave the name out"},
    Hint{1130, kHost},
    Hint{1227, kPrivilege},
    Hint{1251, kPlugin},
    Hint{1524, kPlugin},
    Hint{1698, kLogin},
    Hint{1820, kAccount},
    Hint{1862, kAccount},
    Hint{2026, kCertificate},
    Hint{2054, kPlugin},
    Hint{2059, kPlugin},
    Hint{2061, kPlugin},
    Hint{3118, kAccount},
    Hint{3159, "the server takes encrypted connections only: set tls in dataSource"},
    Hint{4151, kAccount},
    Hint{5009, kPlugin},
    Hint{5010, kPlugin},
};
static_assert(std::ranges::is_sorted(kConnectHints, {}, &Hint::number));

std::string_view text_of(std::span<const Hint> hints, unsigned number) {
    const auto found = std::ranges::lower_bound(hints, number, {}, &Hint::number);
    return found == hints.end() || found->number != number ? std::string_view() : found->text;
}

}  // namespace

std::string hint_for(const ServerError& error) {
    constexpr unsigned kSyntaxError = 1064;
    constexpr unsigned kFileNotFound = 2;
    const bool ends_early = error.message.find("near '' at line") != std::string::npos;
    if (error.number == kSyntaxError && ends_early) {
        return "the statement ends before it is complete: look for a missing END, bracket or "
               "quote, "
               "and for a ';' inside of it";
    }
    const bool is_relative = error.message.find("File '/") == std::string::npos;
    if (error.number == kFileNotFound && is_relative) {
        return "the name of the file is relative to the folder in which migrator runs";
    }
    return std::string(text_of(kHintTable, error.number));
}

std::string own_hint_for(const ServerError& error) {
    const std::string_view hint = text_of(kHintTable, error.number);
    if (hint == kReadOnly) return std::string(hint);
    return "the server refused a statement of migrator's own: grant the user in dataSource what "
           "docs/databases/mysql.md lists under Privileges";
}

std::string connect_hint_for(const ServerError& error) {
    return std::string(text_of(kConnectHints, error.number));
}

}  // namespace migrator::db::mysql

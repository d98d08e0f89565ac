#include "db/sqlserver/hints.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace migrator::db::sqlserver {
namespace {

struct Hint {
    std::int32_t number;  ///< of the server
    std::string_view text;
};

// What several numbers share.
constexpr std::string_view kMarker =
    "the statement is refused inside a transaction; begin the file with the comment "
    "\"-- migrator:no-transaction\", or add it to noTransaction in the configuration";
constexpr std::string_view kExists =
    "if it was made by hand or by another tool, test for it with IF … IS NULL or CREATE OR ALTER";
constexpr std::string_view kIsGone = "with IF EXISTS the statement passes where the object is gone";
constexpr std::string_view kNoObject =
    "files run in the order of their names; write names with their schema, as {schema}.NAME, and "
    "check that the login may see the object";
constexpr std::string_view kPrivilege = "grant the login in dataSource the missing permission";
constexpr std::string_view kDuplicate = "a row has this key already: correct the data or the file";
constexpr std::string_view kDoesNotFit =
    "a value does not fit its column: correct the value, or enlarge the column in an earlier file";
constexpr std::string_view kDate =
    "how a date is read depends on the language of the login: write 'YYYYMMDD' or "
    "'YYYY-MM-DDThh:mm:ss'";
constexpr std::string_view kDependent =
    "other objects depend on the column or table: drop them before, and make them again behind";
constexpr std::string_view kForeignKey =
    "the referenced columns need a primary key or unique constraint, and the same types";
constexpr std::string_view kIdentity =
    "IDENTITY_INSERT is on for one table at a time: set it on before the INSERT, with a list of "
    "columns, and off behind it";
constexpr std::string_view kSpace = "make room on the server, and run migrator again";
constexpr std::string_view kTransaction =
    "migrator begins and ends the transaction: remove BEGIN TRANSACTION, COMMIT and ROLLBACK from "
    "what the file runs";

constexpr std::array kHintTable = {
    Hint{105, "a quote is open: look for a ' or ] that is missing; a ' in a string is written ''"},
    Hint{111, "add a line with GO before the statement"},
    Hint{137, "variables end with their batch: declare it again behind the line with GO"},
    Hint{207, "the server compiles a batch as a whole: add a line with GO behind ALTER TABLE"},
    Hint{208, kNoObject},
    Hint{213, "name the columns in the INSERT"},
    Hint{226, kMarker},
    Hint{229, kPrivilege},
    Hint{230, kPrivilege},
    Hint{241, kDate},
    Hint{242, kDate},
    Hint{262, kPrivilege},
    Hint{266, kTransaction},
    Hint{297, kPrivilege},
    Hint{300, kPrivilege},
    Hint{468, "add COLLATE DATABASE_DEFAULT to one side of the comparison"},
    Hint{515, "give the column a value in the INSERT, or a default"},
    Hint{544, kIdentity},
    Hint{547, "rows are in conflict with the constraint: correct them before, or the constraint"},
    Hint{574, kMarker},
    Hint{1088, kNoObject},
    Hint{1105, kSpace},
    Hint{
        1205,
        "two sessions waited for each other, and the server ended this one: run migrator again"},
    Hint{1222, "another session holds the lock: end it, or raise ddlLockTimeout"},
    Hint{1505, kDuplicate},
    Hint{1767, kForeignKey},
    Hint{1776, kForeignKey},
    Hint{1779, "the table has a primary key already: drop its constraint first"},
    Hint{1785, "cascade along one path only: use ON DELETE NO ACTION for the other"},
    Hint{1801, kExists},
    Hint{1913, kExists},
    Hint{1934, "set the options that the message names in the batch: SET QUOTED_IDENTIFIER ON"},
    Hint{2601, kDuplicate},
    Hint{2627, kDuplicate},
    Hint{2628, kDoesNotFit},
    Hint{2705, "the column is there already: test for it with COL_LENGTH"},
    Hint{2714, kExists},
    Hint{2760, "create the schema in an earlier file, with a line with GO behind it"},
    Hint{2812, "create the procedure in an earlier file; a statement may be misspelled, too"},
    Hint{3609, kTransaction},
    Hint{3701, kIsGone},
    Hint{3726, kDependent},
    Hint{3728, kIsGone},
    Hint{3902, kTransaction},
    Hint{3903, kTransaction},
    Hint{3906, "the database is read-only: name the primary in dataSource"},
    Hint{
        3930,
        "an error was caught that dooms the transaction: correct its cause, or do not catch it"},
    Hint{4104, "a table or alias of the name is missing in FROM"},
    Hint{4902, kNoObject},
    Hint{4922, kDependent},
    Hint{4924, kIsGone},
    Hint{5074, kDependent},
    Hint{8101, kIdentity},
    Hint{8107, kIdentity},
    Hint{8115, kDoesNotFit},
    Hint{8152, kDoesNotFit},
    Hint{9002, kSpace},
    Hint{15151, kPrivilege},
    Hint{15247, kPrivilege},
};
static_assert(std::ranges::is_sorted(kHintTable, {}, &Hint::number));

constexpr std::string_view kLogin = "check user and password in dataSource";
constexpr std::string_view kDatabase =
    "create the database that dataSource names, or a user for the login in it";
constexpr std::string_view kAccount = "enable or unlock the login, or set its password anew";
constexpr std::string_view kFirewall =
    "allow the address of migrator in the firewall of the server";
constexpr std::string_view kCertificate =
    "check encrypt, certificate, TrustServerCertificate and hostNameInCertificate in dataSource "
    "against the certificate of the server";

constexpr std::array kConnectHints = {
    Hint{916, kDatabase},
    Hint{4060, kDatabase},
    Hint{4064, kDatabase},
    Hint{17892, "a logon trigger of the server refuses the login"},
    Hint{18452, "the server does not take this kind of login: name a login of SQL Server"},
    Hint{18456, kLogin},
    Hint{18470, kAccount},
    Hint{18486, kAccount},
    Hint{18487, kAccount},
    Hint{18488, kAccount},
    Hint{40532, "check the name of the server in dataSource"},
    Hint{40615, kFirewall},
    Hint{40914, kFirewall},
    Hint{47073, kFirewall},
};
static_assert(std::ranges::is_sorted(kConnectHints, {}, &Hint::number));

std::string_view text_of_number(std::span<const Hint> hints, std::int32_t number) {
    const auto found = std::ranges::lower_bound(hints, number, {}, &Hint::number);
    return found == hints.end() || found->number != number ? std::string_view() : found->text;
}

}  // namespace

std::string hint_for(const ServerError& error) {
    return std::string(text_of_number(kHintTable, error.number));
}

std::string own_hint_for(const ServerError& error) {
    const std::string_view hint = text_of_number(kHintTable, error.number);
    if (hint != kPrivilege) return {};
    return "grant the login in dataSource what docs/databases/sqlserver.md lists under Privileges";
}

std::string connect_hint_for(const ServerError& error) {
    const std::string_view hint = text_of_number(kConnectHints, error.number);
    if (!hint.empty()) return std::string(hint);
    if (error.sqlstate.starts_with("28")) return std::string(kLogin);
    if (error.sqlstate == "08004") return std::string(kDatabase);
    const std::string text = describe(error);
    const bool is_certificate = text.find("certificate") != std::string::npos ||
                                text.find("SSL Provider") != std::string::npos;
    return std::string(is_certificate ? kCertificate : std::string_view());
}

}  // namespace migrator::db::sqlserver

#include "analysis/mysql_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/mysql_types.hpp"
#include "core/ascii.hpp"
#include "db/sql/own_sql.hpp"
#include "script/first_words.hpp"

namespace migrator::analysis {
namespace {

constexpr std::string_view kMysqlRules[] = {
    // What a change of a table keeps waiting.
    "charset-conversion",
    "check-validated",
    "foreign-key-validated",
    "generated-column",
    "index-not-concurrent",
    "partition-change",
    "primary-key",
    "table-rewrite",
    "type-change-rewrite",
    // For how long, and what stays when it fails.
    "implicit-commit",
    "lock-table",
    "several-alters",
    "table-maintenance",
    // What the running application still expects.
    "column-drop",
    "column-rename",
    "function-drop",
    "function-replace",
    "not-null-drop",
    "table-move",
    "table-rename",
    "trigger-create",
    "trigger-drop",
    "view-drop",
    "view-replace",
    // What is gone.
    "database-drop",
    "delete-without-where",
    "partition-drop",
    "table-drop",
    "truncate",
    "update-without-where",
    // What the server or the data may refuse.
    "alter-refused",
    "cast-may-fail",
    "check-may-fail",
    "column-required",
    "foreign-key-may-fail",
    "not-null-may-fail",
    "unique-may-fail",
    // The table, the session and the server.
    "binlog-off",
    "inline-reference-ignored",
    "primary-key-missing",
    "set-global",
    "transaction-in-file"};

std::string in_backticks(std::string_view name) { return "`" + db::sql::doubled(name, '`') + "`"; }

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + in_backticks(name);
    return text;
}

bool is_innodb(const MysqlTable& table) { return equal_ignoring_case(table.engine, "InnoDB"); }

}  // namespace

std::span<const std::string_view> mysql_rule_names() noexcept { return kMysqlRules; }

void MysqlRules::begin(const FileView& file) {
    file_ = file;
    copied_.clear();
    checks_foreign_keys_ = true;
    written_ = 0;
    commit_.reset();
    told_of_commit_ = false;
}

void MysqlRules::look(
    const StatementView& view,
    const MysqlStatement& statement,
    const std::optional<AskedAnswer>& asked
) {
    view_ = &view;
    statement_ = &statement;
    if ((view.traits & script::kTransactionControl) != 0 && !file_.wrapped &&
        !file_.outside_transaction) {
        report(
            {.rule = "transaction-in-file",
             .level = Level::Warning,
             .why = "migrator has the transaction: the file must not begin or end one."}
        );
    }
    look_at_time(asked);
    for (const MysqlChange& change : statement.changes) {
        look_for(change);
        look(change);
    }
    look_at_commits();
    for (const MysqlChange& change : statement.changes) remember(change);
    view_ = nullptr;
    statement_ = nullptr;
}

void MysqlRules::look(const MysqlChange& change) {
    switch (change.act) {
        case MysqlAct::AddCheck:
        case MysqlAct::AddForeignKey:
        case MysqlAct::AddIndex:
        case MysqlAct::AddPrimaryKey:
        case MysqlAct::DropPrimaryKey:
            look_at_key(change);
            break;
        case MysqlAct::AddColumn:
        case MysqlAct::ChangeColumn:
        case MysqlAct::DropColumn:
        case MysqlAct::RenameColumn:
            look_at_column(change);
            break;
        case MysqlAct::DropDatabase:
        case MysqlAct::DropPartition:
        case MysqlAct::DropTable:
        case MysqlAct::LockTables:
        case MysqlAct::Maintain:
        case MysqlAct::RenameTable:
        case MysqlAct::Truncate:
            look_at_table(change);
            break;
        case MysqlAct::CreateTable:
        case MysqlAct::InlineReference:
            look_at_new_table(change);
            break;
        case MysqlAct::Delete:
        case MysqlAct::Update:
            look_at_rows(change);
            break;
        case MysqlAct::CreateTrigger:
        case MysqlAct::DropRoutine:
        case MysqlAct::DropTrigger:
        case MysqlAct::DropView:
        case MysqlAct::ReplaceRoutine:
        case MysqlAct::ReplaceView:
            look_at_code(change);
            break;
        default:
            look_at_session(change);
    }
}

// ---- what a change of a table keeps waiting

void MysqlRules::look_at_time(const std::optional<AskedAnswer>& asked) {
    if (statement_->altered.name.empty()) return;
    const AffectedTable table = affected(statement_->altered);
    if (table.schemas == 0) return;
    if (asked && !asked->answer.refused.empty()) {
        report_refusal(*asked);
        return;
    }
    std::vector<Slow> all = slow_changes();
    const bool says_how = statement_->algorithm == "INPLACE" || statement_->algorithm == "NOCOPY" ||
                          statement_->algorithm == "INSTANT";
    if (!asked && (says_how || statement_->lock == "NONE")) {
        // The server refuses rather than to block.
        for (const Slow& each : all) {
            if (!each.copies_always || each.table.schemas == 0) continue;
            report(
                {.rule = "alter-refused",
                 .level = Level::Warning,
                 .why = "The server copies the table for this, so it refuses what the statement "
                        "asks for with ALGORITHM or LOCK. " +
                        each.why,
                 .safe = each.safe},
                each.table
            );
            return;
        }
        if (says_how && statement_->lock != "SHARED" && statement_->lock != "EXCLUSIVE") return;
        if (statement_->lock == "NONE") return;
    }
    const bool blocks = asked && asked->answer.lock != "NONE";
    const bool copies = asked && asked->answer.algorithm == "COPY";
    if (asked && !blocks && !copies) return;
    const bool names_lock = statement_->lock == "SHARED" || statement_->lock == "EXCLUSIVE";
    if (all.empty() && (asked || statement_->algorithm == "COPY" || names_lock)) {
        all.push_back(
            {.rule = "table-rewrite",
             .why = asked && !copies ? "The server keeps writers waiting for as long as it works "
                                       "on the table."
                    : copies || statement_->algorithm == "COPY"
                        ? "The server copies the whole table."
                        : "The statement itself asks for the lock.",
             .safe = !asked ? "-- without ALGORITHM=COPY and LOCK, so that the server takes the "
                              "least it needs"
                            : aside(),
             .table = table,
             .algorithm = statement_->algorithm,
             .lock = names_lock ? statement_->lock : "SHARED"}
        );
    }
    std::vector<std::string_view> told;
    for (const Slow& each : all) {
        if (std::ranges::find(told, each.rule) != told.end()) continue;
        told.push_back(each.rule);
        report_slow(each, asked);
    }
}

void MysqlRules::report_refusal(const AskedAnswer& asked) {
    const AffectedTable table = affected(statement_->altered);
    report(
        {.rule = "alter-refused",
         .level = Level::Danger,
         .why = fmt::format(
             "The server refuses it on an empty copy of the table in {}: {}",
             asked.schema,
             asked.answer.refused
         )},
        table
    );
}

void MysqlRules::report_slow(const Slow& slow, const std::optional<AskedAnswer>& asked) {
    if (slow.table.schemas == 0) return;
    Effect effect;
    std::string algorithm = asked ? asked->answer.algorithm : slow.algorithm;
    std::string lock = asked ? asked->answer.lock : slow.lock;
    // It copies most tables while others write, and only the server knows which.
    constexpr int kCopiesOnline = 110'200;
    const bool may_be_online = !asked && version_.is_mariadb && version_.number >= kCopiesOnline &&
                               algorithm == "COPY" && statement_->lock.empty();
    if (may_be_online) lock = "NONE";
    effect.blocks_writes = lock != "NONE";
    effect.blocks_reads = lock == "EXCLUSIVE";
    if (!algorithm.empty()) effect.lock = "ALGORITHM=" + algorithm;
    if (!may_be_online) effect.lock += (effect.lock.empty() ? "LOCK=" : ", LOCK=") + lock;
    std::string why = slow.why;
    if (effect.blocks_reads) {
        why += " Nobody can read or write it meanwhile.";
    } else if (effect.blocks_writes) {
        why += " Nobody can write to it meanwhile.";
    } else {
        why += " That takes as long again on each replica, and needs room for a second table.";
    }
    Level level = by_rows(slow.table);
    if (!effect.blocks_writes) level = std::min(level, Level::Warning);
    report({.rule = slow.rule, .level = level, .why = why, .safe = slow.safe}, slow.table, effect);
    if (slow.other.schemas > 0 && !analysis_.findings.empty() &&
        analysis_.findings.back().statement == view_->number &&
        analysis_.findings.back().rule == slow.rule) {
        analysis_.findings.back().tables.push_back(slow.other);
    }
    const auto [earlier, is_first] = copied_.emplace(statement_->altered, view_->number);
    if (is_first || earlier->second == view_->number || by_rows(slow.table) < Level::Warning)
        return;
    report(
        {.rule = "several-alters",
         .level = Level::Warning,
         .why = fmt::format("Statement {} has copied the whole table already.", earlier->second),
         .safe = "-- all changes of the table in one ALTER TABLE"},
        slow.table
    );
}

std::vector<MysqlRules::Slow> MysqlRules::slow_changes() const {
    std::vector<Slow> all;
    for (const MysqlChange& change : statement_->changes) {
        if (auto one = slow(change)) {
            if (one->table.schemas > 0) all.push_back(std::move(*one));
        }
        if (auto one = slow_engine(change)) all.push_back(std::move(*one));
    }
    return all;
}

std::optional<MysqlRules::Slow> MysqlRules::slow(const MysqlChange& change) const {
    switch (change.act) {
        case MysqlAct::AddColumn:
        case MysqlAct::ChangeColumn:
            return slow_column(change);
        case MysqlAct::AddCheck:
        case MysqlAct::AddForeignKey:
        case MysqlAct::AddIndex:
        case MysqlAct::AddPrimaryKey:
        case MysqlAct::DropPrimaryKey:
        case MysqlAct::InlineReference:
            return slow_key(change);
        case MysqlAct::AddPartition:
        case MysqlAct::ChangeEngine:
        case MysqlAct::ChangePartitions:
        case MysqlAct::ConvertCharset:
        case MysqlAct::Rebuild:
            return slow_option(change);
        default:
            return std::nullopt;
    }
}

std::optional<MysqlRules::Slow> MysqlRules::slow_column(const MysqlChange& change) const {
    const MysqlColumn& column = change.column;
    if (change.act == MysqlAct::AddColumn) {
        if (!column.stored && !column.auto_increment) return std::nullopt;
        return Slow{
            .rule = "generated-column",
            .why = column.stored ? "The value of each row is computed and stored."
                                 : "Each row gets a number of its own.",
            .safe = column.stored
                        ? fmt::format(
                              "-- a column that is computed when it is read:\nalter table {} add "
                              "column {} {};",
                              sql(change.table),
                              in_backticks(change.name),
                              "… virtual"
                          )
                        : aside(),
            .table = affected(change.table),
            .algorithm = column.stored ? "COPY" : "INPLACE"};
    }
    const auto name = known(change.table);
    const bool is_new = is_new_column(change.table, change.name);
    bool changes_charset = false;
    const AffectedTable table = affected(change.table, [&](const MysqlTable& each) {
        const MysqlColumnFact* old = fact(each, change);
        if (old == nullptr) return is_new;
        if (!column.charset.empty() && !old->charset.empty() && column.charset != old->charset) {
            changes_charset = true;
            return true;
        }
        return !is_free(*old, column);
    });
    const std::string fresh =
        change.new_name.empty() || equal_ignoring_case(change.new_name, change.name)
            ? change.name + "_new"
            : change.new_name;
    return Slow{
        .rule = changes_charset ? "charset-conversion" : "type-change-rewrite",
        .why = "Each row is written anew with the other type.",
        .safe = fmt::format(
            "alter table {0} add column {2} {3}, algorithm=instant;\n-- have the application, or "
            "triggers, write both; then, in parts:\nupdate {0} set {2} = {1} where not ({2} <=> "
            "{1}) and …;\n-- in a later file:\nalter table {0} drop column {1};",
            sql(change.table),
            in_backticks(change.name),
            in_backticks(fresh),
            shown(column.definition)
        ),
        .table = table,
        .copies_always = true};
}

std::optional<MysqlRules::Slow> MysqlRules::slow_key(const MysqlChange& change) const {
    const AffectedTable table = affected(change.table);
    if (change.act == MysqlAct::AddForeignKey ||
        (change.act == MysqlAct::InlineReference && honors_inline_references())) {
        if (!checks_foreign_keys_) return std::nullopt;
        return foreign_key(change);
    }
    if (change.act == MysqlAct::AddCheck) {
        return Slow{
            .rule = "check-validated",
            .why = "All rows are read and copied.",
            .safe = aside(),
            .table = table};
    }
    if (change.act == MysqlAct::AddIndex) {
        if (!change.special) return std::nullopt;
        return Slow{
            .rule = "index-not-concurrent",
            .why = "There is no way to build such an index while others write.",
            .safe = aside(),
            .table = table,
            .algorithm = "INPLACE"};
    }
    if (change.act == MysqlAct::InlineReference) return std::nullopt;
    const bool drops = change.act == MysqlAct::DropPrimaryKey;
    const bool has_both = std::ranges::any_of(statement_->changes, [](const MysqlChange& each) {
        return each.act == MysqlAct::AddPrimaryKey;
    });
    return Slow{
        .rule = "primary-key",
        .why =
            "The rows are stored in the order of the primary key: the table and all its indexes "
            "are written anew.",
        .safe = aside(),
        .table = table,
        .algorithm = drops && !has_both ? "COPY" : "INPLACE",
        .lock = drops && !has_both ? "SHARED" : "NONE"};
}

MysqlRules::Slow MysqlRules::foreign_key(const MysqlChange& change) const {
    Slow slow{
        .rule = "foreign-key-validated",
        .why =
            fmt::format("The table is copied, and each row is looked up in {}.", change.other.name),
        .safe = {},
        .table = affected(change.table),
        .other = affected(change.other)};
    if (change.columns.size() != 1 || change.other_columns.size() != 1) return slow;
    slow.safe = fmt::format(
        "-- look first for rows without one:\nselect count(*) from {0} c left join {1} p on p.{3} "
        "= c.{2} where c.{2} is not null and p.{3} is null;\n-- then, without a look at the "
        "rows:\nset foreign_key_checks = 0;\nalter table {0} add foreign key ({2}) references {1} "
        "({3}), algorithm=inplace, lock=none;\nset foreign_key_checks = 1;",
        sql(change.table),
        sql(change.other),
        listed(change.columns),
        listed(change.other_columns)
    );
    return slow;
}

std::optional<MysqlRules::Slow> MysqlRules::slow_option(const MysqlChange& change) const {
    const AffectedTable table = affected(change.table);
    switch (change.act) {
        case MysqlAct::ConvertCharset:
            return Slow{
                .rule = "charset-conversion",
                .why =
                    "All texts of the table are converted; longer characters may change the "
                    "types of its columns.",
                .safe = aside(),
                .table = table,
                .copies_always = true};
        case MysqlAct::AddPartition: {
            // Of a range or list: nothing moves.
            if (lower_case(change.clause).find("partitions") == std::string::npos)
                return std::nullopt;
            [[fallthrough]];
        }
        case MysqlAct::ChangePartitions:
            return Slow{
                .rule = "partition-change",
                .why = "Rows move from one partition to another.",
                .safe = aside(),
                .table = table};
        case MysqlAct::ChangeEngine:
            return Slow{
                .rule = "table-rewrite",
                .why = "The table is written anew by the other engine.",
                .safe = aside(),
                .table = affected(change.table, [&](const MysqlTable& each) {
                    return !equal_ignoring_case(each.engine, change.name);
                })};
        default:
            break;
    }
    // InnoDB rebuilds the table for these while others write.
    const bool is_online = is_one_of_ignoring_case(
        change.name, {"force", "row_format", "key_block_size", "page_compressed", "encrypted"}
    );
    if (is_online) return std::nullopt;
    return Slow{
        .rule = "table-rewrite",
        .why = "The whole table is written anew.",
        .safe = aside(),
        .table = table};
}

/// Other engines than InnoDB change a table in no other way.
std::optional<MysqlRules::Slow> MysqlRules::slow_engine(const MysqlChange& change) const {
    const bool is_index =
        (change.act == MysqlAct::AddIndex && !change.special) || change.act == MysqlAct::DropIndex;
    const bool is_column = change.act == MysqlAct::AddColumn || change.act == MysqlAct::DropColumn;
    if (!is_index && !is_column) return std::nullopt;
    AffectedTable table =
        affected(change.table, [](const MysqlTable& each) { return !is_innodb(each); });
    if (table.schemas == 0) return std::nullopt;
    return Slow{
        .rule = is_index ? "index-not-concurrent" : "table-rewrite",
        .why = "Only InnoDB does that while others write, and the table has another engine.",
        .safe =
            "-- when nobody writes, once:\nalter table " + sql(change.table) + " engine=InnoDB;",
        .table = table};
}

// ---- what else a change does

void MysqlRules::look_at_key(const MysqlChange& change) {
    const AffectedTable table = affected(change.table);
    switch (change.act) {
        case MysqlAct::AddForeignKey:
            if (table.rows == 0 || !checks_foreign_keys_) return;
            report(
                {.rule = "foreign-key-may-fail",
                 .level = Level::Info,
                 .why = "A schema with rows that do not meet it makes it fail."},
                table
            );
            return;
        case MysqlAct::AddCheck:
            if (table.rows == 0) return;
            report(
                {.rule = "check-may-fail",
                 .level = Level::Info,
                 .why = "A schema with rows that do not meet it makes it fail."},
                table
            );
            return;
        case MysqlAct::AddIndex:
        case MysqlAct::AddPrimaryKey: {
            const bool unique = change.act == MysqlAct::AddPrimaryKey || change.unique;
            const bool is_new = std::ranges::all_of(change.columns, [&](const auto& column) {
                return is_new_column(change.table, column);
            });
            // A column that the same statement adds.
            const bool is_own = std::ranges::any_of(statement_->changes, [&](const auto& each) {
                return each.act == MysqlAct::AddColumn && change.columns.size() == 1 &&
                       equal_ignoring_case(each.name, change.columns.front());
            });
            if (!unique || table.rows == 0 || is_new || is_own) return;
            report(
                {.rule = "unique-may-fail",
                 .level = Level::Info,
                 .why = "A schema with duplicates makes it fail.",
                 .safe = fmt::format(
                     "-- look first:\nselect {0}, count(*) from {1} group by {0} having count(*) > "
                     "1;",
                     listed(change.columns),
                     sql(change.table)
                 )},
                table
            );
            return;
        }
        default:
            break;
    }
    const bool has_other = std::ranges::any_of(statement_->changes, [](const MysqlChange& each) {
        return each.act == MysqlAct::AddPrimaryKey;
    });
    if (has_other) return;
    report(
        {.rule = "primary-key-missing",
         .level = Level::Warning,
         .why = "Replicas look for each changed row in the whole table, and tools that change "
                "tables online refuse it.",
         .safe = "-- the new one in the same statement:\nalter table " + sql(change.table) +
                 " drop primary key, add primary key (…);"},
        table
    );
}

void MysqlRules::look_at_column(const MysqlChange& change) {
    const AffectedTable table = affected(change.table);
    const std::string column = in_backticks(change.name);
    const bool is_new = is_new_column(change.table, change.name);
    const bool renames =
        change.act == MysqlAct::RenameColumn ||
        (!change.new_name.empty() && !equal_ignoring_case(change.new_name, change.name));
    if (renames && !is_new) {
        report(
            {.rule = "column-rename",
             .level = Level::Danger,
             .why = "The running application still asks for it by its old name.",
             .safe = fmt::format(
                 "alter table {} add column {} …;\n-- have the application write both, fill the "
                 "new one in parts, then drop the old one",
                 sql(change.table),
                 in_backticks(change.new_name)
             )},
            table
        );
    }
    if (change.act == MysqlAct::DropColumn) {
        const auto name = known(change.table);
        const bool is_there =
            name && std::ranges::any_of(catalog_.find(*name, file_.schemas), [&](const auto* each) {
                return catalog_.column(each->schema, name->name, change.name) != nullptr;
            });
        if (is_new || (!is_there && change.if_exists)) return;
        report(
            {.rule = "column-drop",
             .level = Level::Danger,
             .why = "The values are gone, and the running application still asks for the column.",
             .safe = "-- first a release of the application that does not name the column; then "
                     "this file"},
            table
        );
        return;
    }
    const MysqlColumn& definition = change.column;
    if (change.act == MysqlAct::AddColumn) {
        const bool required = definition.not_null && !definition.has_default &&
                              !definition.auto_increment && !definition.stored &&
                              !definition.is_virtual;
        if (!required) return;
        report(
            {.rule = "column-required",
             .level = table.rows > 0 ? Level::Danger : Level::Info,
             .why = "The running application inserts none of it, which a strict sql_mode refuses; "
                    "rows that are there get 0 or an empty text.",
             .safe = fmt::format(
                 "alter table {} add column {} {} default …;",
                 sql(change.table),
                 column,
                 shown(definition.definition)
             )},
            table
        );
        return;
    }
    if (change.act != MysqlAct::ChangeColumn) return;
    const AffectedTable loosened = affected(change.table, [&](const MysqlTable& each) {
        const MysqlColumnFact* old = fact(each, change);
        return old != nullptr && !old->is_nullable && !definition.not_null;
    });
    report(
        {.rule = "not-null-drop",
         .level = Level::Warning,
         .why =
             "MODIFY and CHANGE forget what they do not say: the column may be NULL from now on, "
             "which the running application may not expect.",
         .safe = fmt::format(
             "alter table {} modify {} {} not null;",
             sql(change.table),
             in_backticks(change.new_name.empty() ? change.name : change.new_name),
             shown(definition.definition)
         )},
        loosened
    );
    const AffectedTable tightened = affected(change.table, [&](const MysqlTable& each) {
        const MysqlColumnFact* old = fact(each, change);
        return old != nullptr && old->is_nullable && definition.not_null && each.rows > 0;
    });
    report(
        {.rule = "not-null-may-fail",
         .level = Level::Info,
         .why = "A schema with NULLs in the column makes it fail.",
         .safe = fmt::format(
             "-- look first:\nselect count(*) from {} where {} is null;", sql(change.table), column
         )},
        tightened
    );
    const AffectedTable converted = affected(change.table, [&](const MysqlTable& each) {
        const MysqlColumnFact* old = fact(each, change);
        return old != nullptr && each.rows > 0 && !is_free(*old, definition);
    });
    report(
        {.rule = "cast-may-fail",
         .level = Level::Info,
         .why = "A schema with a value that does not fit the new type makes it fail."},
        converted
    );
}

void MysqlRules::look_at_table(const MysqlChange& change) {
    const AffectedTable table = affected(change.table);
    const bool has_rows = table.rows > 0;
    switch (change.act) {
        case MysqlAct::DropDatabase:
            report({.rule = "database-drop", .level = Level::Danger, .why = "All of it is gone."});
            return;
        case MysqlAct::DropTable:
            report(
                {.rule = "table-drop",
                 .level = has_rows ? Level::Danger : Level::Warning,
                 .why = "The rows are gone, and the running application still asks for the table."},
                table
            );
            return;
        case MysqlAct::DropPartition:
            report(
                {.rule = "partition-drop",
                 .level = has_rows ? Level::Danger : Level::Info,
                 .why = "The rows of the partition are gone."},
                table
            );
            return;
        case MysqlAct::Truncate:
            report(
                {.rule = "truncate",
                 .level = has_rows ? Level::Danger : Level::Info,
                 .why = "All rows are gone, and nothing brings them back: TRUNCATE commits."},
                table
            );
            return;
        case MysqlAct::LockTables:
            if (file_.schemas.empty()) return;
            report(
                {.rule = "lock-table",
                 .level = Level::Warning,
                 .why = change.is_on ? "Nobody can read or write until UNLOCK TABLES."
                                     : "Nobody can write until UNLOCK TABLES."},
                table,
                {.lock = change.is_on ? "WRITE" : "READ",
                 .blocks_reads = change.is_on,
                 .blocks_writes = true}
            );
            return;
        case MysqlAct::Maintain: {
            const bool reads_alone = change.name == "ANALYZE" || change.name == "CHECK";
            report(
                {.rule = "table-maintenance",
                 .level = reads_alone ? Level::Info : by_rows(table),
                 .why = reads_alone
                            ? "Queries that run for long keep later ones on the table waiting."
                            : "The table is written anew, again on each replica.",
                 .safe = reads_alone ? "" : "-- not as a migration: when there is little to do"},
                table
            );
            return;
        }
        default:
            break;
    }
    // Exchanged for one that takes its name, in the same statement.
    const bool is_replaced = std::ranges::any_of(statement_->changes, [&](const auto& each) {
        return each.act == MysqlAct::RenameTable && each.other == change.table;
    });
    if (is_replaced) return;
    const bool moves = change.other.schema != change.table.schema;
    report(
        {.rule = moves ? "table-move" : "table-rename",
         .level = Level::Danger,
         .why = "The running application still asks for it by its old name.",
         .safe = fmt::format(
             "-- with a view of the old name until nobody asks for it:\n{};\ncreate view {} as "
             "select * from {};",
             shown(view_->text),
             sql(change.table),
             sql(change.other)
         )},
        table
    );
}

void MysqlRules::look_at_new_table(const MysqlChange& change) {
    if (change.act == MysqlAct::InlineReference) {
        if (honors_inline_references()) return;
        report(
            {.rule = "inline-reference-ignored",
             .level = Level::Warning,
             .why = "This server reads REFERENCES behind a column and does nothing about it: there "
                    "will be no foreign key.",
             .safe = fmt::format(
                 "foreign key ({}) references {} ({})",
                 in_backticks(change.name),
                 sql(change.other),
                 change.other_columns.empty() ? "…" : listed(change.other_columns)
             )}
        );
        return;
    }
    const AffectedTable table = affected(change.table);
    if (change.replaces) {
        report(
            {.rule = "table-drop",
             .level = table.rows > 0 ? Level::Danger : Level::Warning,
             .why = "OR REPLACE drops the table that is there: its rows are gone."},
            table
        );
    }
    // It is there everywhere: nothing is made.
    if (change.if_exists && table.schemas > 0 && table.schemas >= file_.schemas.size()) return;
    if (change.has_key) return;
    report(
        {.rule = "primary-key-missing",
         .level = Level::Warning,
         .why = "Replicas look for each changed row in the whole table, and tools that change "
                "tables online refuse it.",
         .safe = "-- in the definition of the table:\nid bigint unsigned not null auto_increment "
                 "primary key"}
    );
}

void MysqlRules::look_at_rows(const MysqlChange& change) {
    if (change.has_where) return;
    const AffectedTable table = affected(change.table);
    const bool removes = change.act == MysqlAct::Delete;
    report(
        {.rule = removes ? "delete-without-where" : "update-without-where",
         .level =
             removes && table.rows > 0 ? std::max(by_rows(table), Level::Warning) : by_rows(table),
         .why = removes ? "All rows are gone."
                        : "All rows are written in one transaction: they stay locked to its end, "
                          "and replicas lag behind.",
         .safe =
             removes ? "" : "-- in parts, by ranges of the key, each in a transaction of its own"},
        table
    );
}

void MysqlRules::look_at_code(const MysqlChange& change) {
    const AffectedTable view = catalog_.affected(
        change.table, file_.schemas, [](const MysqlTable& each) { return each.is_view; }
    );
    switch (change.act) {
        case MysqlAct::CreateTrigger:
            report(
                {.rule = "trigger-create",
                 .level = std::min(by_rows(affected(change.table)), Level::Warning),
                 .why = "From now on it runs with each row that the running application writes; "
                        "some tools that change tables online refuse a table with triggers."},
                affected(change.table)
            );
            return;
        case MysqlAct::DropTrigger:
            report(
                {.rule = "trigger-drop",
                 .level = Level::Warning,
                 .why = "What it did for the running application is not done any more."}
            );
            return;
        case MysqlAct::DropView:
            report(
                {.rule = "view-drop",
                 .level = Level::Warning,
                 .why = "The running application may still ask for it."},
                view
            );
            return;
        case MysqlAct::ReplaceView:
            report(
                {.rule = "view-replace",
                 .level = Level::Info,
                 .why = "The running application gets the new columns and rows at once."},
                view
            );
            return;
        case MysqlAct::DropRoutine:
            report(
                {.rule = "function-drop",
                 .level = Level::Warning,
                 .why = "The running application may still call it."}
            );
            return;
        default:
            report(
                {.rule = "function-replace",
                 .level = Level::Info,
                 .why = "The running application gets the new one at once."}
            );
            return;
    }
}

void MysqlRules::look_at_session(const MysqlChange& change) {
    if (change.act == MysqlAct::SetForeignKeyChecks) {
        checks_foreign_keys_ = change.is_on;
    } else if (change.act == MysqlAct::SetGlobal) {
        report(
            {.rule = "set-global",
             .level = Level::Warning,
             .why = fmt::format(
                 "{} changes for all databases of the server, and stays changed after the file.",
                 change.name
             ),
             .safe = "set session …;"}
        );
    } else if (change.act == MysqlAct::SetBinlog && !change.is_on) {
        report(
            {.rule = "binlog-off",
             .level = Level::Danger,
             .why = "Replicas get nothing of what follows: they differ from then on."}
        );
    }
}

/// Without the table there is no finding: nobody may take that for a good answer.
void MysqlRules::look_for(const MysqlChange& change) {
    switch (change.act) {
        case MysqlAct::CreateTable:
        case MysqlAct::CreateTrigger:
        case MysqlAct::DropRoutine:
        case MysqlAct::DropTrigger:
        case MysqlAct::InlineReference:
        case MysqlAct::ReplaceRoutine:
        case MysqlAct::ReplaceView:
            return;
        default:
            break;
    }
    if (change.table.name.empty() || change.if_exists) return;
    const auto name = known(change.table);
    if (!name || !catalog_.find(*name, file_.schemas).empty()) return;
    const std::string place =
        shown(fmt::format("{}:{} {}", file_.file, view_->line, change.table.name));
    if (std::ranges::find(not_found_, place) == not_found_.end()) not_found_.push_back(place);
}

/// DDL commits: what a file has done before can't be rolled back, whatever its author has meant.
void MysqlRules::look_at_commits() {
    const bool controls = (view_->traits & script::kTransactionControl) != 0;
    if (file_.outside_transaction || told_of_commit_ || controls) return;
    const bool touches = std::ranges::any_of(statement_->changes, [&](const auto& each) {
        return affected(each.table).schemas > 0;
    });
    const bool writes = touches && std::ranges::any_of(statement_->changes, [](const auto& each) {
                            return each.act == MysqlAct::Insert || each.act == MysqlAct::Update ||
                                   each.act == MysqlAct::Delete;
                        });
    const bool commits = (view_->traits & script::kKeepsTransaction) == 0;
    if (commit_ && (writes || (file_.wrapped && commits && touches))) {
        tell_of_commit();
        return;
    }
    if (commits && !commit_ && (written_ > 0 || (file_.wrapped && touches))) {
        const std::size_t before = analysis_.findings.size();
        report(
            {.rule = "implicit-commit",
             .level = Level::Warning,
             .why = written_ > 0
                        ? fmt::format(
                              "It commits what has run since statement {}: when a later statement "
                              "fails, that can't be rolled back.",
                              written_
                          )
                        : "It commits, whatever BEGIN and COMMIT around it say: when a later "
                          "statement fails, this one can't be rolled back.",
             .safe = "-- DDL and changes of rows in files of their own"}
        );
        if (analysis_.findings.size() == before) {
            told_of_commit_ = true;
        } else if (file_.wrapped && written_ > 0) {
            told_of_commit_ = true;
        } else {
            commit_ = analysis_.findings.back();
            analysis_.findings.pop_back();
        }
    }
    if (writes && written_ == 0) written_ = view_->number;
}

void MysqlRules::remember(const MysqlChange& change) {
    const Scoped table = scoped(change.table);
    switch (change.act) {
        case MysqlAct::CreateTable:
            if (!change.if_exists || affected(change.table).schemas == 0)
                renamed_[table] = std::nullopt;
            break;
        case MysqlAct::DropTable:
            renamed_[table] = std::nullopt;
            break;
        case MysqlAct::RenameTable: {
            const auto before = known(change.table);
            const bool is_replaced =
                std::ranges::any_of(statement_->changes, [&](const auto& each) {
                    return each.act == MysqlAct::RenameTable && each.other == change.table;
                });
            const Scoped target = scoped(change.other);
            const bool replaces = std::ranges::any_of(statement_->changes, [&](const auto& each) {
                return each.act == MysqlAct::RenameTable && each.table == change.other;
            });
            // What takes the place of a table is as large as that.
            if (!replaces) renamed_[target] = before;
            if (!is_replaced) renamed_[table] = std::nullopt;
            break;
        }
        case MysqlAct::AddColumn:
            new_columns_.insert({table, lower_case(change.name)});
            break;
        case MysqlAct::ChangeColumn:
        case MysqlAct::RenameColumn:
            if (!change.new_name.empty() && is_new_column(change.table, change.name))
                new_columns_.insert({table, lower_case(change.new_name)});
            break;
        default:
            break;
    }
}

/// In its place: findings come in the order of the statements.
void MysqlRules::tell_of_commit() {
    const Finding finding = *std::exchange(commit_, std::nullopt);
    auto place = analysis_.findings.end();
    while (place != analysis_.findings.begin()) {
        const Finding& before = *std::prev(place);
        if (before.file != finding.file || before.statement <= finding.statement) break;
        --place;
    }
    analysis_.findings.insert(place, finding);
    told_of_commit_ = true;
}

// ---- what is known

MysqlRules::Scoped MysqlRules::scoped(const Name& name) const {
    if (!catalog_.ignores_case()) return {scope(), name};
    return {scope(), {name.schema, lower_case(name.name)}};
}

std::optional<Name> MysqlRules::known(const Name& name) const {
    const auto found = renamed_.find(scoped(name));
    return found == renamed_.end() ? name : found->second;
}

bool MysqlRules::is_new_column(const Name& table, const std::string& column) const {
    return new_columns_.contains({scoped(table), lower_case(column)});
}

const MysqlColumnFact* MysqlRules::fact(const MysqlTable& table, const MysqlChange& change) const {
    const auto name = known(change.table);
    return name ? catalog_.column(table.schema, name->name, change.name) : nullptr;
}

AffectedTable MysqlRules::affected(const Name& name) const {
    return affected(name, [](const MysqlTable&) { return true; });
}

AffectedTable MysqlRules::affected(const Name& name, const Counts& counts) const {
    const auto old = known(name);
    AffectedTable table =
        old ? catalog_.affected(
                  *old,
                  file_.schemas,
                  [&](const MysqlTable& each) { return !each.is_view && counts(each); }
              )
            : AffectedTable();
    if (table.table.empty()) table.table = name.name;
    return table;
}

bool MysqlRules::is_free(const MysqlColumnFact& old, const MysqlColumn& column) const {
    constexpr int kKnowsShortLengths = 100'400;
    const bool mariadb = version_.is_mariadb && version_.number >= kKnowsShortLengths;
    return is_free_in_mysql(old.type, column.type, old.character_bytes, mariadb);
}

/// MariaDB from 10.5 on, MySQL from 9.0 on.
bool MysqlRules::honors_inline_references() const {
    return version_.number >= (version_.is_mariadb ? 100'500 : 90'000);
}

std::string MysqlRules::shown(const std::string& text) const {
    return analysis::shown(text, options_.placeholder);
}

std::string MysqlRules::sql(const Name& name) const { return sql(name, ""); }

std::string MysqlRules::sql(const Name& name, std::string_view ending) const {
    const std::string table = in_backticks(name.name + std::string(ending));
    if (name.schema.empty()) return table;
    if (name.schema == kOwnSchema) return options_.placeholder + "." + table;
    return in_backticks(name.schema) + "." + table;
}

/// The change done to another table that takes the place of this one.
std::string MysqlRules::aside() const {
    const Name& table = statement_->altered;
    return fmt::format(
        "create table {1} like {0};\nalter table {1} {3};\n-- triggers write to both while rows "
        "are copied in "
        "parts; then:\nrename table {0} to {2}, {1} to {0};",
        sql(table),
        sql(table, "_new"),
        sql(table, "_old"),
        shown(statement_->clauses)
    );
}

void MysqlRules::report(const Hazard& hazard, const AffectedTable& table, const Effect& effect) {
    // About a table that no schema has yet.
    const bool is_about_table = !table.table.empty();
    if (is_about_table && table.schemas == 0) return;
    auto weighed = finding_of(hazard, file_, *view_, options_.analysis, analysis_);
    if (!weighed) return;
    Finding& finding = *weighed;
    finding.text = shown(script::first_words(view_->text));
    finding.lock = effect.lock;
    finding.blocks_reads = effect.blocks_reads;
    finding.blocks_writes = effect.blocks_writes;
    finding.why = shown(finding.why);
    finding.safe = shown(finding.safe);
    if (is_about_table) finding.tables.push_back(table);
    analysis_.findings.push_back(std::move(finding));
}

}  // namespace migrator::analysis

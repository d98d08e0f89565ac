#include "analysis/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/types.hpp"
#include "core/ascii.hpp"
#include "db/sql/own_sql.hpp"
#include "script/first_words.hpp"

namespace migrator::analysis {
namespace {

constexpr std::string_view kRules[] = {
    // What a lock keeps waiting while a table is read or written as a whole.
    "check-validated",
    "exclusion-constraint",
    "foreign-key-validated",
    "generated-column",
    "index-drop-not-concurrent",
    "index-not-concurrent",
    "matview-refresh",
    "partition-attach",
    "partition-detach",
    "primary-key",
    "reindex-not-concurrent",
    "set-not-null",
    "table-rewrite",
    "type-change-rewrite",
    "unique-constraint",
    "validated-in-same-transaction",
    "volatile-default",
    // For how long.
    "backfill-with-ddl",
    "concurrently-if-not-exists",
    "lock-table",
    "several-alters",
    "several-tables-locked",
    "work-after-access-exclusive",
    // What the running application still expects.
    "column-drop",
    "column-rename",
    "enum-value-rename",
    "function-drop",
    "function-replace",
    "not-null-drop",
    "object-drop",
    "object-rename",
    "row-security",
    "schema-rename",
    "table-move",
    "table-rename",
    "view-drop",
    "view-replace",
    // What is gone.
    "cascade",
    "database-drop",
    "delete-without-where",
    "schema-drop",
    "table-drop",
    "truncate",
    "update-without-where",
    // What the data may refuse.
    "cast-may-fail",
    "check-may-fail",
    "column-required",
    "foreign-key-may-fail",
    "not-null-may-fail",
    "unique-may-fail",
    // The session and its transaction.
    "enum-value-used",
    "session-state-left",
    "transaction-in-file"};

std::string quoted_name(const std::string& name) {
    const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }) && (name[0] < '0' || name[0] > '9');
    return plain ? name : "\"" + db::sql::doubled(name, '"') + "\"";
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + quoted_name(name);
    return text;
}

std::string generated_name(const Change& change, std::string_view end) {
    std::string name = change.table.name;
    for (const auto& column : change.columns) name += "_" + column;
    return name + "_" + std::string(end);
}

/// The statement with CONCURRENTLY behind the word INDEX.
std::string concurrent(std::string text) {
    const std::string words = lower_case(text);
    const std::size_t at = words.find("index");
    if (at != std::string::npos) text.insert(at + 5, " concurrently");
    return "-- migrator:no-transaction\n" + text + ";";
}

/// REINDEX with CONCURRENTLY behind the kind of object.
std::string reindexed(std::string text) {
    const std::string words = lower_case(text);
    for (const std::string_view kind : {"index", "table", "schema", "database"}) {
        const std::size_t at = words.find(kind, 7);
        if (at == std::string::npos) continue;
        text.insert(at + kind.size(), " concurrently");
        break;
    }
    return text;
}

/// The values in the bounds of a partition: numbers, and what stands between quotes.
std::vector<std::string> values_in(std::string_view bounds) {
    std::vector<std::string> values;
    for (std::size_t at = 0; at < bounds.size();) {
        if (bounds[at] == '\'') {
            const std::size_t end = std::min(bounds.find('\'', at + 1), bounds.size() - 1);
            values.emplace_back(bounds.substr(at, end + 1 - at));
            at = end + 1;
        } else if (is_digit(bounds[at])) {
            const std::size_t begin = at;
            while (at < bounds.size() && is_digit(bounds[at])) ++at;
            values.emplace_back(bounds.substr(begin, at - begin));
        } else {
            ++at;
        }
    }
    return values;
}

/// The column of `check (c is not null)`.
std::string column_not_null(std::string_view clause) {
    const std::string text = lower_case(clause);
    std::size_t begin = text.find("check");
    const std::size_t end = text.find("is not null");
    if (begin == std::string::npos || end == std::string::npos) return {};
    std::string column = text.substr(begin + 5, end - begin - 5);
    std::erase_if(column, [](char c) { return c == '(' || c == ' ' || c == '"' || c == '\n'; });
    const std::string rest = text.substr(end + 11);
    if (rest.find(" or ") != std::string::npos || column.find_first_of("<>=)") != std::string::npos)
        return {};
    return column;
}

}  // namespace

std::span<const std::string_view> rule_names() noexcept { return kRules; }

void Rules::begin(FileView file) {
    file_ = std::move(file);
    locked_.clear();
    scanned_.clear();
    not_valid_.clear();
    enum_values_.clear();
    backfill_.reset();
    told_of_work_ = told_of_tables_ = false;
}

void Rules::look(const StatementView& statement) {
    statement_ = &statement;
    const bool adds_values = std::ranges::any_of(statement.changes, [](const Change& change) {
        return change.act == Act::AddEnumValue;
    });
    for (const std::string& value : enum_values_) {
        // Of another type, or next to it.
        if (adds_values) break;
        if (statement.text.find("'" + db::sql::doubled(value, '\'') + "'") == std::string::npos)
            continue;
        report(
            {.rule = "enum-value-used",
             .level = Level::Danger,
             .why = fmt::format(
                 "The value '{}' is added in the same transaction, and PostgreSQL refuses to use "
                 "it before that is committed.",
                 value
             ),
             .safe = "-- add the value in a file of its own, marked:\n-- migrator:no-transaction"},
            {},
            {}
        );
        enum_values_.clear();
        break;
    }
    for (const Change& change : statement.changes) look(change);
    for (const Change& change : statement.changes) remember(change);
    statement_ = nullptr;
}

void Rules::look(const Change& change) {
    switch (change.act) {
        case Act::CreateIndex:
        case Act::DropIndex:
        case Act::Reindex:
            look_at_index(change);
            break;
        case Act::AddCheck:
        case Act::AddExclusion:
        case Act::AddForeignKey:
        case Act::AddPrimaryKey:
        case Act::AddUnique:
        case Act::Validate:
            look_at_constraint(change);
            break;
        case Act::AddColumn:
            look_at_new_column(change);
            break;
        case Act::SetNotNull:
            look_at_not_null(change);
            break;
        case Act::ColumnType:
            look_at_type(change);
            break;
        case Act::AttachPartition:
        case Act::DetachPartition:
            look_at_partition(change);
            break;
        case Act::CreateTable:
            if (!change.other.name.empty()) look_at_default_partition(change, change.other);
            break;
        case Act::AddConstraintUsingIndex:
            look_at_key_by_index(change);
            break;
        case Act::AddDomainCheck:
            look_at_domain(change);
            break;
        case Act::CallFunctions:
            look_at_call(change);
            break;
        case Act::ReadTable:
            worked_on(change, affected(change.table), false);
            break;
        case Act::DropFunction:
        case Act::DropObject:
        case Act::RenameObject:
        case Act::ReplaceFunction:
            look_at_object(change);
            break;
        case Act::Rewrite:
        case Act::VacuumFull:
        case Act::Cluster:
        case Act::RefreshView:
        case Act::LockTable:
            look_at_alter(change);
            break;
        case Act::Delete:
        case Act::DropDatabase:
        case Act::DropSchema:
        case Act::DropTable:
        case Act::Insert:
        case Act::Truncate:
        case Act::Update:
            look_at_data(change);
            break;
        case Act::AddEnumValue:
        case Act::ChangeSession:
        case Act::Transaction:
            look_at_transaction(change);
            break;
        default:
            look_at_names(change);
    }
    for (const TableLock& lock : locks_of(change, catalog_, file_.schemas)) {
        if (lock.mode < Mode::Share || affected(lock.table).schemas == 0) continue;
        locked_.push_back({lock.table, lock.mode, statement_->number});
        if (file_.outside_transaction) continue;
        if (backfill_) {
            backfill_->why += fmt::format(
                " Statement {} locks {} in the same transaction.",
                statement_->number,
                lock.table.name
            );
            analysis_.findings.push_back(*std::exchange(backfill_, std::nullopt));
        }
        if (told_of_tables_ || locked_.front().table == lock.table ||
            locked_.front().statement == statement_->number) {
            continue;
        }
        told_of_tables_ = true;
        report(
            {.rule = "several-tables-locked",
             .level = Level::Info,
             .why = fmt::format(
                 "The lock on {} is held while this one is waited for: an application that takes "
                 "the two the other way round runs into a deadlock.",
                 locked_.front().table.name
             ),
             .safe = "-- one table a file"},
            change,
            affected(lock.table)
        );
    }
}

void Rules::look_at_index(const Change& change) {
    const auto locks = locks_of(change, catalog_, file_.schemas);
    const AffectedTable table = affected(locks.front().table);
    if (change.act == Act::CreateIndex) {
        if (change.concurrently && change.if_exists) {
            report(
                {.rule = "concurrently-if-not-exists",
                 .level = Level::Info,
                 .why = "An earlier try that failed leaves an invalid index of this name, which IF "
                        "NOT EXISTS takes for a good one. `migrator status` names such indexes."},
                change,
                table
            );
        }
        if (!change.concurrently && !change.only) {
            report(
                {.rule = "index-not-concurrent",
                 .level = by_rows(table),
                 .why = "Nobody can write to the table while the index is built.",
                 .safe = concurrent(shown(statement_->text))},
                change,
                table
            );
            worked_on(change, table, true);
        }
        if (change.unique && table.rows > 0 && !change.columns.empty()) {
            report(
                {.rule = "unique-may-fail",
                 .level = Level::Info,
                 .why = "A schema with duplicates makes it fail.",
                 .safe = fmt::format(
                     "-- look first:\nselect {0}, count(*) from {1} group by {0} having count(*) > "
                     "1;",
                     joined(change.columns),
                     sql(change.table)
                 )},
                change,
                table
            );
        }
    } else if (change.act == Act::DropIndex) {
        if (change.concurrently) return;
        report(
            {.rule = "index-drop-not-concurrent",
             .level = std::min(by_rows(table), Level::Warning),
             .why = "It waits for every query on the table, and all later ones wait behind it.",
             .safe = concurrent(shown(statement_->text))},
            change,
            table
        );
    } else if (!change.concurrently) {
        report(
            {.rule = "reindex-not-concurrent",
             .level = change.name.empty() ? by_rows(table) : Level::Danger,
             .why = "Nobody can write to the table while the index is built again, and queries "
                    "that would use it wait.",
             .safe = "-- migrator:no-transaction\n" + reindexed(shown(statement_->text)) + ";"},
            change,
            table
        );
        worked_on(change, table, true);
    }
}

void Rules::look_at_constraint(const Change& change) {
    const bool recurses = change.act == Act::Validate || change.act == Act::AddCheck;
    const AffectedTable table = affected(change.table, recurses ? Reach::WithHeirs : Reach::Itself);
    const std::string alter = "alter table " + sql(change.table);
    if (change.act == Act::Validate) {
        if (!file_.outside_transaction && not_valid_.contains(change.name)) {
            report(
                {.rule = "validated-in-same-transaction",
                 .level = by_rows(table),
                 .why = "The lock of the statement that added the constraint is held while all "
                        "rows are read: NOT VALID has gained nothing.",
                 .safe = "-- in a file of its own:\n" + shown(statement_->text) + ";"},
                change,
                table
            );
        }
        worked_on(change, table, true);
        return;
    }
    const bool on_old = table.schemas > 0;
    const std::string clause = shown(change.clause);
    if (change.act == Act::AddForeignKey || change.act == Act::AddCheck) {
        if (change.not_valid || !on_old) return;
        const bool foreign = change.act == Act::AddForeignKey;
        const std::string name =
            change.name.empty() ? generated_name(change, foreign ? "fkey" : "check") : change.name;
        std::string added = clause;
        if (change.name.empty()) added = "constraint " + quoted_name(name) + " " + clause;
        const std::string safe =
            clause.empty()
                ? std::string()
                : fmt::format(
                      "{0} add {1} not valid;\n-- in a later file:\n{0} validate constraint {2};",
                      alter,
                      added,
                      quoted_name(name)
                  );
        report(
            {.rule = foreign ? "foreign-key-validated" : "check-validated",
             .level = by_rows(table),
             .why = foreign ? fmt::format(
                                  "All rows are compared while nobody can write to {} or {}.",
                                  change.table.name,
                                  change.other.name
                              )
                            : "All rows are read while nobody can read or write.",
             .safe = safe},
            change,
            table
        );
        worked_on(change, table, true);
        if (table.rows > 0) {
            report(
                {.rule = foreign ? "foreign-key-may-fail" : "check-may-fail",
                 .level = Level::Info,
                 .why = "A schema with rows that do not meet it makes it fail."},
                change,
                table
            );
        }
        return;
    }
    if (change.act == Act::AddExclusion) {
        report(
            {.rule = "exclusion-constraint",
             .level = by_rows(table),
             .why = "Its index is built while nobody can read or write; there is no concurrent "
                    "way. Plan a time when nobody works."},
            change,
            table
        );
        worked_on(change, table, true);
        return;
    }
    const bool primary = change.act == Act::AddPrimaryKey;
    const std::string name = !change.name.empty() ? change.name
                             : primary            ? change.table.name + "_pkey"
                                                  : generated_name(change, "key");
    report(
        {.rule = primary ? "primary-key" : "unique-constraint",
         .level = by_rows(table),
         .why = std::string("Its index is built") + (primary ? ", and NULLs are looked for," : "") +
                " while nobody can read or write.",
         .safe = change.columns.empty()
                     ? std::string()
                     : fmt::format(
                           "-- migrator:no-transaction\ncreate unique index concurrently {0} on "
                           "{1} ({2});\n-- in a "
                           "later file:\n{3} add constraint {0} {4} using index {0};",
                           quoted_name(name),
                           sql(change.table),
                           joined(change.columns),
                           alter,
                           primary ? "primary key" : "unique"
                       )},
        change,
        table
    );
    worked_on(change, table, true);
    const bool is_new = std::ranges::all_of(change.columns, [&](const std::string& column) {
        return new_columns_.contains({scoped(change.table), column});
    });
    if (table.rows > 0 && !is_new) {
        report(
            {.rule = "unique-may-fail",
             .level = Level::Info,
             .why = "A schema with duplicates makes it fail.",
             .safe = fmt::format(
                 "-- look first:\nselect {0}, count(*) from {1} group by {0} having count(*) > 1;",
                 joined(change.columns),
                 sql(change.table)
             )},
            change,
            table
        );
    }
}

void Rules::look_at_not_null(const Change& change) {
    const auto name = known(change.table);
    if (!name || proved_not_null_.contains({scoped(change.table), change.name})) return;
    const AffectedTable table = catalog_.affected(
        *name,
        file_.schemas,
        [&](const RelationFact& fact) { return !is_not_null(fact.schema, *name, change.name); },
        Reach::WithHeirs
    );
    const std::string column = quoted_name(change.name);
    const std::string check = quoted_name(change.table.name + "_" + change.name + "_not_null");
    report(
        {.rule = "set-not-null",
         .level = by_rows(table),
         .why = "All rows are read while nobody can read or write. A valid CHECK spares that.",
         .safe = fmt::format(
             "alter table {0} add constraint {1} check ({2} is not null) not valid;\n-- in a later "
             "file:\nalter table {0} validate constraint {1};\n-- in a later file:\nalter table "
             "{0} "
             "alter column {2} set not null;\nalter table {0} drop constraint {1};",
             sql(change.table),
             check,
             column
         )},
        change,
        table
    );
    worked_on(change, table, true);
    if (table.rows > 0) {
        report(
            {.rule = "not-null-may-fail",
             .level = Level::Info,
             .why = "A schema with NULLs in the column makes it fail.",
             .safe = fmt::format(
                 "-- look first:\nselect count(*) from {} where {} is null;",
                 sql(change.table),
                 column
             )},
            change,
            table
        );
    }
}

bool Rules::is_not_null(const std::string& schema, const Name& table, const std::string& column)
    const {
    const ColumnFact* fact = catalog_.column(schema, table.name, column);
    if (fact != nullptr && fact->not_null) return true;
    return std::ranges::any_of(catalog_.constraints(table.name), [&](const auto& each) {
        return each.schema == schema && each.not_null == column;
    });
}

/// A primary key needs NOT NULL in all of its columns, and sets it.
void Rules::look_at_key_by_index(const Change& change) {
    const auto name = known(change.table);
    if (!change.unique || !name) return;
    const Name index{change.table.schema, change.new_name};
    const auto made = index_columns_.find(scoped(index));
    const auto is_nullable = [&](const RelationFact& table) {
        std::vector<std::string> columns;
        if (made != index_columns_.end()) columns = made->second;
        for (const RelationFact* fact : catalog_.find(index, file_.schemas)) {
            if (fact->schema == table.schema) columns = fact->nullable;
        }
        return std::ranges::any_of(columns, [&](const std::string& column) {
            return !proved_not_null_.contains({scoped(change.table), column}) &&
                   !is_not_null(table.schema, *name, column);
        });
    };
    const AffectedTable table = catalog_.affected(*name, file_.schemas, is_nullable);
    report(
        {.rule = "set-not-null",
         .level = by_rows(table),
         .why = "A primary key sets NOT NULL: all rows are read while nobody can read or write. A "
                "valid CHECK spares that.",
         .safe = "-- before, in files of their own: a CHECK (… is not null) NOT VALID, VALIDATE "
                 "CONSTRAINT, SET NOT NULL"},
        change,
        table
    );
    worked_on(change, table, true);
}

void Rules::look_at_domain(const Change& change) {
    if (change.not_valid) return;
    AffectedTable largest;
    for (const TableLock& lock : locks_of(change, catalog_, file_.schemas)) {
        AffectedTable table = affected(lock.table);
        if (largest.table.empty() || table.rows > largest.rows) largest = std::move(table);
    }
    if (largest.table.empty()) return;
    report(
        {.rule = "check-validated",
         .level = by_rows(largest),
         .why = "All rows of the tables with a column of this domain are read while nobody can "
                "write to them.",
         .safe = change.clause.empty()
                     ? std::string()
                     : fmt::format(
                           "alter domain {} add {} not valid;\n-- in a later file: alter domain … "
                           "validate constraint …;",
                           sql(change.table),
                           shown(change.clause)
                       )},
        change,
        largest
    );
    worked_on(change, largest, true);
}

/// A function of somebody's own may do anything.
void Rules::look_at_call(const Change& change) {
    for (const std::string& function : change.functions) {
        if (!catalog_.is_foreign(function)) continue;
        analysis_.unread.push_back(unread_of(
            file_,
            *statement_,
            options_.placeholder,
            "the function " + function + " does what only shows when it runs"
        ));
        return;
    }
}

AffectedTable Rules::objects(const Name& name, bool functions) const {
    AffectedTable object;
    object.table = name.name;
    for (const ObjectFact* fact : catalog_.objects(name, file_.schemas, functions)) {
        // Several functions of one name count once.
        if (fact->schema == object.largest) continue;
        ++object.schemas;
        object.largest = fact->schema;
    }
    return object;
}

const ObjectFact* Rules::domain(const std::string& type) const {
    for (const std::string_view schema : {kOwnSchema, std::string_view()}) {
        for (const ObjectFact* fact :
             catalog_.objects({std::string(schema), type}, file_.schemas, false)) {
            if (fact->is_domain) return fact;
        }
    }
    return nullptr;
}

void Rules::look_at_object(const Change& change) {
    const bool is_function = change.type == "function" || change.act == Act::DropFunction ||
                             change.act == Act::ReplaceFunction;
    const bool is_type = change.type == "type";
    const AffectedTable object =
        is_function || is_type ? objects(change.table, is_function) : affected(change.table);
    const auto say = [&](std::string_view rule, Level level, const std::string& why) {
        report({.rule = rule, .level = level, .why = why}, change, object);
    };
    switch (change.act) {
        case Act::DropFunction:
            return say(
                "function-drop", Level::Warning, "The running application may still call it."
            );
        case Act::ReplaceFunction:
            return say(
                "function-replace", Level::Info, "The running application gets the new one at once."
            );
        case Act::RenameObject:
            return say(
                "object-rename",
                Level::Danger,
                fmt::format(
                    "The running application may still ask for the {} by its old name.", change.type
                )
            );
        default:
            break;
    }
    say("object-drop",
        change.cascade ? Level::Danger : Level::Warning,
        change.cascade ? fmt::format("Columns and defaults that use the {} go, too.", change.type)
                       : fmt::format("The running application may still use the {}.", change.type));
}

void Rules::look_at_type(const Change& change) {
    const auto name = known(change.table);
    if (!name) return;
    const bool is_new = new_columns_.contains({scoped(change.table), change.name});
    const ObjectFact* to = domain(change.type);
    const std::string& type = to == nullptr ? change.type : to->base;
    const AffectedTable table = catalog_.affected(
        *name,
        file_.schemas,
        [&](const RelationFact& fact) {
            const ColumnFact* column = catalog_.column(fact.schema, name->name, change.name);
            return change.converts || column == nullptr || (to != nullptr && to->is_constrained) ||
                   needs_rewrite(column->type, type, catalog_.is_utc());
        },
        Reach::WithHeirs
    );
    const std::string column = quoted_name(change.name);
    const std::string fresh = quoted_name(change.name + "_new");
    report(
        {.rule = "type-change-rewrite",
         .level = by_rows(table),
         .why = "The table and its indexes are written anew while nobody can read or write.",
         .safe = fmt::format(
             "alter table {0} add column {2} {3};\n-- have the application, or a trigger, write "
             "both; "
             "then, in parts:\nupdate {0} set {2} = {1} where {2} is distinct from {1} and …;\n-- "
             "in a "
             "later file:\nalter table {0} drop column {1};\nalter table {0} rename column {2} to "
             "{1};",
             sql(change.table),
             column,
             fresh,
             change.type
         )},
        change,
        table
    );
    worked_on(change, table, true);
    if (table.rows > 0 && !is_new) {
        report(
            {.rule = "cast-may-fail",
             .level = Level::Info,
             .why = "A schema with a value that does not fit the new type makes it fail."},
            change,
            table
        );
    }
}

void Rules::look_at_new_column(const Change& change) {
    const AffectedTable table = affected(change.table, Reach::WithHeirs);
    const bool is_volatile = std::ranges::any_of(change.functions, [&](const auto& function) {
        return catalog_.is_volatile(function);
    });
    const std::string column = quoted_name(change.name);
    if (change.fills) {
        report(
            {.rule = "generated-column",
             .level = by_rows(table),
             .why = "Each row gets a value of its own: the table is written anew while nobody can "
                    "read or write.",
             .safe = fmt::format(
                 "alter table {} add column {} …;\n-- without serial, identity or generated; fill "
                 "it in "
                 "parts, then set its default",
                 sql(change.table),
                 column
             )},
            change,
            table
        );
        worked_on(change, table, true);
    } else if (is_volatile) {
        report(
            {.rule = "volatile-default",
             .level = by_rows(table),
             .why = "The default is computed for each row: the table is written anew while nobody "
                    "can read or write.",
             .safe = fmt::format(
                 "alter table {0} add column {1} {2};\nalter table {0} alter column {1} set "
                 "default …;\n-- "
                 "then, in parts:\nupdate {0} set {1} = … where {1} is null and …;",
                 sql(change.table),
                 column,
                 change.type
             )},
            change,
            table
        );
        worked_on(change, table, true);
    } else if (const ObjectFact* type = domain(change.type); type && type->is_constrained) {
        report(
            {.rule = "table-rewrite",
             .level = by_rows(table),
             .why = "The domain has a constraint: the table is written anew while nobody can read "
                    "or write.",
             .safe = fmt::format(
                 "alter table {0} add column {1} {2};\n-- then, in a later file, the constraint: "
                 "alter table {0} add check (…) not valid;",
                 sql(change.table),
                 column,
                 type->base
             )},
            change,
            table
        );
        worked_on(change, table, true);
    } else if (change.not_null && !change.has_default) {
        report(
            {.rule = "column-required",
             .level = table.rows > 0 ? Level::Danger : Level::Info,
             .why = "It fails where the table has rows, and the running application inserts none "
                    "of it.",
             .safe = fmt::format(
                 "alter table {0} add column {1} {2} not null default …;",
                 sql(change.table),
                 column,
                 change.type
             )},
            change,
            table
        );
    }
}

void Rules::look_at_partition(const Change& change) {
    const AffectedTable parent = affected(change.table);
    const AffectedTable part = affected(change.other);
    if (change.act == Act::DetachPartition) {
        if (change.concurrently) return;
        report(
            {.rule = "partition-detach",
             .level = std::max(by_rows(parent), Level::Warning),
             .why =
                 "It waits for all queries on the whole table, and all later ones wait behind it.",
             .safe = fmt::format(
                 "-- migrator:no-transaction\nalter table {} detach partition {} concurrently;",
                 sql(change.table),
                 sql(change.other)
             )},
            change,
            parent
        );
        return;
    }
    look_at_default_partition(change, change.table);
    if (has_bounds(change)) return;
    report(
        {.rule = "partition-attach",
         .level = by_rows(part),
         .why = "All rows of the partition are read while nobody can read or write it. A valid "
                "CHECK of its bounds spares that.",
         .safe = fmt::format(
             "alter table {0} add constraint {1} check (…) not valid;\n-- in a later file:\nalter "
             "table {0} "
             "validate constraint {1};\n-- in a later file:\nalter table {2} attach partition {0} "
             "{3};",
             sql(change.other),
             quoted_name(change.other.name + "_bounds"),
             sql(change.table),
             shown(change.clause)
         )},
        change,
        part
    );
    worked_on(change, part, true);
}

/// Whether a valid CHECK names the columns of the key, and each value of the bounds.
bool Rules::has_bounds(const Change& change) const {
    std::vector<std::string> words = values_in(change.clause);
    for (const RelationFact* fact : catalog_.find(change.table, file_.schemas)) {
        words.insert(words.end(), fact->partition_key.begin(), fact->partition_key.end());
        break;
    }
    return std::ranges::any_of(catalog_.constraints(change.other.name), [&](const auto& each) {
        return each.type == "c" && each.is_valid &&
               std::ranges::all_of(words, [&](const std::string& word) {
                   return each.check.find(word) != std::string::npos;
               });
    });
}

/// A row of the default partition could belong to the new one.
void Rules::look_at_default_partition(const Change& change, const Name& parent) {
    AffectedTable largest;
    for (const RelationFact* fact : catalog_.find(parent, file_.schemas)) {
        if (fact->default_partition.empty()) continue;
        AffectedTable table = affected({parent.schema, fact->default_partition});
        if (largest.table.empty() || table.rows > largest.rows) largest = std::move(table);
    }
    if (largest.table.empty()) return;
    report(
        {.rule = "partition-attach",
         .level = by_rows(largest),
         .why = "All rows of the default partition are read while nobody can read or write it. A "
                "valid CHECK there that excludes the new bounds spares that."},
        change,
        largest
    );
    worked_on(change, largest, true);
}

void Rules::look_at_alter(const Change& change) {
    const AffectedTable table = affected(change.table);
    if (change.act == Act::LockTable) {
        if (change.mode != "ACCESS EXCLUSIVE" && change.mode != "EXCLUSIVE" &&
            change.mode != "SHARE" && change.mode != "SHARE ROW EXCLUSIVE")
            return;
        report(
            {.rule = "lock-table",
             .level = Level::Warning,
             .why = "The lock is held to the end of the transaction."},
            change,
            table
        );
        return;
    }
    if (change.act == Act::RefreshView) {
        if (change.concurrently) return;
        report(
            {.rule = "matview-refresh",
             .level = by_rows(table),
             .why = "Nobody can read the view while it is computed.",
             .safe = "-- needs a unique index on it:\nrefresh materialized view concurrently " +
                     sql(change.table) + ";"},
            change,
            table
        );
        worked_on(change, table, true);
        return;
    }
    report(
        {.rule = "table-rewrite",
         .level = by_rows(table),
         .why = "The whole table is written anew while nobody can read or write."},
        change,
        table
    );
    worked_on(change, table, true);
}

void Rules::look_at_data(const Change& change) {
    const AffectedTable table =
        affected(change.table, change.act == Act::DropTable ? Reach::Itself : Reach::WithHeirs);
    switch (change.act) {
        case Act::DropDatabase:
            report(
                {.rule = "database-drop", .level = Level::Danger, .why = "All of it is gone."},
                change,
                {}
            );
            return;
        case Act::DropSchema:
            report(
                {.rule = "schema-drop",
                 .level = change.cascade ? Level::Danger : Level::Warning,
                 .why = change.type == "owned" ? "All that the role owns is gone."
                        : change.cascade       ? "All that is in the schema is gone."
                                               : "It fails unless the schema is empty."},
                change,
                {}
            );
            return;
        case Act::DropTable:
            if (table.schemas == 0) return;
            report(
                {.rule = "table-drop",
                 .level = table.rows > 0 ? Level::Danger : Level::Warning,
                 .why = "The rows are gone, and the running application still asks for the table."},
                change,
                table
            );
            if (change.cascade) {
                report(
                    {.rule = "cascade",
                     .level = Level::Warning,
                     .why = "What depends on it goes, too, whatever that is in a schema."},
                    change,
                    table
                );
            }
            return;
        case Act::Truncate:
            report(
                {.rule = "truncate",
                 .level = table.rows > 0 ? Level::Danger : Level::Info,
                 .why = std::string("All rows are gone") +
                        (change.cascade ? ", and those of all tables that refer to it." : ".")},
                change,
                table
            );
            return;
        default:
            break;
    }
    const bool removes = change.act == Act::Delete;
    if (change.act != Act::Insert && !change.has_where) {
        report(
            {.rule = removes ? "delete-without-where" : "update-without-where",
             .level = removes && table.rows > 0 ? std::max(by_rows(table), Level::Warning)
                                                : by_rows(table),
             .why = removes ? "All rows are gone."
                            : "All rows are written in one transaction: they stay locked to its "
                              "end, and the table doubles.",
             .safe = removes
                         ? ""
                         : "-- in parts, by ranges of the key, each in a transaction of its own"},
            change,
            table
        );
    }
    const AffectedTable read = change.act == Act::Insert ? affected(change.other) : table;
    worked_on(change, read, false);
    if (file_.outside_transaction || told_of_work_ || backfill_ || by_rows(read) < Level::Warning ||
        read.schemas == 0)
        return;
    // Told when DDL follows in the same transaction.
    const std::size_t before = analysis_.findings.size();
    report(
        {.rule = "backfill-with-ddl",
         .level = by_rows(read),
         .why = "Many rows are written, and stay locked to the end of the transaction."},
        change,
        read
    );
    if (analysis_.findings.size() == before) return;
    backfill_ = analysis_.findings.back();
    analysis_.findings.pop_back();
}

void Rules::look_at_names(const Change& change) {
    const AffectedTable table = affected(change.table);
    const auto say = [&](std::string_view rule,
                         Level level,
                         const std::string& why,
                         std::string safe = {}) {
        report({.rule = rule, .level = level, .why = why, .safe = std::move(safe)}, change, table);
    };
    const std::string still = "The running application still asks for it by its old name.";
    const bool is_new = new_columns_.contains({scoped(change.table), change.name});
    switch (change.act) {
        case Act::DropColumn: {
            if (is_new) return;
            const auto name = known(change.table);
            const bool is_there =
                name &&
                std::ranges::any_of(catalog_.find(*name, file_.schemas), [&](const auto* fact) {
                    return catalog_.column(fact->schema, name->name, change.name) != nullptr;
                });
            if (!is_there && change.if_exists) return;
            say("column-drop",
                Level::Danger,
                fmt::format(
                    "The values of {} are gone, and the running application still asks for them.",
                    change.name
                ),
                "-- first a release of the application that does not name the column; then this "
                "file");
            if (change.cascade)
                say("cascade",
                    Level::Warning,
                    "What depends on it goes, too, whatever that is in a schema.");
            return;
        }
        case Act::RenameColumn:
            if (is_new) return;
            say("column-rename",
                Level::Danger,
                still,
                fmt::format(
                    "alter table {} add column {} …;\n-- have the application write both, fill the "
                    "new one in parts, then drop the old one",
                    sql(change.table),
                    quoted_name(change.new_name)
                ));
            return;
        case Act::RenameTable:
            say("table-rename",
                Level::Danger,
                still,
                fmt::format(
                    "-- with a view of the old name until nobody asks for it:\n{};\ncreate view {} "
                    "as select * from {};",
                    shown(statement_->text),
                    sql(change.table),
                    sql({change.table.schema, change.new_name})
                ));
            return;
        case Act::MoveTable:
            say("table-move", Level::Danger, still);
            return;
        case Act::DropNotNull:
            say("not-null-drop",
                Level::Warning,
                "The running application may not expect NULLs in the column.");
            return;
        case Act::DropView:
            say("view-drop", Level::Warning, "The running application may still ask for it.");
            return;
        case Act::ReplaceView:
            say("view-replace",
                Level::Info,
                "The running application gets the new columns and rows at once.");
            return;
        case Act::EnableRowSecurity:
            say("row-security",
                Level::Warning,
                "Who is not the owner sees and writes no row that a policy does not allow: the "
                "running application may find the table empty.");
            return;
        case Act::RenameEnumValue:
            report(
                {.rule = "enum-value-rename",
                 .level = Level::Danger,
                 .why = "The running application still writes and expects the old value."},
                change,
                {}
            );
            return;
        case Act::RenameSchema:
            report({.rule = "schema-rename", .level = Level::Danger, .why = still}, change, {});
            return;
        default:
            return;
    }
}

void Rules::look_at_transaction(const Change& change) {
    if (change.act == Act::AddEnumValue) {
        if (!file_.outside_transaction && !renamed_.contains(scoped(change.table)))
            enum_values_.push_back(change.name);
        return;
    }
    if (change.act == Act::Transaction) {
        if (file_.wrapped || file_.outside_transaction) return;
        report(
            {.rule = "transaction-in-file",
             .level = Level::Warning,
             .why = "migrator has the transaction: the file must not begin or end one."},
            change,
            {}
        );
        return;
    }
    const std::string name = lower_case(change.name);
    if (change.only) return;
    if (name != "role" && name != "search_path" && name != "session_authorization") return;
    const bool keeps = options_.session_state == db::SessionState::Keep;
    report(
        {.rule = "session-state-left",
         .level = keeps ? Level::Warning : Level::Info,
         .why = keeps ? "Later files and tenants work with this setting."
                      : "It ends with the file; later files do not see it.",
         .safe = "set local …;"},
        change,
        {}
    );
}

/// A statement that takes its time, on this table.
void Rules::worked_on(const Change& change, const AffectedTable& table, bool scans) {
    if (table.schemas == 0 || by_rows(table) < Level::Warning) return;
    const bool could_be_joined = change.act != Act::CreateIndex && change.act != Act::Reindex &&
                                 change.act != Act::RefreshView && change.act != Act::VacuumFull &&
                                 change.act != Act::Cluster && change.act != Act::AddDomainCheck;
    if (scans && could_be_joined) {
        const auto [earlier, is_first] = scanned_.emplace(change.table, statement_->number);
        if (!is_first && earlier->second != statement_->number && !file_.outside_transaction) {
            report(
                {.rule = "several-alters",
                 .level = Level::Warning,
                 .why = fmt::format(
                     "Statement {} has read or written the whole table already.", earlier->second
                 ),
                 .safe = "-- all changes of the table in one ALTER TABLE"},
                change,
                table
            );
        }
    }
    if (file_.outside_transaction || told_of_work_) return;
    for (const Locked& held : locked_) {
        if (held.mode != Mode::AccessExclusive || held.statement == statement_->number) continue;
        if (held.table == change.table && scans && change.act != Act::Validate &&
            change.act != Act::CreateIndex)
            continue;
        told_of_work_ = true;
        report(
            {.rule = "work-after-access-exclusive",
             .level = by_rows(table),
             .why = fmt::format(
                 "Statement {} has locked {}: nobody can read or write that until this is done.",
                 held.statement,
                 held.table.name
             ),
             .safe = "-- in a file of its own:\n" + shown(statement_->text) + ";"},
            change,
            table
        );
        return;
    }
}

void Rules::remember(const Change& change) {
    const Scoped table = scoped(change.table);
    switch (change.act) {
        case Act::CreateTable:
            if (!change.if_exists || affected(change.table).schemas == 0)
                renamed_[table] = std::nullopt;
            break;
        case Act::DropTable:
            renamed_[table] = std::nullopt;
            break;
        case Act::RenameTable: {
            const auto before = known(change.table);
            renamed_[scoped({change.table.schema, change.new_name})] = before;
            renamed_[table] = std::nullopt;
            break;
        }
        case Act::AddColumn:
            new_columns_.insert({table, change.name});
            break;
        case Act::AddCheck: {
            if (change.not_valid) not_valid_.insert(change.name);
            const std::string column = column_not_null(change.clause);
            if (column.empty()) break;
            not_null_checks_[{table, change.name}] = column;
            if (!change.not_valid) proved_not_null_.insert({table, column});
            break;
        }
        case Act::AddForeignKey:
            if (change.not_valid && !change.clause.empty()) not_valid_.insert(change.name);
            break;
        case Act::Validate: {
            const auto found = not_null_checks_.find({table, change.name});
            if (found != not_null_checks_.end()) proved_not_null_.insert({table, found->second});
            // One that an earlier run has added, not valid yet.
            for (const auto& fact : catalog_.constraints(change.table.name)) {
                if (fact.name == change.name && !fact.checked_not_null.empty()) {
                    proved_not_null_.insert({table, fact.checked_not_null});
                }
            }
            break;
        }
        case Act::CreateIndex:
            if (!change.name.empty())
                index_columns_[scoped({change.table.schema, change.name})] = change.columns;
            break;
        default:
            break;
    }
}

std::optional<Name> Rules::known(const Name& name) const {
    const auto found = renamed_.find(scoped(name));
    return found == renamed_.end() ? name : found->second;
}

AffectedTable Rules::affected(const Name& name, Reach reach) const {
    const auto old = known(name);
    AffectedTable table =
        old ? catalog_.affected(*old, file_.schemas, nullptr, reach) : AffectedTable();
    if (table.table.empty()) table.table = name.name;
    return table;
}

std::string Rules::shown(const std::string& text) const {
    return analysis::shown(text, options_.placeholder);
}

std::string Rules::sql(const Name& name) const {
    if (name.schema.empty()) return quoted_name(name.name);
    const std::string schema =
        name.schema == kOwnSchema ? options_.placeholder : quoted_name(name.schema);
    return schema + "." + quoted_name(name.name);
}

void Rules::report(const Hazard& hazard, const Change& change, const AffectedTable& table) {
    // About a table that no schema has yet.
    const bool is_about_table = !table.table.empty();
    if (is_about_table && table.schemas == 0) return;
    auto weighed = finding_of(hazard, file_, *statement_, options_.analysis, analysis_);
    if (!weighed) return;
    Finding& finding = *weighed;
    finding.text = script::first_words(shown(statement_->text));
    if (is_about_table) {
        finding.tables.push_back(table);
        Mode strongest = Mode::None;
        // Those of the table itself go without saying.
        std::set<std::string> parts;
        for (const RelationFact* fact : catalog_.find(change.table, file_.schemas)) {
            parts.insert(fact->partitions.begin(), fact->partitions.end());
            parts.insert(fact->heirs.begin(), fact->heirs.end());
        }
        for (const TableLock& lock : locks_of(change, catalog_, file_.schemas)) {
            strongest = std::max(strongest, lock.mode);
            if (parts.contains(lock.table.name)) continue;
            AffectedTable other = affected(lock.table);
            if (lock.mode >= Mode::Share && other.schemas > 0 && other.table != table.table)
                finding.tables.push_back(std::move(other));
        }
        finding.lock = name_of(strongest);
        finding.blocks_reads = blocks_reads(strongest);
        finding.blocks_writes = blocks_writes(strongest);
    }
    analysis_.findings.push_back(std::move(finding));
}

}  // namespace migrator::analysis

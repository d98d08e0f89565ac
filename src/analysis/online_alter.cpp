#include "analysis/online_alter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/random_id.hpp"
#include "db/sql/own_sql.hpp"
#include "script/lexer.hpp"

namespace migrator::analysis {
namespace {

namespace sql = db::sql;
using script::Token;
using script::TokenKind;

constexpr std::string_view kPrefix = "migrator_scratch_";

std::string scratch_name() {
    std::string id = random_uuid();
    std::erase(id, '-');
    return std::string(kPrefix) + id.substr(0, 16);
}

std::string between_backticks(std::string_view name) { return "`" + sql::doubled(name, '`') + "`"; }

std::string qualified(std::string_view schema, std::string_view table) {
    return between_backticks(schema) + "." + between_backticks(table);
}

/// A statement about one table, cut where its name and the clauses for algorithm and lock belong.
class AlterText {
public:
    AlterText(std::string_view text, const script::Lexis& lexis) : text_(text) {
        script::Lexer lexer(text, lexis);
        Token token = lexer.first_of_statement();
        for (; token.kind != TokenKind::End; token = lexer.next()) tokens_.push_back(token);
        read();
    }

    bool can_be_asked() const { return !table_.empty() && !is_closed_; }
    const std::string& schema() const { return schema_; }  ///< empty: none is written
    const std::string& table() const { return table_; }
    /// A table that one of its foreign keys names.
    struct Parent {
        std::string schema;  ///< empty: none is written
        std::string table;
        script::Range name;  ///< where it stands
    };
    const std::vector<Parent>& parents() const { return parents_; }
    const std::string& algorithm() const { return algorithm_; }  ///< that it names itself
    const std::string& lock() const { return lock_; }

    /// The statement for the copy in `scratch`, with clauses for algorithm and lock but where it
    /// names them itself. `own`: the schema whose tables are called there as they are here.
    std::string with(
        std::string_view scratch,
        std::string_view own,
        std::string_view algorithm,
        std::string_view lock
    ) const {
        const char* comma = is_alter_ ? ", " : " ";
        std::string clauses;
        if (algorithm_.empty()) clauses = fmt::format("algorithm={}", algorithm);
        if (lock_.empty() && !lock.empty()) {
            clauses += fmt::format("{}lock={}", clauses.empty() ? "" : comma, lock);
        }
        std::string rest;
        std::size_t at = name_end_;
        for (const Parent& parent : parents_) {
            const bool is_own = parent.schema.empty() || parent.schema == own;
            rest += text_.substr(at, parent.name.begin - at);
            rest += qualified(scratch, is_own ? parent.table : parent.schema + "." + parent.table);
            at = parent.name.end;
        }
        rest += text_.substr(at);
        const std::string head =
            std::string(text_.substr(0, name_begin_)) + qualified(scratch, table_);
        if (clauses.empty()) return head + " " + rest;
        return is_alter_ ? fmt::format("{} {}, {}", head, clauses, rest)
                         : fmt::format("{}{} {}", head, rest, clauses);
    }

private:
    std::string_view word(std::size_t i) const {
        if (i >= tokens_.size()) return {};
        return text_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin);
    }
    bool is(std::size_t i, std::initializer_list<std::string_view> words) const {
        return std::ranges::any_of(words, [&](std::string_view each) {
            return equal_ignoring_case(word(i), each);
        });
    }
    bool is_dot(std::size_t i) const {
        return i < tokens_.size() && tokens_[i].kind == TokenKind::Dot;
    }
    std::string name(std::size_t i) const {
        std::string_view text = word(i);
        if (text.size() < 2 || text.front() != '`') return std::string(text);
        std::string plain;
        text = text.substr(1, text.size() - 2);
        for (std::size_t c = 0; c < text.size(); ++c) {
            plain += text[c];
            if (text[c] == '`') ++c;  // it is doubled
        }
        return plain;
    }

    void read() {
        std::size_t i = 0;
        if (is(i, {"alter"})) {
            is_alter_ = true;
            for (++i; is(i, {"online", "ignore"});) ++i;
            if (!is(i++, {"table"})) return;
            if (is(i, {"if"})) i += 2;
        } else if (is(i, {"create", "drop"})) {
            for (++i; is(i, {"online", "unique", "fulltext", "spatial"});) ++i;
            if (!is(i, {"index"})) return;
            while (i < tokens_.size() && !is(i, {"on"})) ++i;
            ++i;
        } else {
            return;
        }
        i = read_table(i);
        for (; i < tokens_.size(); ++i) look_at(i);
    }

    /// The token behind the table's name, and where the rest of the statement begins.
    std::size_t read_table(std::size_t i) {
        if (i >= tokens_.size()) return i;
        name_begin_ = tokens_[i].begin;
        if (is_dot(i + 1)) {
            schema_ = name(i);
            i += 2;
        }
        table_ = name(i);
        name_end_ = i < tokens_.size() ? tokens_[i].end : text_.size();
        ++i;
        if (is_alter_ && is(i, {"nowait"})) name_end_ = tokens_[i++].end;
        if (is_alter_ && is(i, {"wait"}) && i + 1 < tokens_.size()) {
            name_end_ = tokens_[i + 1].end;
            i += 2;
        }
        return i;
    }

    void look_at(std::size_t i) {
        const bool renames_part = is(i + 1, {"column", "index", "key", "constraint"});
        // These reach other tables than the copy.
        if (is(i, {"exchange", "import", "discard"})) is_closed_ = true;
        if (is(i, {"rename"}) && !renames_part) is_closed_ = true;
        if (is(i, {"algorithm"}) && !is_dot(i - 1)) read_named(i, algorithm_);
        if (is(i, {"lock"}) && !is_dot(i - 1)) read_named(i, lock_);
        if (!is(i, {"references"}) || i + 1 >= tokens_.size()) return;
        const bool is_qualified = is_dot(i + 2) && i + 3 < tokens_.size();
        const std::size_t last = is_qualified ? i + 3 : i + 1;
        parents_.push_back(
            {is_qualified ? name(i + 1) : std::string(),
             name(last),
             {tokens_[i + 1].begin, tokens_[last].end}}
        );
    }
    void read_named(std::size_t i, std::string& value) {
        std::string named(word(word(i + 1) == "=" ? i + 2 : i + 1));
        std::ranges::transform(named, named.begin(), to_upper);
        // The last one counts, and would undo ours.
        if (named == "DEFAULT" || named.empty()) is_closed_ = true;
        value = named;
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    bool is_alter_ = false;
    bool is_closed_ = false;
    std::string schema_;
    std::string table_;
    std::size_t name_begin_ = 0;
    std::size_t name_end_ = 0;  ///< with what follows it before the first clause
    std::string algorithm_;
    std::string lock_;
    std::vector<Parent> parents_;
};

}  // namespace

OnlineAlter::OnlineAlter(sql::Session& session, const script::Lexis& lexis, std::string schema)
    : session_(session), lexis_(lexis), schema_(std::move(schema)), scratch_(scratch_name()) {
    sql::query_row(session_, "select get_lock(?1, 0)", {scratch_});
    drop_leftovers();
    sql::execute(session_, "create database " + between_backticks(scratch_));
    sql::execute(session_, "use " + between_backticks(scratch_));
    // Somebody else's change of a table must not keep us for long: the statement is not asked then.
    sql::execute(session_, "set session lock_wait_timeout = 5");
}

OnlineAlter::~OnlineAlter() {
    try {
        sql::execute(session_, "drop database if exists " + between_backticks(scratch_));
        sql::query_row(session_, "select release_lock(?1)", {scratch_});
    } catch (const std::exception& error) {
        log::warn(
            "Could not drop database " + scratch_ + ", the next analysis will: " + error.what()
        );
    }
}

/// A process that lives holds the lock that is called like its database.
void OnlineAlter::drop_leftovers() {
    std::vector<std::string> names;
    session_.query(
        "select schema_name from information_schema.schemata where left(schema_name, 17) = ?1 and "
        "is_free_lock(schema_name) = 1",
        std::vector<sql::Value>{std::string(kPrefix)},
        [&](const sql::Row& row) { names.push_back(sql::text_of(row.front())); }
    );
    // Only what we name so ourselves: 16 digits.
    std::erase_if(names, [](const std::string& name) {
        const std::string_view digits = std::string_view(name).substr(kPrefix.size());
        return digits.size() != 16 || !consists_of(digits, "0123456789abcdef");
    });
    for (const std::string& name : names) {
        sql::execute(session_, "drop database if exists " + between_backticks(name));
        log::info("Dropped " + name + ", which an interrupted analysis had left");
    }
}

std::optional<OnlineAnswer> OnlineAlter::ask(std::string_view statement) {
    const AlterText alter(statement, lexis_);
    if (!alter.can_be_asked()) return std::nullopt;
    if (!alter.schema().empty() && alter.schema() != schema_) return std::nullopt;
    OnlineAnswer answer;
    try {
        if (!copy(alter.table())) return std::nullopt;
        for (const std::string& child : children_of(alter.table())) copy(child);
        for (const auto& parent : alter.parents()) {
            copy_parent(parent.schema.empty() ? schema_ : parent.schema, parent.table);
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Unavailable) throw;
        log::warn("No empty copy of " + alter.table() + " could be made: " + error.what());
        return std::nullopt;
    }
    std::vector<std::string> algorithms = {"INSTANT", "NOCOPY", "INPLACE", "COPY"};
    std::vector<std::string> locks = {"NONE", "SHARED", "EXCLUSIVE"};
    if (!alter.algorithm().empty()) algorithms = {alter.algorithm()};
    if (!alter.lock().empty()) locks = {alter.lock()};
    for (const std::string& algorithm : algorithms) {
        for (const std::string& lock : locks) {
            answer.refused = refusal(alter.with(scratch_, schema_, algorithm, lock));
            if (answer.refused.empty()) return OnlineAnswer{algorithm, lock, {}};
        }
        // MySQL allows no other lock than its own with INSTANT, which nobody waits for.
        if (algorithm != "INSTANT" || !alter.lock().empty()) continue;
        if (refusal(alter.with(scratch_, schema_, algorithm, "")).empty()) {
            return OnlineAnswer{algorithm, "NONE", {}};
        }
    }
    return answer;
}

void OnlineAlter::check_foreign_keys(bool on) {
    sql::execute(session_, on ? "set foreign_key_checks = 1" : "set foreign_key_checks = 0");
}

std::string OnlineAlter::refusal(const std::string& statement) try {
    sql::execute(session_, statement);
    return {};
} catch (const Error& error) {
    if (error.kind() == ErrorKind::Unavailable) throw;
    return error.what();
}

/// False when the schema has no such table.
bool OnlineAlter::copy(const std::string& table) {
    if (copied_.contains(lower_case(table))) return true;
    const auto found = sql::query_row(
        session_,
        "select table_type from information_schema.tables where table_schema = ?1 and "
        "table_name = ?2",
        {schema_, table}
    );
    if (!found || sql::text_of(found->front()) != "BASE TABLE") return false;
    sql::execute(
        session_,
        "create table " + qualified(scratch_, table) + " like " + qualified(schema_, table)
    );
    copied_.insert(lower_case(table));
    add_foreign_keys(table);
    return true;
}

void OnlineAlter::copy_parent(const std::string& schema, const std::string& table) {
    if (schema == schema_) {
        copy(table);
        return;
    }
    sql::execute(
        session_,
        "create table if not exists " + qualified(scratch_, schema + "." + table) + " like " +
            qualified(schema, table)
    );
}

/// Tables whose foreign keys name it: they forbid some changes.
std::vector<std::string> OnlineAlter::children_of(const std::string& table) {
    std::vector<std::string> children;
    session_.query(
        "select distinct table_name from information_schema.referential_constraints where "
        "constraint_schema = ?1 and unique_constraint_schema = ?1 and referenced_table_name = ?2",
        std::vector<sql::Value>{schema_, table},
        [&](const sql::Row& row) { children.push_back(sql::text_of(row.front())); }
    );
    return children;
}

/// `like` does not copy them.
void OnlineAlter::add_foreign_keys(const std::string& table) {
    struct Key {
        std::string name, schema, parent, columns, parent_columns, on_update, on_delete;
    };
    // Two queries: MariaDB opens all tables of the server to join these views.
    std::map<std::string, std::pair<std::string, std::string>> rules;
    session_.query(
        "select constraint_name, update_rule, delete_rule from "
        "information_schema.referential_constraints where constraint_schema = ?1 and "
        "table_name = ?2",
        std::vector<sql::Value>{schema_, table},
        [&](const sql::Row& row) {
            rules[sql::text_of(row[0])] = {sql::text_of(row[1]), sql::text_of(row[2])};
        }
    );
    std::vector<Key> keys;
    session_.query(
        "select constraint_name, referenced_table_schema, referenced_table_name, column_name,"
        " referenced_column_name from information_schema.key_column_usage"
        " where table_schema = ?1 and table_name = ?2 and referenced_table_name is not null"
        " order by constraint_name, ordinal_position",
        std::vector<sql::Value>{schema_, table},
        [&](const sql::Row& row) {
            const auto text = [&](std::size_t i) { return sql::text_of(row.at(i)); };
            if (keys.empty() || keys.back().name != text(0)) {
                const auto& [on_update, on_delete] = rules[text(0)];
                keys.push_back({text(0), text(1), text(2), {}, {}, on_update, on_delete});
            }
            Key& key = keys.back();
            const char* comma = key.columns.empty() ? "" : ", ";
            key.columns += comma + between_backticks(text(3));
            key.parent_columns += comma + between_backticks(text(4));
        }
    );
    for (const Key& key : keys) {
        copy_parent(key.schema, key.parent);
        const std::string parent =
            key.schema == schema_ ? key.parent : key.schema + "." + key.parent;
        sql::execute(
            session_,
            fmt::format(
                "alter table {} add constraint {} foreign key ({}) references {} ({}) on update {} "
                "on delete {}",
                qualified(scratch_, table),
                between_backticks(key.name),
                key.columns,
                qualified(scratch_, parent),
                key.parent_columns,
                key.on_update,
                key.on_delete
            )
        );
    }
}

}  // namespace migrator::analysis

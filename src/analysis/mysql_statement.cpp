#include "analysis/mysql_statement.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "analysis/mysql_types.hpp"
#include "core/ascii.hpp"
#include "core/number.hpp"
#include "script/lexer.hpp"

namespace migrator::analysis {
namespace {

using script::Token;
using script::TokenKind;

struct Word {
    TokenKind kind = TokenKind::End;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Tokens from `begin`, before `end`.
struct Cut {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), to_upper);
    return result;
}

/// Whether the server reads what stands behind this head of a comment.
bool is_executed(std::string_view head, const MysqlVersion& version) {
    const bool for_mariadb = head.starts_with("/*M");
    if (for_mariadb && !version.is_mariadb) return false;
    const std::string_view digits = head.substr(for_mariadb ? 4 : 3);
    const int wanted = parse_number<int>(digits).value_or(0);
    // Versions that MySQL had and MariaDB never.
    constexpr int kFirstForeign = 50'700;
    constexpr int kLastForeign = 99'999;
    if (version.is_mariadb && !for_mariadb && wanted >= kFirstForeign && wanted <= kLastForeign) {
        return false;
    }
    return version.number >= wanted;
}

class Reader {
public:
    Reader(std::string_view text, const script::Lexis& lexis, const script::Reading& reading)
        : text_(text) {
        script::Lexer lexer(text, lexis);
        lexer.set_reading(reading);
        for (Token token = lexer.first_of_statement(); token.kind != TokenKind::End;
             token = lexer.next()) {
            // `2fa` is a name.
            const bool goes_on = token.kind == TokenKind::Word && !words_.empty() &&
                                 words_.back().kind == TokenKind::Number &&
                                 words_.back().end == token.begin;
            if (goes_on) {
                words_.back().kind = TokenKind::Word;
                words_.back().end = token.end;
            } else {
                words_.push_back({token.kind, token.begin, token.end});
            }
        }
    }

    MysqlStatement read() {
        if (is_any(0, {"alter"})) {
            read_alter();
        } else if (is_any(0, {"create"})) {
            read_create();
        } else if (is_any(0, {"drop"})) {
            read_drop();
        } else if (is_any(0, {"set"})) {
            read_set();
        } else {
            read_other();
        }
        return std::move(result_);
    }

private:
    std::size_t size() const { return words_.size(); }
    std::string_view text_of(std::size_t i) const {
        if (i >= size()) return {};
        return text_.substr(words_[i].begin, words_[i].end - words_[i].begin);
    }
    std::string text_of(Cut cut) const {
        if (cut.begin >= cut.end) return {};
        const std::size_t begin = words_[cut.begin].begin;
        return std::string(text_.substr(begin, words_[cut.end - 1].end - begin));
    }
    bool is(std::size_t i, std::string_view word) const {
        return i < size() && words_[i].kind == TokenKind::Word &&
               equal_ignoring_case(text_of(i), word);
    }
    bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const {
        return std::ranges::any_of(words, [&](std::string_view word) { return is(i, word); });
    }
    bool is_sign(std::size_t i, std::string_view sign) const { return text_of(i) == sign; }
    bool is_name(std::size_t i) const {
        return i < size() &&
               (words_[i].kind == TokenKind::Word || words_[i].kind == TokenKind::QuotedName);
    }

    std::string name(std::size_t i) const {
        const std::string_view text = text_of(i);
        if (i >= size() || words_[i].kind != TokenKind::QuotedName || text.size() < 2) {
            return std::string(text);
        }
        std::string plain;
        for (std::size_t c = 1; c + 1 < text.size(); ++c) {
            plain += text[c];
            if (text[c] == text.front()) ++c;  // it is doubled
        }
        return plain;
    }

    /// The name of a table at `i`, which moves behind it.
    Name table_at(std::size_t& i) const {
        Name table;
        if (i + 2 < size() && words_[i + 1].kind == TokenKind::Dot) {
            table.schema = name(i);
            i += 2;
        }
        table.name = name(i);
        if (i < size()) ++i;
        return table;
    }

    /// Behind the ')' that belongs to the '(' at `i`.
    std::size_t behind_parentheses(std::size_t i, std::size_t end) const {
        std::size_t depth = 0;
        for (; i < end; ++i) {
            if (words_[i].kind == TokenKind::Open) ++depth;
            if (words_[i].kind == TokenKind::Close && --depth == 0) return i + 1;
        }
        return end;
    }

    /// The pieces between commas that are in no parentheses.
    std::vector<Cut> split(std::size_t begin, std::size_t end) const {
        std::vector<Cut> pieces;
        std::size_t first = begin;
        for (std::size_t i = begin; i < end; ++i) {
            if (words_[i].kind == TokenKind::Open) {
                i = behind_parentheses(i, end) - 1;
            } else if (is_sign(i, ",")) {
                pieces.push_back({first, i});
                first = i + 1;
            } else if (i > first && is_partitioning(i)) {
                pieces.push_back({first, i});
                first = i;
            }
        }
        if (first < end) pieces.push_back({first, end});
        return pieces;
    }
    /// These follow other clauses without a comma.
    bool is_partitioning(std::size_t i) const {
        return (is(i, "partition") && is(i + 1, "by")) ||
               (is(i, "remove") && is(i + 1, "partitioning"));
    }

    std::vector<std::string> names_in_parentheses(std::size_t i, std::size_t end) const {
        std::vector<std::string> names;
        if (i >= end || words_[i].kind != TokenKind::Open) return names;
        for (const Cut& each : split(i + 1, behind_parentheses(i, end) - 1)) {
            // A part of a column, or its order, may follow; an expression is no column.
            if (!is_name(each.begin)) return {};
            names.push_back(name(each.begin));
        }
        return names;
    }

    MysqlChange& add(MysqlAct act) {
        MysqlChange& change = result_.changes.emplace_back();
        change.act = act;
        change.table = table_;
        return change;
    }
    MysqlChange& add(MysqlAct act, Cut clause) {
        MysqlChange& change = add(act);
        change.clause = text_of(clause);
        return change;
    }

    bool skip(std::size_t& i, std::string_view word) const {
        if (!is(i, word)) return false;
        ++i;
        return true;
    }
    bool skip_if_exists(std::size_t& i) const {
        if (!is(i, "if")) return false;
        i += is(i + 1, "not") ? 3 : 2;
        return true;
    }

    // ---- ALTER

    void read_alter() {
        std::size_t i = 1;
        while (is_any(i, {"online", "ignore"})) ++i;
        if (!skip(i, "table")) {
            read_alter_other(i);
            return;
        }
        skip_if_exists(i);
        table_ = table_at(i);
        if (skip(i, "wait")) ++i;
        skip(i, "nowait");
        result_.altered = table_;
        result_.clauses = text_of({i, size()});
        for (const Cut& clause : split(i, size())) read_clause(clause);
    }

    void read_alter_other(std::size_t i) {
        if (is_any(
                i,
                {"database",
                 "schema",
                 "event",
                 "function",
                 "instance",
                 "procedure",
                 "sequence",
                 "server",
                 "tablespace",
                 "user",
                 "view",
                 "algorithm",
                 "definer",
                 "sql",
                 "logfile",
                 "undo",
                 "resource"}
            )) {
            while (i < size() && !is(i, "view")) ++i;
            if (i == size() || is(1, "event")) return;
            table_ = table_at(++i);
            add(MysqlAct::ReplaceView);
            return;
        }
        result_.why_not = "nothing that ALTER can change follows";
    }

    void read_clause(Cut clause) {
        std::size_t i = clause.begin;
        if (is(i, "add")) {
            read_add(clause);
        } else if (is_any(i, {"modify", "change"})) {
            read_change(clause);
        } else if (is(i, "drop")) {
            read_drop_clause(clause);
        } else if (is(i, "rename")) {
            read_rename_clause(clause);
        } else if (is(i, "convert")) {
            // A partition, or the character set.
            add(is_any(i + 1, {"partition", "table"}) ? MysqlAct::ChangePartitions
                                                      : MysqlAct::ConvertCharset,
                clause);
        } else if (is(i, "force") || is(i, "order")) {
            add(MysqlAct::Rebuild, clause).name = lower_case(text_of(i));
        } else if (is_any(i, {"alter", "disable", "enable", "with", "without"})) {
            add(MysqlAct::Light, clause);
        } else if (!read_partition_clause(clause)) {
            read_table_options(clause);
        }
    }

    bool read_partition_clause(Cut clause) {
        const std::size_t i = clause.begin;
        if (is_partitioning(i) || is_any(i, {"reorganize", "coalesce", "rebuild", "exchange"}) ||
            (is_any(i, {"optimize", "repair"}) && is(i + 1, "partition"))) {
            add(MysqlAct::ChangePartitions, clause);
        } else if (is_any(i, {"truncate", "discard"})) {
            MysqlChange& change = add(MysqlAct::DropPartition, clause);
            change.name = is(i + 1, "partition") ? name(i + 2) : "";
        } else if (is_any(i, {"analyze", "check", "import"})) {
            add(MysqlAct::Light, clause);
        } else {
            return false;
        }
        return true;
    }

    void read_add(Cut clause) {
        std::size_t i = clause.begin + 1;
        if (is(i, "partition") && !is_column_type(i + 1, clause.end)) {
            add(MysqlAct::AddPartition, clause);
        } else if (is_any(i, {"period", "system"}) && is_any(i + 1, {"for", "versioning"})) {
            add(MysqlAct::Rebuild, clause).name = "versioning";
        } else if (!read_key({i, clause.end}, clause)) {
            skip(i, "column");
            const bool if_missing = skip_if_exists(i);
            if (i < clause.end && words_[i].kind == TokenKind::Open) {
                for (const Cut& each : split(i + 1, behind_parentheses(i, clause.end) - 1)) {
                    if (!read_key(each, each)) read_new_column(each, each);
                }
                return;
            }
            read_new_column({i, clause.end}, clause).if_exists = if_missing;
        }
    }
    /// `add partition int` makes a column.
    bool is_column_type(std::size_t i, std::size_t end) const {
        return i < end && words_[i].kind == TokenKind::Word && !is_any(i, {"if", "partitions"});
    }

    MysqlChange& read_new_column(Cut cut, Cut clause) {
        const std::size_t index = result_.changes.size();
        add(MysqlAct::AddColumn, clause).name = name(cut.begin);
        // It may add keys, which moves what is there already.
        MysqlColumn column = read_column({cut.begin + 1, cut.end}, name(cut.begin));
        result_.changes[index].column = std::move(column);
        return result_.changes[index];
    }

    /// A key or constraint behind ADD, or between the parentheses of a new table.
    bool read_key(Cut cut, Cut clause) {
        std::size_t i = cut.begin;
        std::string constraint;
        const bool is_constraint = skip(i, "constraint");
        if (is_constraint) {
            skip_if_exists(i);
            if (is_name(i) && !is_any(i, {"primary", "unique", "foreign", "check"})) {
                constraint = name(i++);
            }
        }
        if (is(i, "primary") && is(i + 1, "key")) {
            MysqlChange& change = add(MysqlAct::AddPrimaryKey, clause);
            change.columns = key_columns(i + 2, cut.end);
        } else if (is(i, "foreign") && is(i + 1, "key")) {
            read_foreign_key(i + 2, cut, clause, constraint);
        } else if (is(i, "check") && i + 1 < cut.end && (words_[i + 1].kind == TokenKind::Open || is_constraint)) {
            add(MysqlAct::AddCheck, clause).name = constraint;
        } else if (is_any(i, {"index", "key", "unique", "fulltext", "spatial", "vector"})) {
            // `add key int` would be a column called so: reserved, so it is none.
            MysqlChange& change = add(MysqlAct::AddIndex, clause);
            change.unique = is(i, "unique");
            change.special = is_any(i, {"fulltext", "spatial", "vector"});
            if (!is_any(i, {"index", "key"})) ++i;
            if (is_any(i, {"index", "key"})) ++i;
            skip_if_exists(i);
            const bool has_name = i < cut.end && is_name(i) && !is(i, "using");
            change.name = has_name ? name(i) : constraint;
            change.columns = key_columns(i, cut.end);
        } else {
            return false;
        }
        return true;
    }
    std::vector<std::string> key_columns(std::size_t i, std::size_t end) const {
        while (i < end && words_[i].kind != TokenKind::Open) ++i;
        return names_in_parentheses(i, end);
    }

    void read_foreign_key(std::size_t i, Cut cut, Cut clause, const std::string& constraint) {
        MysqlChange& change = add(MysqlAct::AddForeignKey, clause);
        skip_if_exists(i);
        change.name = i < cut.end && is_name(i) && constraint.empty() ? name(i) : constraint;
        change.columns = key_columns(i, cut.end);
        while (i < cut.end && !is(i, "references")) ++i;
        if (i >= cut.end) return;
        change.other = table_at(++i);
        change.other_columns = names_in_parentheses(i, cut.end);
    }

    void read_change(Cut clause) {
        const bool renames = is(clause.begin, "change");
        std::size_t i = clause.begin + 1;
        skip(i, "column");
        const bool if_there = skip_if_exists(i);
        const std::size_t index = result_.changes.size();
        MysqlChange& change = add(MysqlAct::ChangeColumn, clause);
        change.if_exists = if_there;
        change.name = name(i++);
        if (renames) change.new_name = name(i++);
        MysqlColumn column = read_column({i, clause.end}, name(i - 1));
        result_.changes[index].column = std::move(column);
    }

    void read_drop_clause(Cut clause) {
        std::size_t i = clause.begin + 1;
        if (is(i, "primary") && is(i + 1, "key")) {
            add(MysqlAct::DropPrimaryKey, clause);
            return;
        }
        if (is(i, "partition") && i + 1 < clause.end) {
            ++i;
            skip_if_exists(i);
            add(MysqlAct::DropPartition, clause).name = name(i);
            return;
        }
        if (is_any(i, {"system", "period"}) && is_any(i + 1, {"versioning", "for"})) {
            add(MysqlAct::Rebuild, clause).name = "versioning";
            return;
        }
        const bool is_foreign = is(i, "foreign") && is(i + 1, "key");
        const MysqlAct act = is_foreign                           ? MysqlAct::DropForeignKey
                             : is_any(i, {"index", "key"})        ? MysqlAct::DropIndex
                             : is_any(i, {"constraint", "check"}) ? MysqlAct::DropCheck
                                                                  : MysqlAct::DropColumn;
        if (act != MysqlAct::DropColumn || is(i, "column")) i += is_foreign ? 2 : 1;
        const bool if_there = skip_if_exists(i);
        MysqlChange& change = add(index_or_key(act, i), clause);
        change.if_exists = if_there;
        change.name = name(i);
    }
    /// The index of this name is the primary key.
    MysqlAct index_or_key(MysqlAct act, std::size_t i) const {
        const bool is_primary =
            act == MysqlAct::DropIndex && equal_ignoring_case(name(i), "primary");
        return is_primary ? MysqlAct::DropPrimaryKey : act;
    }

    void read_rename_clause(Cut clause) {
        std::size_t i = clause.begin + 1;
        if (is(i, "column")) {
            ++i;
            const bool if_there = skip_if_exists(i);
            MysqlChange& change = add(MysqlAct::RenameColumn, clause);
            change.if_exists = if_there;
            change.name = name(i);
            change.new_name = name(i + 2);
        } else if (is_any(i, {"index", "key"})) {
            add(MysqlAct::Light, clause);
        } else {
            if (is_any(i, {"to", "as"}) || is_sign(i, "=")) ++i;
            const Name target = table_at(i);
            MysqlChange& change = add(MysqlAct::RenameTable, clause);
            change.other = target;
            if (target.schema.empty()) change.other.schema = table_.schema;
            change.new_name = target.name;
        }
    }

    /// Options stand behind each other, with commas or without.
    void read_table_options(Cut clause) {
        bool known = false;
        for (std::size_t i = clause.begin; i < clause.end; ++i) {
            const std::size_t value = is_sign(i + 1, "=") ? i + 2 : i + 1;
            if (is(i, "algorithm")) {
                result_.algorithm = upper(text_of(value));
            } else if (is(i, "lock")) {
                result_.lock = upper(text_of(value));
            } else if (is_any(i, {"engine", "type"})) {
                add(MysqlAct::ChangeEngine, clause).name = name(value);
            } else if (is_any(
                           i,
                           {"row_format",
                            "key_block_size",
                            "page_compressed",
                            "encrypted",
                            "encryption",
                            "compression",
                            "tablespace",
                            "transactional",
                            "union",
                            "page_checksum"}
                       )) {
                add(MysqlAct::Rebuild, clause).name = lower_case(text_of(i));
            } else if (is_any(
                           i,
                           {"auto_increment",
                            "avg_row_length",
                            "character",
                            "charset",
                            "checksum",
                            "collate",
                            "comment",
                            "connection",
                            "data",
                            "default",
                            "delay_key_write",
                            "engine_attribute",
                            "index",
                            "insert_method",
                            "max_rows",
                            "min_rows",
                            "pack_keys",
                            "password",
                            "secondary_engine",
                            "secondary_load",
                            "secondary_unload",
                            "stats_auto_recalc",
                            "stats_persistent",
                            "stats_sample_pages",
                            "page_compression_level",
                            "encryption_key_id",
                            "ietf_quotes"}
                       )) {
                if (!known) add(MysqlAct::Light, clause);
            } else {
                if (known) continue;
                result_.why_not = "the clause is not known: " + std::string(text_of(i));
                return;
            }
            known = true;
            if (is_any(i, {"character", "default"})) {
                while (i + 1 < clause.end &&
                       is_any(i + 1, {"character", "charset", "collate", "set"}))
                    ++i;
                continue;
            }
            i = std::min(value, clause.end);
        }
    }

    // ---- columns

    /// What stands behind the name of a column. What it makes beside the column is added.
    MysqlColumn read_column(Cut cut, const std::string& column_name) {
        MysqlColumn column;
        column.definition = text_of(cut);
        std::size_t i = read_type(cut, column);
        bool is_generated = false;
        for (; i < cut.end; ++i) {
            if (words_[i].kind == TokenKind::Open) {
                i = behind_parentheses(i, cut.end) - 1;
            } else if (is(i, "not") && is(i + 1, "null")) {
                column.not_null = true;
            } else if (is(i, "default")) {
                column.has_default = true;
                // `default null`, which is none of a column that is not null.
                ++i;
            } else if (is(i, "auto_increment") || is(i, "serial")) {
                column.auto_increment = true;
            } else if (is(i, "as") || is(i, "generated")) {
                is_generated = true;
            } else if (is_any(i, {"stored", "persistent"}) && is_generated) {
                column.stored = true;
            } else if (is_any(i, {"character", "charset"})) {
                i += is(i, "character") ? 2 : 1;
                column.charset = lower_case(name(i));
            } else if (is(i, "unique")) {
                MysqlChange& key = add(MysqlAct::AddIndex);
                key.unique = true;
                key.name = column_name;
                key.columns = {column_name};
                skip(++i, "key");
                --i;
            } else if (is(i, "key")) {
                add(MysqlAct::AddPrimaryKey).columns = {column_name};
            } else if (is(i, "references")) {
                MysqlChange& reference = add(MysqlAct::InlineReference);
                reference.name = column_name;
                reference.columns = {column_name};
                std::size_t at = i + 1;
                const Name other = table_at(at);
                reference.other = other;
                reference.other_columns = names_in_parentheses(at, cut.end);
                i = at - 1;
            } else if (is_any(i, {"after", "comment", "collate"})) {
                ++i;
            }
        }
        column.is_virtual = is_generated && !column.stored;
        return column;
    }

    std::size_t read_type(Cut cut, MysqlColumn& column) {
        std::size_t i = cut.begin;
        const std::size_t first = i;
        if (is(i, "serial")) {
            column.auto_increment = column.not_null = true;
            column.type = mysql_type("serial");
            return i + 1;
        }
        if (is_any(i, {"national", "long", "double", "character", "char"}) &&
            is_any(i + 1, {"varchar", "char", "character", "varying", "precision", "varbinary"})) {
            ++i;
        }
        ++i;
        if (i < cut.end && words_[i].kind == TokenKind::Open) i = behind_parentheses(i, cut.end);
        while (i < cut.end && is_any(i, {"unsigned", "signed", "zerofill"})) ++i;
        column.type = mysql_type(text_of({first, std::min(i, cut.end)}));
        return i;
    }

    // ---- CREATE

    void read_create() {
        std::size_t i = 1;
        const bool replaces = is(i, "or");
        if (replaces) i += 2;
        const bool temporary = skip(i, "temporary");
        if (is(i, "table")) {
            if (!temporary) read_create_table(i + 1, replaces);
            return;
        }
        if (is_any(i, {"online", "unique", "fulltext", "spatial", "vector", "index"})) {
            read_create_index(i);
            return;
        }
        // ALGORITHM, DEFINER and SQL SECURITY stand before what is made.
        for (; i < size(); ++i) {
            if (is(i, "view")) {
                ++i;
                skip_if_exists(i);
                table_ = table_at(i);
                if (replaces) add(MysqlAct::ReplaceView);
                return;
            }
            if (is(i, "trigger")) {
                read_create_trigger(i + 1);
                return;
            }
            if (is_any(i, {"function", "procedure", "package"})) {
                ++i;
                skip_if_exists(i);
                table_ = table_at(i);
                if (replaces) add(MysqlAct::ReplaceRoutine);
                return;
            }
            if (is_any(
                    i,
                    {"event",
                     "database",
                     "schema",
                     "user",
                     "role",
                     "server",
                     "sequence",
                     "tablespace",
                     "logfile",
                     "undo",
                     "spatial",
                     "resource"}
                )) {
                return;
            }
        }
        result_.why_not = "nothing that CREATE can make follows";
    }

    void read_create_index(std::size_t i) {
        skip(i, "online");
        const bool unique = is(i, "unique");
        const bool special = is_any(i, {"fulltext", "spatial", "vector"});
        if (unique || special) ++i;
        if (!skip(i, "index")) {
            result_.why_not = "nothing that CREATE can make follows";
            return;
        }
        skip_if_exists(i);
        const std::string index = name(i);
        while (i < size() && !is(i, "on")) ++i;
        table_ = table_at(++i);
        result_.altered = table_;
        MysqlChange& change = add(MysqlAct::AddIndex);
        change.name = index;
        change.unique = unique;
        change.special = special;
        change.columns = key_columns(i, size());
        const char* kind = unique ? "unique index " : special ? "fulltext index " : "index ";
        if (special && is(1, "spatial")) kind = "spatial index ";
        result_.clauses = "add " + (kind + quoted(index)) + " " + text_of({i, size()});
        read_index_options(i);
    }
    static std::string quoted(const std::string& name) {
        std::string text = "`";
        for (const char c : name) text += c == '`' ? "``" : std::string(1, c);
        return text + "`";
    }
    void read_index_options(std::size_t i) {
        for (; i < size(); ++i) {
            const std::size_t value = is_sign(i + 1, "=") ? i + 2 : i + 1;
            if (words_[i].kind == TokenKind::Open) i = behind_parentheses(i, size()) - 1;
            if (is(i, "algorithm")) result_.algorithm = upper(text_of(value));
            if (is(i, "lock")) result_.lock = upper(text_of(value));
        }
    }

    void read_create_trigger(std::size_t i) {
        skip_if_exists(i);
        const std::string trigger = name(i);
        while (i < size() && !is(i, "on")) ++i;
        table_ = table_at(++i);
        add(MysqlAct::CreateTrigger).name = trigger;
    }

    void read_create_table(std::size_t i, bool replaces) {
        const bool if_missing = skip_if_exists(i);
        table_ = table_at(i);
        MysqlChange created;
        created.act = MysqlAct::CreateTable;
        created.table = table_;
        created.if_exists = if_missing;
        created.replaces = replaces;
        const bool has_body = i < size() && words_[i].kind == TokenKind::Open;
        // Its keys are those of the other table.
        created.has_key = is(i, "like") || (has_body && is(i + 1, "like"));
        if (has_body && !created.has_key && !is(i + 1, "select")) {
            for (const Cut& each : split(i + 1, behind_parentheses(i, size()) - 1)) {
                if (!read_key(each, each)) read_new_column(each, each);
            }
            created.has_key = has_key();
        }
        // They make up the new table; a column that refers to another one does not.
        std::erase_if(result_.changes, [](const MysqlChange& change) {
            return change.act != MysqlAct::InlineReference;
        });
        result_.changes.insert(result_.changes.begin(), created);
        for (; i < size(); ++i) {
            if (is(i, "select")) {
                add_source(i);
                break;
            }
        }
    }
    /// A primary key, or a unique one of columns that are never null, which serves as one.
    bool has_key() const {
        const auto is_required = [&](const std::string& column) {
            return std::ranges::any_of(result_.changes, [&](const MysqlChange& change) {
                return change.act == MysqlAct::AddColumn && change.column.not_null &&
                       equal_ignoring_case(change.name, column);
            });
        };
        return std::ranges::any_of(result_.changes, [&](const MysqlChange& change) {
            if (change.act == MysqlAct::AddPrimaryKey) return true;
            if (change.act == MysqlAct::AddColumn && change.column.auto_increment &&
                starts_with_ignoring_case(change.column.definition, "serial"))
                return true;
            return change.act == MysqlAct::AddIndex && change.unique && !change.columns.empty() &&
                   std::ranges::all_of(change.columns, is_required);
        });
    }

    /// The first table of the query that begins at `i` or behind.
    void add_source(std::size_t i) {
        while (i < size() && !is(i, "from")) ++i;
        if (i + 1 >= size() || !is_name(i + 1)) return;
        const Name source = table_at(++i);
        add(MysqlAct::Insert).other = source;
    }

    // ---- DROP

    void read_drop() {
        std::size_t i = 1;
        if (skip(i, "temporary")) return;
        if (is_any(i, {"database", "schema"})) {
            ++i;
            skip_if_exists(i);
            add(MysqlAct::DropDatabase).name = name(i);
        } else if (is_any(i, {"table", "tables", "view"})) {
            const MysqlAct act = is(i, "view") ? MysqlAct::DropView : MysqlAct::DropTable;
            ++i;
            const bool if_there = skip_if_exists(i);
            for (const Cut& each : split(i, size())) {
                std::size_t at = each.begin;
                table_ = table_at(at);
                add(act).if_exists = if_there;
            }
        } else if (is_any(i, {"function", "procedure", "package", "trigger"})) {
            const bool is_trigger = is(i, "trigger");
            skip(++i, "body");
            skip_if_exists(i);
            const Name dropped = table_at(i);
            table_ = {dropped.schema, {}};
            add(is_trigger ? MysqlAct::DropTrigger : MysqlAct::DropRoutine).name = dropped.name;
        } else if (is_any(i, {"index", "online"})) {
            skip(i, "online");
            ++i;
            const bool if_there = skip_if_exists(i);
            const std::string index = name(i);
            const MysqlAct act = index_or_key(MysqlAct::DropIndex, i);
            while (i < size() && !is(i, "on")) ++i;
            table_ = table_at(++i);
            result_.altered = table_;
            MysqlChange& change = add(act);
            change.name = index;
            change.if_exists = if_there;
            result_.clauses = "drop index " + quoted(index);
            read_index_options(i);
        } else if (!is_any(
                       i,
                       {"event",
                        "prepare",
                        "role",
                        "sequence",
                        "server",
                        "user",
                        "tablespace",
                        "logfile",
                        "undo",
                        "spatial",
                        "resource"}
                   )) {
            result_.why_not = "nothing that DROP can drop follows";
        }
    }

    // ---- SET

    void read_set() {
        if (is(1, "statement")) {
            add(MysqlAct::Dynamic).name = "SET STATEMENT";
            return;
        }
        if (is_any(
                1,
                {"password",
                 "default",
                 "role",
                 "names",
                 "character",
                 "charset",
                 "transaction",
                 "resource"}
            ) ||
            (is_any(1, {"global", "session"}) && is(2, "transaction"))) {
            if (is(1, "global")) add(MysqlAct::SetGlobal).name = "transaction";
            return;
        }
        bool is_global = false;
        for (const Cut& each : split(1, size())) {
            std::size_t i = each.begin;
            // A scope holds for what follows it up to the next scope.
            while (is_sign(i, "@")) ++i;
            if (i == each.begin + 1) continue;  // a variable of the user
            if (is_any(i, {"global", "persist", "persist_only", "session", "local"})) {
                is_global = !is_any(i, {"session", "local"});
                ++i;
                if (i < size() && words_[i].kind == TokenKind::Dot) ++i;
            } else if (i > each.begin) {
                is_global = false;
            }
            const std::string setting = lower_case(name(i));
            std::size_t value = i + 1;
            while (is_sign(value, ":") || is_sign(value, "=")) ++value;
            const std::string_view text = text_of(value);
            const bool is_on = text != "0" && !is_any(value, {"off", "false"}) &&
                               !equal_ignoring_case(text, "'off'");
            if (is_global) {
                add(MysqlAct::SetGlobal).name = setting;
            } else if (setting == "foreign_key_checks") {
                // What a variable holds was so before, as dumps do it.
                add(MysqlAct::SetForeignKeyChecks).is_on = is_on;
            } else if (setting == "sql_log_bin") {
                add(MysqlAct::SetBinlog).is_on = is_on;
            }
        }
    }

    // ---- the rest

    void read_other() {
        std::size_t i = 1;
        if (is(0, "truncate")) {
            skip(i, "table");
            table_ = table_at(i);
            add(MysqlAct::Truncate);
        } else if (is(0, "rename") && is_any(1, {"table", "tables"})) {
            read_rename_tables();
        } else if (is(0, "lock") && is_any(1, {"table", "tables"})) {
            read_lock_tables();
        } else if (is_any(0, {"optimize", "repair", "check", "analyze"})) {
            read_maintenance();
        } else if (is_any(0, {"delete", "update", "insert", "replace", "with"})) {
            read_rows(0);
        } else if (is(0, "use")) {
            add(MysqlAct::Use).name = name(1);
        } else if (is_any(0, {"call", "execute"}) || (is(0, "begin") && is(1, "not"))) {
            add(MysqlAct::Dynamic).name = is(0, "begin") ? "BEGIN NOT ATOMIC" : upper(text_of(0));
        } else if (size() > 0 && !is_harmless(0)) {
            result_.why_not = "it begins with no word that MySQL or MariaDB knows";
        }
    }
    bool is_harmless(std::size_t i) const {
        return words_[i].kind == TokenKind::Open ||
               is_any(i, {"backup",    "begin",      "binlog", "cache",     "change",  "clone",
                          "commit",    "deallocate", "desc",   "describe",  "do",      "explain",
                          "flush",     "get",        "grant",  "handler",   "help",    "import",
                          "install",   "kill",       "load",   "lock",      "prepare", "purge",
                          "release",   "rename",     "reset",  "restart",   "revoke",  "rollback",
                          "savepoint", "select",     "show",   "shutdown",  "signal",  "resignal",
                          "start",     "stop",       "table",  "uninstall", "unlock",  "values",
                          "xa"});
    }

    void read_rename_tables() {
        std::size_t i = 2;
        skip_if_exists(i);
        for (const Cut& each : split(i, size())) {
            std::size_t at = each.begin;
            table_ = table_at(at);
            while (at < each.end && !is(at, "to")) ++at;
            Name target = table_at(++at);
            if (target.schema.empty()) target.schema = table_.schema;
            MysqlChange& change = add(MysqlAct::RenameTable);
            change.other = target;
            change.new_name = target.name;
        }
    }

    void read_lock_tables() {
        for (const Cut& each : split(2, size())) {
            std::size_t at = each.begin;
            table_ = table_at(at);
            MysqlChange& change = add(MysqlAct::LockTables);
            for (; at < each.end; ++at) {
                if (is(at, "write")) change.is_on = true;
            }
        }
    }

    void read_maintenance() {
        std::size_t i = 1;
        while (is_any(i, {"no_write_to_binlog", "local"})) ++i;
        if (!is_any(i, {"table", "tables"})) return;  // of a statement, views, users
        for (const Cut& each : split(i + 1, size())) {
            std::size_t at = each.begin;
            table_ = table_at(at);
            add(MysqlAct::Maintain).name = upper(text_of(0));
        }
    }

    /// A statement that writes rows; WITH may stand before it.
    void read_rows(std::size_t i) {
        while (i < size() && !is_any(i, {"delete", "update", "insert", "replace", "select"})) {
            i = words_[i].kind == TokenKind::Open ? behind_parentheses(i, size()) : i + 1;
        }
        if (i >= size() || is(i, "select")) return;
        const MysqlAct act = is(i, "delete")   ? MysqlAct::Delete
                             : is(i, "update") ? MysqlAct::Update
                                               : MysqlAct::Insert;
        ++i;
        while (is_any(i, {"low_priority", "high_priority", "delayed", "quick", "ignore"})) ++i;
        if (act == MysqlAct::Insert) {
            skip(i, "into");
            table_ = table_at(i);
            MysqlChange& change = add(act);
            while (i < size() && !is_any(i, {"select", "values", "value", "set"})) ++i;
            if (!is(i, "select")) return;
            while (i < size() && !is(i, "from")) ++i;
            if (i + 1 < size() && is_name(i + 1)) change.other = table_at(++i);
            return;
        }
        if (act == MysqlAct::Delete && !is(i, "from")) {
            // DELETE a, b FROM a JOIN b …, where they may be other names of tables behind FROM.
            while (i < size() && !is(i, "from")) ++i;
            table_ = table_at(++i);
            add(act).has_where = narrows(i);
            return;
        }
        if (act == MysqlAct::Delete) ++i;
        table_ = table_at(i);
        add(act).has_where = narrows(i);
    }

    /// Whether some condition, limit or other table narrows what a statement writes. A condition
    /// that is a constant is none.
    bool narrows(std::size_t i) const {
        bool is_behind_set = false;
        for (; i < size(); ++i) {
            if (words_[i].kind == TokenKind::Open) i = behind_parentheses(i, size()) - 1;
            if (is_any(i, {"join", "straight_join", "limit", "using", "partition"})) return true;
            if (is(i, "where")) return !is_constant(i + 1);
            if (is(i, "set")) is_behind_set = true;
            // The list of what is set has commas, too.
            if (is_sign(i, ",") && !is_behind_set) return true;
        }
        return false;
    }
    /// `1`, `true or 0`, `1 = 1`: without a name, and without a limit.
    bool is_constant(std::size_t i) const {
        for (; i < size(); ++i) {
            if (is_any(i, {"order", "returning"})) break;
            if (is_name(i) && !is_any(i, {"true", "and", "or", "not", "is", "null"})) return false;
        }
        while (i < size() && !is(i, "limit")) ++i;
        return i == size();
    }

    std::string_view text_;
    std::vector<Word> words_;
    Name table_;  ///< of the statement in work
    MysqlStatement result_;
};

}  // namespace

MysqlVersion MysqlVersion::parse(std::string_view text) {
    MysqlVersion version;
    version.is_mariadb = text.find("MariaDB") != std::string_view::npos;
    version.is_tidb = text.find("TiDB") != std::string_view::npos;
    // Some give the number of a MySQL for old clients before their own.
    constexpr std::string_view kForOldClients = "5.5.5-";
    if (version.is_mariadb && text.starts_with(kForOldClients))
        text.remove_prefix(kForOldClients.size());
    for (int part = 0; part < 3; ++part) {
        std::size_t digits = 0;
        while (digits < text.size() && is_digit(text[digits])) ++digits;
        version.number =
            (version.number * 100) + parse_number<int>(text.substr(0, digits)).value_or(0);
        text.remove_prefix(std::min(digits + 1, text.size()));
    }
    return version;
}

std::string as_executed(
    std::string_view text,
    const script::Lexis& lexis,
    const script::Reading& reading,
    const MysqlVersion& version
) {
    std::string result(text);
    script::Lexer lexer(text, lexis);
    lexer.set_reading(reading);
    std::optional<std::size_t> left_out;  // from here on
    for (Token token = lexer.first_of_statement(); token.kind != TokenKind::End;
         token = lexer.next()) {
        if (token.kind != TokenKind::VersionComment) continue;
        const std::string_view head = text.substr(token.begin, token.end - token.begin);
        if (head != "*/" && !is_executed(head, version)) left_out = token.begin;
        const std::size_t begin = head == "*/" && left_out ? *left_out : token.begin;
        if (left_out && head != "*/") continue;
        for (std::size_t i = begin; i < token.end; ++i) {
            if (result[i] != '\n') result[i] = ' ';
        }
        left_out.reset();
    }
    return result;
}

MysqlStatement read_mysql(
    std::string_view text, const script::Lexis& lexis, const script::Reading& reading
) {
    return Reader(text, lexis, reading).read();
}

}  // namespace migrator::analysis

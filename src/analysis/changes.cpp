#include <algorithm>
#include <boost/json.hpp>

#include "analysis/change.hpp"

namespace migrator::analysis {
namespace {

namespace json = boost::json;
using Object = json::object;

const json::value* find(const Object& object, std::string_view key) {
    return object.if_contains(key);
}

std::string text_in(const Object& object, std::string_view key) {
    const auto* value = find(object, key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

bool flag_in(const Object& object, std::string_view key) {
    const auto* value = find(object, key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

const Object& object_in(const Object& object, std::string_view key) {
    static const Object none;
    const auto* value = find(object, key);
    return value != nullptr && value->is_object() ? value->get_object() : none;
}

const json::array& array_in(const Object& object, std::string_view key) {
    static const json::array none;
    const auto* value = find(object, key);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// A node is an object with one key, its kind.
const Object& node(const json::value& value, std::string_view kind) {
    static const Object none;
    return value.is_object() ? object_in(value.get_object(), kind) : none;
}

std::string word_of(const json::value& value) { return text_in(node(value, "String"), "sval"); }

std::vector<std::string> words_of(const json::array& list) {
    std::vector<std::string> words;
    for (const auto& each : list) words.push_back(word_of(each));
    return words;
}

Name relation(const Object& range) {
    return {text_in(range, "schemaname"), text_in(range, "relname")};
}

Name name_of(const std::vector<std::string>& words) {
    if (words.empty()) return {};
    return {words.size() > 1 ? words[words.size() - 2] : "", words.back()};
}

/// The name in a list of objects, whatever they are.
Name object_name(const json::value& value) {
    if (const auto& list = node(value, "List"); !list.empty())
        return name_of(words_of(array_in(list, "items")));
    if (const auto& typed = node(value, "ObjectWithArgs"); !typed.empty()) {
        return name_of(words_of(array_in(typed, "objname")));
    }
    if (const auto& type = node(value, "TypeName"); !type.empty()) {
        return name_of(words_of(array_in(type, "names")));
    }
    return {"", word_of(value)};
}

/// Names of all functions that are called anywhere below.
void functions_in(const json::value& value, std::vector<std::string>& found) {
    if (const auto* list = value.if_array()) {
        for (const auto& each : *list) functions_in(each, found);
    } else if (const auto* object = value.if_object()) {
        for (const auto& [key, inner] : *object) {
            if (key == "FuncCall" && inner.is_object()) {
                found.push_back(name_of(words_of(array_in(inner.get_object(), "funcname"))).name);
            }
            functions_in(inner, found);
        }
    }
}

/// "varchar(40)", as written but without the schema of the system's types.
std::string type_text(const Object& type) {
    std::string text = name_of(words_of(array_in(type, "names"))).name;
    std::string numbers;
    for (const auto& each : array_in(type, "typmods")) {
        const auto* number = find(object_in(node(each, "A_Const"), "ival"), "ival");
        if (!numbers.empty()) numbers += ',';
        numbers +=
            number != nullptr && number->is_int64() ? std::to_string(number->get_int64()) : "0";
    }
    if (!numbers.empty()) text += "(" + numbers + ")";
    if (!array_in(type, "arrayBounds").empty()) text += "[]";
    return text;
}

/// From `begin` to the comma or parenthesis that ends it.
std::string clause_from(std::string_view text, std::size_t begin) {
    int depth = 0;
    char quote = 0;
    std::size_t at = begin;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(' || c == '[') {
            ++depth;
        } else if (c == ')' || c == ']') {
            if (--depth < 0) break;
        } else if (c == ',' && depth == 0) {
            break;
        }
    }
    std::string clause(text.substr(std::min(begin, text.size()), at - std::min(begin, at)));
    while (!clause.empty() &&
           std::string_view(" \n\t\r").find(clause.back()) != std::string_view::npos) {
        clause.pop_back();
    }
    return clause;
}

/// A condition that holds for every row: `true`, `1 = 1`.
bool is_always_true(const json::value& condition) {
    const Object& constant = node(condition, "A_Const");
    if (!constant.empty()) return flag_in(object_in(constant, "boolval"), "boolval");
    const Object& compared = node(condition, "A_Expr");
    if (text_in(compared, "kind") != "AEXPR_OP") return false;
    const auto& words = array_in(compared, "name");
    if (words.size() != 1 || word_of(words[0]) != "=") return false;
    Object left = object_in(object_in(compared, "lexpr"), "A_Const");
    Object right = object_in(object_in(compared, "rexpr"), "A_Const");
    left.erase("location");
    right.erase("location");
    return !left.empty() && left == right;
}

std::size_t location(const Object& object) {
    const auto* at = find(object, "location");
    return at != nullptr && at->is_int64() ? static_cast<std::size_t>(at->get_int64()) : 0;
}

class TreeReading {
public:
    explicit TreeReading(std::string_view text) : text_(text) {}

    std::vector<Change> take() { return std::move(changes_); }

    void statement(std::string_view kind, const Object& s) {
        parts(s);
        if (kind == "AlterTableStmt") return alter_table(s);
        if (kind == "CreateStmt") return create_table(s);
        if (kind == "DropStmt") return drop(s);
        if (kind == "RenameStmt") return rename(s);
        if (kind == "IndexStmt") {
            Change& c = add(Act::CreateIndex, relation(object_in(s, "relation")));
            c.name = text_in(s, "idxname");
            c.concurrently = flag_in(s, "concurrent");
            c.unique = flag_in(s, "unique");
            c.if_exists = flag_in(s, "if_not_exists");
            c.only = !flag_in(object_in(s, "relation"), "inh");
            c.columns = index_columns(array_in(s, "indexParams"));
        } else if (kind == "ReindexStmt") {
            const std::string what = text_in(s, "kind");
            Change& c = add(Act::Reindex, relation(object_in(s, "relation")));
            c.only = what == "REINDEX_OBJECT_INDEX";
            c.concurrently = has_option(array_in(s, "params"), "concurrently");
            if (what == "REINDEX_OBJECT_SCHEMA" || what == "REINDEX_OBJECT_DATABASE") {
                c.name = text_in(s, "name");
            }
        } else if (kind == "VacuumStmt") {
            if (!has_option(array_in(s, "options"), "full")) return;
            for (const auto& each : array_in(s, "rels")) {
                add(Act::VacuumFull, relation(object_in(node(each, "VacuumRelation"), "relation")));
            }
        } else if (kind == "ClusterStmt") {
            add(Act::Cluster, relation(object_in(s, "relation")));
        } else if (kind == "RefreshMatViewStmt") {
            add(Act::RefreshView, relation(object_in(s, "relation"))).concurrently =
                flag_in(s, "concurrent");
        } else if (kind == "TruncateStmt") {
            for (const auto& each : array_in(s, "relations")) {
                add(Act::Truncate, relation(node(each, "RangeVar"))).cascade = is_cascade(s);
            }
        } else if (kind == "DeleteStmt" || kind == "UpdateStmt") {
            Change& c =
                add(kind == "DeleteStmt" ? Act::Delete : Act::Update,
                    relation(object_in(s, "relation")));
            c.has_where = s.contains("whereClause") && !is_always_true(s.at("whereClause"));
        } else if (kind == "MergeStmt") {
            add(Act::Update, relation(object_in(s, "relation"))).has_where = true;
        } else if (kind == "SelectStmt") {
            Change& c = add(Act::CallFunctions, {});
            functions_in(s, c.functions);
            if (c.functions.empty()) changes_.pop_back();
        } else if (kind == "InsertStmt") {
            const auto& query =
                node(find(s, "selectStmt") ? *find(s, "selectStmt") : json::value(), "SelectStmt");
            if (!array_in(query, "fromClause").empty()) {
                add(Act::Insert, relation(object_in(s, "relation"))).other =
                    relation(node(array_in(query, "fromClause")[0], "RangeVar"));
            }
        } else if (kind == "CreateTableAsStmt") {
            const Name table = relation(object_in(object_in(s, "into"), "rel"));
            add(Act::CreateTable, table).if_exists = flag_in(s, "if_not_exists");
            const auto& query = object_in(object_in(s, "query"), "SelectStmt");
            if (!array_in(query, "fromClause").empty()) {
                add(Act::ReadTable, relation(node(array_in(query, "fromClause")[0], "RangeVar")));
            }
        } else if (kind == "CreateTrigStmt") {
            add(Act::CreateTrigger, relation(object_in(s, "relation")));
        } else if (kind == "AlterObjectSchemaStmt") {
            const std::string what = text_in(s, "objectType");
            if (what == "OBJECT_TABLE") {
                add(Act::MoveTable, relation(object_in(s, "relation")));
            } else if (const std::string type = object_type(what); !type.empty()) {
                add(Act::RenameObject, named(s)).type = type;
            }
        } else if (kind == "AlterDomainStmt") {
            const std::string what = text_in(s, "subtype");
            if (what != "C" && what != "O" && what != "V") return;
            const Object& check = object_in(object_in(s, "def"), "Constraint");
            Change& c = add(Act::AddDomainCheck, name_of(words_of(array_in(s, "typeName"))));
            c.not_valid = flag_in(check, "skip_validation");
            c.name = what == "C" ? text_in(check, "conname") : text_in(s, "name");
            if (what == "C") c.clause = clause_from(text_, location(check));
        } else if (kind == "AlterEnumStmt") {
            const bool renames = s.contains("oldVal");
            Change& c =
                add(renames ? Act::RenameEnumValue : Act::AddEnumValue,
                    name_of(words_of(array_in(s, "typeName"))));
            c.name = text_in(s, renames ? "oldVal" : "newVal");
        } else if (kind == "ViewStmt") {
            if (flag_in(s, "replace")) add(Act::ReplaceView, relation(object_in(s, "view")));
        } else if (kind == "CreateFunctionStmt") {
            if (flag_in(s, "replace")) {
                add(Act::ReplaceFunction, name_of(words_of(array_in(s, "funcname"))));
            }
        } else if (kind == "LockStmt") {
            const auto* mode = find(s, "mode");
            constexpr std::string_view kModes[] = {
                "",
                "ACCESS SHARE",
                "ROW SHARE",
                "ROW EXCLUSIVE",
                "SHARE UPDATE EXCLUSIVE",
                "SHARE",
                "SHARE ROW EXCLUSIVE",
                "EXCLUSIVE",
                "ACCESS EXCLUSIVE"};
            const auto number = mode != nullptr && mode->is_int64() ? mode->get_int64() : 8;
            for (const auto& each : array_in(s, "relations")) {
                add(Act::LockTable, relation(node(each, "RangeVar"))).mode =
                    kModes[std::clamp<std::int64_t>(number, 0, 8)];
            }
        } else if (kind == "DropOwnedStmt") {
            Change& c = add(Act::DropSchema, {});
            c.type = "owned";
            c.cascade = true;
        } else if (kind == "DropdbStmt") {
            add(Act::DropDatabase, {"", text_in(s, "dbname")});
        } else if (kind == "TransactionStmt") {
            const std::string what = text_in(s, "kind");
            if (what.find("SAVEPOINT") == std::string::npos && !what.ends_with("ROLLBACK_TO") &&
                !what.ends_with("RELEASE")) {
                add(Act::Transaction, {});
            }
        } else if (kind == "VariableSetStmt") {
            const std::string name = text_in(s, "name");
            const std::string what = text_in(s, "kind");
            const bool resets = what == "VAR_RESET" || what == "VAR_SET_DEFAULT";
            if ((what != "VAR_SET_VALUE" && !resets) || name == "TRANSACTION") return;
            Change& c = add(Act::ChangeSession, {});
            c.name = name;
            c.only = flag_in(s, "is_local") || resets;
            const auto& values = array_in(s, "args");
            if (!values.empty()) {
                c.new_name = text_in(object_in(node(values[0], "A_Const"), "sval"), "sval");
            }
        } else if (kind == "CommentStmt") {
            const std::string what = text_in(s, "objtype");
            if (what != "OBJECT_TABLE" && what != "OBJECT_COLUMN") return;
            auto words = words_of(array_in(object_in(object_in(s, "object"), "List"), "items"));
            if (what == "OBJECT_COLUMN" && !words.empty()) words.pop_back();
            add(Act::AlterLight, name_of(words));
        } else if (kind == "DoStmt") {
            add(Act::Dynamic, {}).name = "a DO block";
        } else if (kind == "ExecuteStmt") {
            add(Act::Dynamic, {}).name = "EXECUTE";
        } else if (kind == "CallStmt") {
            add(Act::Dynamic, {}).name = "CALL";
        } else if (kind == "CreatePolicyStmt" || kind == "AlterPolicyStmt") {
            add(Act::AlterStrong, relation(object_in(s, "table")));
        } else if (kind == "RuleStmt") {
            add(Act::AlterStrong, relation(object_in(s, "relation")));
        }
    }

private:
    /// Statements in WITH that write.
    void parts(const Object& s) {
        for (const auto& each : array_in(object_in(s, "withClause"), "ctes")) {
            const Object& query = object_in(node(each, "CommonTableExpr"), "ctequery");
            for (const auto& [kind, inner] : query) {
                const bool writes =
                    kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt";
                if (writes && inner.is_object()) statement(kind, inner.get_object());
            }
        }
    }

    /// For people; empty for kinds that no rule is about.
    static std::string object_type(std::string_view kind) {
        if (kind == "OBJECT_VIEW") return "view";
        if (kind == "OBJECT_MATVIEW") return "materialized view";
        if (kind == "OBJECT_SEQUENCE") return "sequence";
        if (kind == "OBJECT_TYPE" || kind == "OBJECT_DOMAIN") return "type";
        if (kind == "OBJECT_FUNCTION" || kind == "OBJECT_PROCEDURE" || kind == "OBJECT_ROUTINE") {
            return "function";
        }
        return {};
    }

    /// What ALTER … RENAME and SET SCHEMA name.
    static Name named(const Object& s) {
        if (s.contains("relation")) return relation(object_in(s, "relation"));
        const auto* object = find(s, "object");
        return object == nullptr ? Name() : object_name(*object);
    }

    Change& add(Act act, Name table) {
        Change& change = changes_.emplace_back();
        change.act = act;
        change.table = std::move(table);
        return change;
    }

    static bool is_cascade(const Object& s) { return text_in(s, "behavior") == "DROP_CASCADE"; }

    static bool has_option(const json::array& options, std::string_view name) {
        return std::ranges::any_of(options, [&](const json::value& each) {
            const auto& option = node(each, "DefElem");
            if (text_in(option, "defname") != name) return false;
            const auto& word = object_in(object_in(option, "arg"), "String");
            const std::string value = text_in(word, "sval");
            return value != "false" && value != "off";
        });
    }

    static std::vector<std::string> index_columns(const json::array& params) {
        std::vector<std::string> columns;
        for (const auto& each : params) {
            columns.push_back(text_in(node(each, "IndexElem"), "name"));
            if (columns.back().empty()) return {};
        }
        return columns;
    }

    void alter_table(const Object& s) {
        const std::string what = text_in(s, "objtype");
        if (what != "OBJECT_TABLE" && what != "OBJECT_MATVIEW" && what != "OBJECT_INDEX") return;
        const Name table = relation(object_in(s, "relation"));
        for (const auto& each : array_in(s, "cmds")) {
            command(table, node(each, "AlterTableCmd"), what == "OBJECT_INDEX");
        }
    }

    void command(const Name& table, const Object& c, bool on_index) {
        const std::string kind = text_in(c, "subtype");
        const std::string name = text_in(c, "name");
        const Object& def = object_in(c, "def");
        if (kind == "AT_AddColumn")
            return add_column(table, object_in(def, "ColumnDef"), flag_in(c, "missing_ok"));
        if (kind == "AT_AddConstraint")
            return constraint(table, object_in(def, "Constraint"), nullptr);
        if (kind == "AT_AlterColumnType") {
            const Object& column = object_in(def, "ColumnDef");
            const Object& type = object_in(column, "typeName");
            Change& change = add(Act::ColumnType, table);
            change.name = name;
            change.type = type_text(type);
            change.clause = clause_from(text_, location(type));
            // Another order needs other indexes.
            change.converts = converts(column, name, change.type) || column.contains("collClause");
            return;
        }
        if (kind == "AT_AttachPartition" || kind == "AT_DetachPartition") {
            const Object& partition = object_in(def, "PartitionCmd");
            if (on_index) return;
            Change& change =
                add(kind == "AT_AttachPartition" ? Act::AttachPartition : Act::DetachPartition,
                    table);
            change.other = relation(object_in(partition, "name"));
            change.concurrently = flag_in(partition, "concurrent");
            change.clause = clause_from(text_, location(object_in(partition, "bound")));
            return;
        }
        const Act act = kind == "AT_SetNotNull"           ? Act::SetNotNull
                        : kind == "AT_DropNotNull"        ? Act::DropNotNull
                        : kind == "AT_DropColumn"         ? Act::DropColumn
                        : kind == "AT_DropConstraint"     ? Act::DropConstraint
                        : kind == "AT_ValidateConstraint" ? Act::Validate
                        : kind == "AT_SetLogged" || kind == "AT_SetUnLogged" ||
                                kind == "AT_SetTableSpace" || kind == "AT_SetAccessMethod"
                            ? Act::Rewrite
                        : kind == "AT_SetStatistics" || kind == "AT_SetRelOptions" ||
                                kind == "AT_ResetRelOptions" || kind == "AT_ClusterOn" ||
                                kind == "AT_DropCluster" || kind == "AT_SetOptions"
                            ? Act::AlterLight
                        : kind == "AT_EnableRowSecurity" ? Act::EnableRowSecurity
                        : kind.starts_with("AT_EnableTrig") || kind.starts_with("AT_DisableTrig") ||
                                kind.starts_with("AT_EnableAlwaysTrig") ||
                                kind.starts_with("AT_EnableReplicaTrig")
                            ? Act::AlterMiddle
                            : Act::AlterStrong;
        Change& change = add(act, table);
        change.name = name;
        change.cascade = is_cascade(c);
        change.if_exists = flag_in(c, "missing_ok");
        change.recurses = kind == "AT_ColumnDefault" || kind == "AT_SetStorage" ||
                          kind == "AT_SetCompression" || kind == "AT_SetStatistics";
    }

    /// Whether USING does more than what the type alone says.
    static bool converts(const Object& column, const std::string& name, const std::string& type) {
        const Object& value = object_in(column, "raw_default");
        if (value.empty()) return false;
        const Object* inner = &value;
        if (const Object& cast = object_in(value, "TypeCast"); !cast.empty()) {
            if (type_text(object_in(cast, "typeName")) != type) return true;
            inner = &object_in(cast, "arg");
        }
        const auto& fields = array_in(object_in(*inner, "ColumnRef"), "fields");
        return fields.size() != 1 || word_of(fields[0]) != name;
    }

    void add_column(const Name& table, const Object& column, bool if_missing) {
        const std::size_t at = changes_.size();
        {
            Change& change = add(Act::AddColumn, table);
            change.name = text_in(column, "colname");
            change.if_exists = if_missing;
            change.type = type_text(object_in(column, "typeName"));
            change.clause = clause_from(text_, location(column));
            change.fills = change.type.ends_with("serial") || change.type.ends_with("serial8") ||
                           change.type.ends_with("serial4") || change.type.ends_with("serial2");
        }
        for (const auto& each : array_in(column, "constraints")) {
            const Object& c = node(each, "Constraint");
            const std::string kind = text_in(c, "contype");
            Change& change = changes_[at];
            if (kind == "CONSTR_NOTNULL" || kind == "CONSTR_PRIMARY") change.not_null = true;
            if (kind == "CONSTR_GENERATED" || kind == "CONSTR_IDENTITY") change.fills = true;
            if (kind == "CONSTR_DEFAULT") {
                const auto* value = find(c, "raw_expr");
                change.has_default = value != nullptr && node(*value, "A_Const").find("isnull") ==
                                                             node(*value, "A_Const").end();
                if (value != nullptr) functions_in(*value, change.functions);
            }
        }
        for (const auto& each : array_in(column, "constraints")) {
            constraint(table, node(each, "Constraint"), &column);
            // A column without values has nothing to be compared.
            if (changes_.back().act == Act::AddForeignKey && !changes_[at].has_default &&
                !changes_[at].fills) {
                changes_.back().not_valid = true;
            }
        }
    }

    void constraint(const Name& table, const Object& c, const Object* column) {
        const std::string kind = text_in(c, "contype");
        const bool by_index = c.contains("indexname");
        Act act{};
        if (by_index) {
            act = Act::AddConstraintUsingIndex;
        } else if (kind == "CONSTR_CHECK") {
            act = Act::AddCheck;
        } else if (kind == "CONSTR_FOREIGN") {
            act = Act::AddForeignKey;
        } else if (kind == "CONSTR_UNIQUE") {
            act = Act::AddUnique;
        } else if (kind == "CONSTR_PRIMARY") {
            act = Act::AddPrimaryKey;
        } else if (kind == "CONSTR_EXCLUSION") {
            act = Act::AddExclusion;
        } else {
            return;
        }
        Change& change = add(act, table);
        change.name = text_in(c, "conname");
        change.new_name = text_in(c, "indexname");
        change.other = relation(object_in(c, "pktable"));
        change.not_valid = flag_in(c, "skip_validation");
        change.unique = kind == "CONSTR_PRIMARY";
        change.columns = words_of(array_in(c, kind == "CONSTR_FOREIGN" ? "fk_attrs" : "keys"));
        if (column != nullptr) {
            change.columns = {text_in(*column, "colname")};
        } else {
            change.clause = clause_from(text_, location(c));
        }
    }

    void create_table(const Object& s) {
        const Name table = relation(object_in(s, "relation"));
        {
            Change& change = add(Act::CreateTable, table);
            change.if_exists = flag_in(s, "if_not_exists");
            if (s.contains("partbound")) {
                const auto& parents = array_in(s, "inhRelations");
                if (!parents.empty()) change.other = relation(node(parents[0], "RangeVar"));
            }
        }
        const auto foreign = [&](const Object& c) {
            if (text_in(c, "contype") != "CONSTR_FOREIGN") return;
            Change& change = add(Act::AddForeignKey, table);
            change.other = relation(object_in(c, "pktable"));
            change.not_valid = true;
        };
        for (const auto& each : array_in(s, "tableElts")) {
            foreign(node(each, "Constraint"));
            for (const auto& inner : array_in(node(each, "ColumnDef"), "constraints")) {
                foreign(node(inner, "Constraint"));
            }
        }
        for (const auto& each : array_in(s, "constraints")) foreign(node(each, "Constraint"));
    }

    void drop(const Object& s) {
        const std::string kind = text_in(s, "removeType");
        const Act act =
            kind == "OBJECT_TABLE"                              ? Act::DropTable
            : kind == "OBJECT_INDEX"                            ? Act::DropIndex
            : kind == "OBJECT_VIEW" || kind == "OBJECT_MATVIEW" ? Act::DropView
            : kind == "OBJECT_FUNCTION" || kind == "OBJECT_PROCEDURE" || kind == "OBJECT_ROUTINE"
                ? Act::DropFunction
            : kind == "OBJECT_SCHEMA" ? Act::DropSchema
            : kind == "OBJECT_TYPE" || kind == "OBJECT_DOMAIN" || kind == "OBJECT_SEQUENCE"
                ? Act::DropObject
                : Act::AlterStrong;
        for (const auto& each : array_in(s, "objects")) {
            if (act == Act::AlterStrong) {
                // A trigger, a rule or a policy stands behind its table.
                if (kind != "OBJECT_TRIGGER" && kind != "OBJECT_POLICY" && kind != "OBJECT_RULE")
                    return;
                auto words = words_of(array_in(node(each, "List"), "items"));
                if (words.empty()) return;
                words.pop_back();
                add(act, name_of(words));
                continue;
            }
            Change& change = add(act, object_name(each));
            change.cascade = is_cascade(s);
            change.concurrently = flag_in(s, "concurrent");
            change.if_exists = flag_in(s, "missing_ok");
            if (act == Act::DropObject) change.type = object_type(kind);
        }
    }

    void rename(const Object& s) {
        const std::string kind = text_in(s, "renameType");
        Act act{};
        const std::string of = text_in(s, "relationType");
        if (kind == "OBJECT_COLUMN" &&
            (of == "OBJECT_TABLE" || of == "OBJECT_VIEW" || of == "OBJECT_MATVIEW")) {
            act = Act::RenameColumn;
        } else if (kind == "OBJECT_TABLE") {
            act = Act::RenameTable;
        } else if (kind == "OBJECT_INDEX") {
            act = Act::RenameIndex;
        } else if (kind == "OBJECT_SCHEMA") {
            act = Act::RenameSchema;
        } else if (kind == "OBJECT_TABCONSTRAINT") {
            act = Act::AlterStrong;
        } else if (!object_type(kind).empty()) {
            act = Act::RenameObject;
        } else {
            return;
        }
        if (act == Act::RenameObject) {
            add(act, named(s)).type = object_type(kind);
            return;
        }
        Change& change = add(act, relation(object_in(s, "relation")));
        change.name = text_in(s, "subname");
        change.new_name = text_in(s, "newname");
        if (act == Act::RenameSchema) change.table = {"", change.name};
    }

    std::string_view text_;
    std::vector<Change> changes_;
};

/// Deeper trees say nothing that a rule asks for, and cost stack.
constexpr std::size_t kDeepest = 400;

}  // namespace

std::vector<Change> changes_of(
    const std::string& tree, std::string_view text, std::string& why_not
) {
    json::error_code failed;
    json::monotonic_resource memory;
    const json::value root =
        json::parse(tree, failed, &memory, {.max_depth = kDeepest, .allow_invalid_utf8 = true});
    if (failed || !root.is_object()) {
        why_not = "it is too deep";
        return {};
    }
    TreeReading reading(text);
    for (const auto& each : array_in(root.get_object(), "stmts")) {
        if (!each.is_object()) continue;
        for (const auto& [kind, statement] : object_in(each.get_object(), "stmt")) {
            if (statement.is_object()) reading.statement(kind, statement.get_object());
        }
    }
    return reading.take();
}

}  // namespace migrator::analysis

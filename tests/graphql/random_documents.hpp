#pragma once

#include <cctype>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/schema.hpp"

/// Documents made from a schema by chance, the same ones for the same seed.
namespace migrator::graphql::test {

class RandomDocuments {
public:
    RandomDocuments(const Schema& schema, std::uint32_t seed) : schema_(schema), random_(seed) {
        for (const Type* type : schema.listed_types()) {
            words_.push_back(type->name);
            if (type->is_composite() && !type->name.starts_with("__")) composites_.push_back(type);
            for (const FieldType& field : type->fields) {
                words_.push_back(field.name);
                for (const InputValue& argument : field.arguments) words_.push_back(argument.name);
            }
            for (const InputValue& field : type->input_fields) words_.push_back(field.name);
            for (const EnumValue& value : type->values) words_.push_back(value.name);
        }
        for (const char* word : {"F0", "F1", "F2", "null", "true", "nope", "x", "if", "skip"}) {
            words_.emplace_back(word);
        }
    }

    /// An operation with fragments and variables; mostly a valid one.
    std::string valid() {
        variables_.clear();
        names_ = 0;
        std::vector<const Type*> conditions;
        for (auto count = below(4); count > 0; --count) conditions.push_back(pick(composites_));
        fragments_ = conditions;
        const auto [keyword, root] = operation();
        in_subscription_ = keyword == "subscription";
        std::string text = selection_set(*root, 0, 0);
        for (std::size_t i = 0; i < conditions.size(); ++i) {
            // A fragment spreads only later ones, so there are no cycles.
            text += "\nfragment F" + std::to_string(i) + " on " + conditions[i]->name + " " +
                    selection_set(*conditions[i], i + 1, 1);
        }
        if (variables_.empty()) return keyword + " " + text;
        return keyword + " Q(" + variables_ + ") " + text;
    }

    /// One with words exchanged, and now and then tokens lost, doubled or moved.
    std::string mutated() {
        auto tokens = split(valid());
        for (auto changes = 1 + below(3); changes > 0; --changes) {
            const std::size_t at = below(tokens.size());
            const auto token = tokens.begin() + static_cast<std::ptrdiff_t>(at);
            const bool is_value = std::isdigit(static_cast<unsigned char>((*token)[0])) != 0;
            if (is_value || is_name(*token)) {
                *token = pick(is_value ? values_ : words_);
            } else if (chance(92)) {
                ++changes;  // another token
            } else if (chance(40)) {
                tokens.erase(token);
            } else if (chance(50)) {
                tokens.insert(token, *token);
            } else {
                std::swap(*token, tokens[below(tokens.size())]);
            }
            if (tokens.empty()) break;
        }
        std::string text;
        for (const std::string& token : tokens) text += token + (chance(15) ? "\n" : " ");
        return text;
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <typename Items>
    const typename Items::value_type& pick(const Items& items) {
        return items[below(items.size())];
    }

    std::pair<std::string, const Type*> operation() {
        if (schema_.mutation() != nullptr && chance(15)) return {"mutation", schema_.mutation()};
        if (schema_.subscription() != nullptr && chance(5)) {
            return {"subscription", schema_.subscription()};
        }
        return {"query", schema_.query()};
    }

    /// `first`: the first fragment that may be spread here.
    std::string selection_set(const Type& type, std::size_t first, std::size_t depth) {
        std::string text = "{";
        for (auto count = 1 + below(4); count > 0; --count) {
            text += " " + selection(type, first, depth);
        }
        return text + " }";
    }

    std::string selection(const Type& type, std::size_t first, std::size_t depth) {
        if (first < fragments_.size() && chance(25)) {
            const std::size_t index = first + below(fragments_.size() - first);
            if (overlap(type, *fragments_[index])) {
                return "...F" + std::to_string(index) + directives();
            }
        }
        if (depth < 5 && chance(20)) {
            const Type& inner = *pick(composites_);
            const bool bare = chance(30);
            if (bare || !overlap(type, inner)) {
                return "..." + directives() + " " + selection_set(type, first, depth + 1);
            }
            return "... on " + inner.name + directives() + " " +
                   selection_set(inner, first, depth + 1);
        }
        if (type.fields.empty() || chance(5)) return "__typename";
        const FieldType& field = pick(type.fields);
        const bool composite = field.type.named->is_composite();
        if (composite && depth >= 4) return "__typename";
        std::string text;
        if (!field.arguments.empty() ? chance(80) : chance(10)) {
            text = (chance(85) ? "a" + std::to_string(names_++) : std::string("x")) + ": ";
        }
        text += field.name + arguments(field.arguments) + directives();
        if (composite) text += " " + selection_set(*field.type.named, first, depth + 1);
        return text;
    }

    std::string directives() {
        if (!chance(8)) return {};
        std::string text = chance(50) ? " @skip(if: " : " @include(if: ";
        // The reference can't tell the root fields of a subscription that depend on a variable.
        text += in_subscription_ || chance(60) ? "true" : variable("Boolean!");
        return text + ")";
    }

    std::string arguments(const std::vector<InputValue>& definitions) {
        std::string text;
        for (const InputValue& argument : definitions) {
            if (!argument.is_required() && chance(40)) continue;
            text += (text.empty() ? "" : ", ") + argument.name + ": " + value(argument.type, 0);
        }
        return text.empty() ? text : "(" + text + ")";
    }

    std::string variable(const std::string& type) {
        const std::string name = "$v" + std::to_string(names_++);
        variables_ += (variables_.empty() ? "" : ", ") + name + ": " + type;
        return name;
    }

    std::string value(const TypeRef& type, std::size_t depth) {
        if (chance(12)) return variable(type.text());
        if (type.is_non_null()) return value(type.inner(), depth);
        if (chance(6) && depth > 0) return "1";
        if (type.is_list()) {
            if (chance(15)) return value(type.inner(), depth);
            std::string text;
            for (auto count = below(3); count > 0; --count) {
                text += " " + value(type.inner(), depth + 1);
            }
            return "[" + text + "]";
        }
        return named_value(*type.named, depth);
    }

    std::string named_value(const Type& type, std::size_t depth) {
        if (type.kind == ast::TypeKind::Enum) return pick(type.values).name;
        if (type.kind == ast::TypeKind::InputObject) {
            std::string text;
            for (const InputValue& field : type.input_fields) {
                if (!field.is_required() && (depth > 2 || chance(60))) continue;
                text +=
                    (text.empty() ? "" : ", ") + field.name + ": " + value(field.type, depth + 1);
            }
            return "{" + text + "}";
        }
        if (type.name == "Int") return std::to_string(below(100));
        if (type.name == "Float") return chance(50) ? "1.5" : "3";
        if (type.name == "Boolean") return chance(50) ? "true" : "false";
        if (type.name == "ID") return chance(50) ? "7" : "\"id\"";
        if (type.name == "String") return chance(50) ? "\"s\"" : "\"\"\" s \"\"\"";
        return chance(50) ? "{a: [1, \"b\"]}" : "\"2021-10-26\"";
    }

    bool overlap(const Type& a, const Type& b) const {
        for (const Type* one : schema_.possible_types(a)) {
            for (const Type* two : schema_.possible_types(b)) {
                if (one == two) return true;
            }
        }
        return false;
    }

    /// Keywords are not: a document without them is a syntax error and nothing else.
    static bool is_name(const std::string& token) {
        const bool keyword = token == "query" || token == "mutation" || token == "subscription" ||
                             token == "fragment" || token == "on";
        return !keyword && std::isalpha(static_cast<unsigned char>(token[0])) != 0;
    }

    /// Words with `$`, `@` or quotes around them, `...`, and single characters.
    static std::vector<std::string> split(const std::string& text) {
        const auto is_word = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' ||
                   c == '-';
        };
        std::vector<std::string> tokens;
        for (std::size_t i = 0; i < text.size();) {
            std::size_t end = i + 1;
            if (text.compare(i, 3, "...") == 0) {
                end = i + 3;
            } else if (text.compare(i, 3, "\"\"\"") == 0) {
                end = text.find("\"\"\"", i + 3) + 3;
            } else if (text[i] == '"') {
                end = text.find('"', i + 1) + 1;
            } else if (is_word(text[i]) || text[i] == '$' || text[i] == '@') {
                while (end < text.size() && is_word(text[end])) ++end;
            }
            if (text[i] != ' ' && text[i] != '\n') tokens.push_back(text.substr(i, end - i));
            i = end;
        }
        return tokens;
    }

    const Schema& schema_;
    std::mt19937 random_;
    std::vector<std::string> words_;
    std::vector<std::string> values_{
        "null", "true", "1", "2.5", "\"s\"", "RED", "[1]", "{a: 1}", "$v0"};
    std::vector<const Type*> composites_;
    std::vector<const Type*> fragments_;  // their conditions
    std::string variables_;
    std::size_t names_ = 0;
    bool in_subscription_ = false;
};

}  // namespace migrator::graphql::test

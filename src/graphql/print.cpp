#include <fmt/format.h>

#include "graphql/parser.hpp"

namespace migrator::graphql {
namespace {

std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto code = static_cast<unsigned char>(c);
        const bool is_c1 = code == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\b') {
            result += "\\b";
        } else if (c == '\f') {
            result += "\\f";
        } else if (c == '\n') {
            result += "\\n";
        } else if (c == '\r') {
            result += "\\r";
        } else if (c == '\t') {
            result += "\\t";
        } else if (code < 0x20 || code == 0x7F) {
            result += fmt::format("\\u{:04X}", code);
        } else if (is_c1) {
            result += fmt::format("\\u{:04X}", static_cast<unsigned char>(text[++i]));
        } else {
            result += c;
        }
    }
    return result + '"';
}

}  // namespace

std::string_view name_of(ast::TypeKind kind) {
    switch (kind) {
        case ast::TypeKind::Scalar:
            return "SCALAR";
        case ast::TypeKind::Object:
            return "OBJECT";
        case ast::TypeKind::Interface:
            return "INTERFACE";
        case ast::TypeKind::Union:
            return "UNION";
        case ast::TypeKind::Enum:
            return "ENUM";
        case ast::TypeKind::InputObject:
            return "INPUT_OBJECT";
    }
    return {};
}

std::string print(const ast::Value& value) {
    std::string text;
    switch (value.kind) {
        case ast::ValueKind::Variable:
            return "$" + value.text;
        case ast::ValueKind::Null:
            return "null";
        case ast::ValueKind::String:
            return in_quotes(value.text);
        case ast::ValueKind::List:
            for (const ast::Value& item : value.items) {
                text += (text.empty() ? "" : ", ") + print(item);
            }
            return "[" + text + "]";
        case ast::ValueKind::Object:
            for (const ast::ObjectField& field : value.fields) {
                text += (text.empty() ? "" : ", ") + field.name.text + ": " + print(field.value);
            }
            return "{" + text + "}";
        default:
            return value.text;
    }
}

std::string print(const ast::TypeReference& type) {
    switch (type.kind) {
        case ast::TypeReference::Kind::Named:
            return type.name.text;
        case ast::TypeReference::Kind::List:
            return "[" + print(type.of[0]) + "]";
        case ast::TypeReference::Kind::NonNull:
            return print(type.of[0]) + "!";
    }
    return {};
}

}  // namespace migrator::graphql

#include "graphql/parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "graphql/syntax.hpp"

namespace migrator::graphql {
namespace {

constexpr std::size_t kMaxNesting = 200;

/// Of the first byte that is not UTF-8.
Location first_invalid(std::string_view text) {
    const std::string valid = to_valid_utf8(text);
    const auto end = std::mismatch(text.begin(), text.end(), valid.begin(), valid.end()).first;
    Location at;
    for (auto byte = text.begin(); byte != end; ++byte) {
        const auto code = static_cast<unsigned char>(*byte);
        if (*byte == '\n' || (*byte == '\r' && (byte + 1 == end || byte[1] != '\n'))) {
            ++at.line;
            at.column = 1;
        } else if ((code & 0xC0U) != 0x80U) {
            at.column += code >= 0xF0 ? 2 : 1;
        }
    }
    return at;
}

}  // namespace

std::variant<ast::Document, RequestError> parse(std::string_view text, const Limits& limits) {
    // Here and nowhere else a failure becomes a value: a bad text is an outcome we expect.
    try {
        if (text.size() > limits.document_bytes) {
            fail_syntax(
                {},
                fmt::format(
                    "Document has {} bytes, the limit is {}.", text.size(), limits.document_bytes
                )
            );
        }
        if (!is_valid_utf8(text)) {
            fail_syntax(first_invalid(text), "Invalid character: the document is not UTF-8.");
        }
        return Syntax(text, limits).document();
    } catch (SyntaxFailure& failure) {
        return std::move(failure.error);
    }
}

Syntax::Syntax(std::string_view text, const Limits& limits) : lexer_(text), limits_(limits) {
    take();
}

Syntax::Level::Level(Syntax& syntax) : syntax_(syntax) {
    if (syntax_.nesting_ >= kMaxNesting) {
        fail_syntax(
            syntax_.token_.at,
            fmt::format("Document is nested too deeply, the limit is {} levels.", kMaxNesting)
        );
    }
    ++syntax_.nesting_;
}

ast::Document Syntax::document() {
    ast::Document document;
    do document.definitions.push_back(definition());
    while (!at(TokenKind::End));
    return document;
}

ast::Definition Syntax::definition() {
    if (at(TokenKind::BraceOpen)) return operation();
    const bool described = at_description();
    const Token keyword = described ? lookahead() : token_;
    if (keyword.kind != TokenKind::Name) fail_unexpected(keyword);
    static constexpr std::string_view kTypeSystem[] = {
        "schema", "scalar", "type", "interface", "union", "enum", "input", "directive"};
    if (std::ranges::find(kTypeSystem, keyword.text) != std::end(kTypeSystem)) {
        return type_system_definition(keyword.text);
    }
    if (described) {
        fail_syntax(
            token_.at,
            "Unexpected description, descriptions are supported only on type definitions."
        );
    }
    if (keyword.text == "query" || keyword.text == "mutation" || keyword.text == "subscription") {
        return operation();
    }
    if (keyword.text == "fragment") return fragment();
    if (keyword.text == "extend") return extension();
    fail_unexpected(keyword);
}

ast::Name Syntax::name() {
    Token token = expect(TokenKind::Name);
    return {.text = std::move(token.text), .at = token.at};
}

const Token& Syntax::lookahead() {
    if (!ahead_) ahead_ = lexer_.next();
    return *ahead_;
}

Token Syntax::take() {
    Token taken = std::move(token_);
    lookahead();
    token_ = std::move(*ahead_);
    ahead_.reset();
    if (!at(TokenKind::End) && ++tokens_ > limits_.tokens) {
        fail_syntax(
            token_.at, fmt::format("Document has too many tokens, the limit is {}.", limits_.tokens)
        );
    }
    return taken;
}

Token Syntax::expect(TokenKind kind) {
    if (at(kind)) return take();
    fail_syntax(token_.at, fmt::format("Expected {}, found {}.", describe(kind), describe(token_)));
}

void Syntax::expect_keyword(std::string_view word) {
    if (skip_keyword(word)) return;
    fail_syntax(token_.at, fmt::format("Expected \"{}\", found {}.", word, describe(token_)));
}

bool Syntax::skip(TokenKind kind) {
    if (!at(kind)) return false;
    take();
    return true;
}

bool Syntax::skip_keyword(std::string_view word) {
    if (!at_keyword(word)) return false;
    take();
    return true;
}

void Syntax::fail_unexpected(const Token& token) {
    fail_syntax(token.at, fmt::format("Unexpected {}.", describe(token)));
}

}  // namespace migrator::graphql

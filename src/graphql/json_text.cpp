#include "graphql/json_text.hpp"

#include <array>
#include <charconv>

#include "core/json_text.hpp"
#include "core/utf8.hpp"

namespace migrator::graphql {
namespace {

constexpr std::size_t kGathered = 65'536;

}  // namespace

JsonText::JsonText(Output& output) : output_(output), written_(output.size()) {}

void JsonText::raw(std::string_view text) {
    if (gathered_.size() + text.size() > kGathered) flush();
    if (text.size() < kGathered / 4) {
        gathered_ += text;
        return;
    }
    flush();
    try {
        output_.append(text);
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
    written_ += text.size();
}

void JsonText::raw(char character) { raw(std::string_view(&character, 1)); }

void JsonText::integer(std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    raw(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void JsonText::number(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    raw(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void JsonText::string(std::string_view value) {
    raw('"');
    while (!value.empty()) {
        const std::string_view piece = utf8_prefix(value, kGathered / 4);
        append_json_escaped(gathered_, piece);
        if (gathered_.size() > kGathered) flush();
        value.remove_prefix(piece.size());
    }
    raw('"');
}

void JsonText::cut(std::size_t size) {
    if (size >= written_) {
        gathered_.resize(size - written_);
        return;
    }
    gathered_.clear();
    try {
        output_.cut(size);
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
    written_ = size;
}

void JsonText::flush() {
    if (gathered_.empty()) return;
    try {
        output_.append(gathered_);
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
    written_ += gathered_.size();
    gathered_.clear();
}

}  // namespace migrator::graphql

#include "cloud/aws/json_members.hpp"

#include <boost/json.hpp>
#include <string_view>

namespace migrator::cloud::aws {
namespace {

/// Reads tokens of a text that is known to be valid JSON.
class JsonText {
public:
    explicit JsonText(std::string_view text) : rest_(text) {}

    char next() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
        return rest_.empty() ? '\0' : rest_.front();
    }
    void skip() { rest_.remove_prefix(next() == '\0' ? 0 : 1); }

    /// A whole value, without the blanks between its tokens.
    std::string value() {
        std::string result;
        int depth = 0;
        do {
            const char c = next();
            if (c == '"') {
                result += string();
                continue;
            }
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            if (std::string_view("{}[],:").find(c) != std::string_view::npos) {
                result += c;
                skip();
            } else {
                const auto end = std::min(rest_.find_first_of("{}[],:\" \t\r\n"), rest_.size());
                result += rest_.substr(0, end);
                rest_.remove_prefix(end);
            }
        } while (depth > 0 && !rest_.empty());
        return result;
    }

private:
    /// With its quotes and escapes.
    std::string string() {
        std::size_t end = 1;
        while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
        std::string result(rest_.substr(0, end + 1));
        rest_.remove_prefix(result.size());
        return result;
    }

    std::string_view rest_;
};

std::string decoded(const std::string& string) {
    const boost::json::value value = boost::json::parse(string);
    return {value.get_string().data(), value.get_string().size()};
}

}  // namespace

std::optional<std::map<std::string, std::optional<std::string>>> json_members(
    const std::string& text
) {
    boost::system::error_code error;
    const boost::json::value document = boost::json::parse(text, error);
    if (error || !document.is_object()) return std::nullopt;
    std::map<std::string, std::optional<std::string>> members;
    JsonText json(text);
    json.skip();  // {
    while (json.next() == '"') {
        const std::string name = decoded(json.value());
        json.next();
        json.skip();  // :
        const std::string value = json.value();
        if (value == "null") {
            members[name] = std::nullopt;
        } else {
            members[name] = value.starts_with('"') ? decoded(value) : value;
        }
        json.next();
        json.skip();  // , or }
    }
    return members;
}

}  // namespace migrator::cloud::aws

#include "db/sqlserver/data_source_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/ascii.hpp"
#include "core/percent.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::string_view kUrl = "sqlserver://";
constexpr std::string_view kOdbc = "odbc:";
constexpr auto kNone = std::string_view::npos;

std::string decode(std::string_view text, Plus plus, const char* where) {
    const auto result = percent_decoded(text, plus);
    if (!result) {
        throw data_source_error(
            fmt::format("{} contains a '%' without two hexadecimal digits; write '%' as %25", where)
        );
    }
    if (result->find('\0') != std::string::npos) {
        throw data_source_error(fmt::format("{} contains a NUL byte", where));
    }
    return *result;
}

class UrlParser {
public:
    explicit UrlParser(std::string_view text) : rest_(text.substr(kUrl.size())) {}

    std::vector<SyntaxPair> parse() {
        if (rest_.find('#') != kNone) {
            throw data_source_error("the URL contains a '#'; write '#' as %23");
        }
        const auto query = rest_.find('?');
        if (query != kNone) {
            query_ = rest_.substr(query + 1);
            rest_ = rest_.substr(0, query);
        }
        // Everything before the last '@' is user and password, as somebody may not have encoded.
        const auto at = rest_.rfind('@');
        if (at != kNone) take_user(rest_.substr(0, at));
        take_address(at == kNone ? rest_ : rest_.substr(at + 1));
        take_query();
        return std::move(pairs_);
    }

private:
    void add(std::string name, std::string value) {
        pairs_.push_back({std::move(name), std::move(value)});
    }

    void take_user(std::string_view text) {
        const auto colon = text.find(':');
        add("user id", decode(text.substr(0, colon), Plus::IsPlus, "the user name"));
        if (colon == kNone) return;
        add("password", decode(text.substr(colon + 1), Plus::IsPlus, "the password"));
    }

    void take_address(std::string_view text) {
        const auto slash = text.find('/');
        if (slash != kNone && slash + 1 < text.size()) {
            std::string instance = decode(text.substr(slash + 1), Plus::IsPlus, "the instance");
            if (instance.ends_with('/')) instance.pop_back();
            if (!instance.empty()) add("instance", std::move(instance));
        }
        std::string_view host = text.substr(0, slash);
        std::string_view port;
        if (host.starts_with('[')) {
            const auto end = host.find(']');
            if (end == kNone) throw data_source_error("missing ']' after the address");
            port = host.substr(end + 1);
            host = host.substr(1, end - 1);
        } else if (const auto colon = host.find(':'); colon != kNone) {
            port = host.substr(colon);
            host = host.substr(0, colon);
        }
        add("server", decode(host, Plus::IsPlus, "the host"));
        if (port.empty()) return;
        if (port[0] != ':') throw data_source_error("missing ':' after the ']' of the address");
        if (port.size() > 1) add("port", std::string(port.substr(1)));
    }

    void take_query() {
        while (!query_.empty()) {
            const auto end = std::min(query_.find('&'), query_.size());
            const std::string_view pair = query_.substr(0, end);
            query_.remove_prefix(std::min(end + 1, query_.size()));
            if (pair.empty()) continue;
            const auto equals = pair.find('=');
            const std::string_view value = equals == kNone ? "" : pair.substr(equals + 1);
            add(lower_case(
                    trimmed(decode(pair.substr(0, equals), Plus::IsBlank, "a parameter's name"))
                ),
                decode(value, Plus::IsBlank, "a parameter"));
        }
    }

    std::string_view rest_;
    std::string_view query_;
    std::vector<SyntaxPair> pairs_;
};

/// `name=value;…` of ADO and of ODBC, which differ in how values are quoted.
class PairParser {
public:
    PairParser(std::string_view text, std::string_view opening) : rest_(text), opening_(opening) {}

    std::vector<SyntaxPair> parse() {
        std::vector<SyntaxPair> pairs;
        while (true) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of("; \t\r\n"), rest_.size()));
            if (rest_.empty()) return pairs;
            const auto equals = rest_.find('=');
            const auto end = rest_.find(';');
            if (equals == kNone || (end != kNone && end < equals)) {
                throw data_source_error(fmt::format(
                    "part {} has no '='; quote values that contain a ';'", pairs.size() + 1
                ));
            }
            std::string name = lower_case(trimmed(rest_.substr(0, equals)));
            if (name.empty()) {
                throw data_source_error(fmt::format("part {} has no name", pairs.size() + 1));
            }
            rest_.remove_prefix(equals + 1);
            pairs.push_back({name, value(name)});
        }
    }

private:
    std::string value(const std::string& name) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
        if (!rest_.empty() && opening_.find(rest_[0]) != kNone) return quoted(name);
        const auto end = std::min(rest_.find(';'), rest_.size());
        std::string text(trimmed(rest_.substr(0, end)));
        rest_.remove_prefix(end);
        return text;
    }

    std::string quoted(const std::string& name) {
        const char closing = rest_[0] == '{' ? '}' : rest_[0];
        std::string text;
        std::size_t at = 1;
        for (;; ++at) {
            at = std::min(at, rest_.size());
            if (at == rest_.size()) {
                throw data_source_error(fmt::format("unterminated quoted value of {}", name));
            }
            if (rest_[at] != closing) {
                text += rest_[at];
            } else if (at + 1 < rest_.size() && rest_[at + 1] == closing) {
                text += rest_[at++];  // doubled: itself
            } else {
                break;
            }
        }
        rest_.remove_prefix(at + 1);
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
        if (!rest_.empty() && rest_[0] != ';') {
            throw data_source_error(fmt::format("missing ';' after the quoted value of {}", name));
        }
        return text;
    }

    std::string_view rest_;
    std::string_view opening_;
};

}  // namespace

std::vector<SyntaxPair> parse_pairs(std::string_view text) {
    text = trimmed(text);
    if (starts_with_ignoring_case(text, kUrl)) return UrlParser(text).parse();
    if (starts_with_ignoring_case(text, kOdbc))
        return PairParser(text.substr(kOdbc.size()), "{").parse();
    if (const auto scheme = text.find("://"); scheme != kNone && scheme < text.find('=')) {
        throw data_source_error("the URL must begin with sqlserver://");
    }
    return PairParser(text, "\"'").parse();
}

Error data_source_error(const std::string& what) {
    return {ErrorKind::Configuration, "data source: " + what};
}

}  // namespace migrator::db::sqlserver

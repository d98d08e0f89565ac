#include "db/postgresql/data_source_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/percent.hpp"

namespace migrator::db::postgresql {
namespace {

constexpr std::string_view kSchemes[] = {"postgres://", "postgresql://"};

bool is_space(char c) { return kWhiteSpace.find(c) != std::string_view::npos; }

/// Reads the key/value form from left to right.
class KeyValueReader {
public:
    explicit KeyValueReader(std::string_view text) : text_(text) {}

    std::vector<SyntaxPair> read() {
        std::vector<SyntaxPair> pairs;
        for (skip_spaces(); at_ < text_.size(); skip_spaces()) pairs.push_back(pair());
        return pairs;
    }

private:
    void skip_spaces() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }

    SyntaxPair pair() {
        SyntaxPair pair;
        pair.position = at_ + 1;
        while (at_ < text_.size() && text_[at_] != '=' && !is_space(text_[at_])) {
            pair.key += text_[at_++];
        }
        skip_spaces();
        // What stands here may be the rest of a password with a space in it: only the position.
        if (at_ == text_.size() || text_[at_] != '=') {
            throw data_source_error(fmt::format(
                "missing \"=\" after the word at character {}; put a value with spaces in single "
                "quotes",
                pair.position
            ));
        }
        ++at_;
        skip_spaces();
        if (at_ < text_.size() && text_[at_] == '\'') {
            pair.value = quoted();
        } else {
            while (at_ < text_.size() && !is_space(text_[at_])) take(pair.value);
        }
        return pair;
    }

    std::string quoted() {
        const std::size_t start = at_++;
        std::string value;
        while (at_ < text_.size() && text_[at_] != '\'') take(value);
        if (at_ == text_.size()) {
            throw data_source_error(
                fmt::format("unterminated quoted string at character {}", start + 1)
            );
        }
        ++at_;
        return value;
    }

    void take(std::string& value) {
        if (text_[at_] == '\\' && ++at_ == text_.size()) return;
        value += text_[at_++];
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Takes a URL apart. Parts are views into the whole text, so that errors can tell positions.
class UrlReader {
public:
    explicit UrlReader(std::string_view text) : text_(text) {}

    std::vector<SyntaxPair> read() {
        const auto* scheme = std::ranges::find_if(kSchemes, [&](std::string_view s) {
            return text_.starts_with(s);
        });
        const std::string_view rest = text_.substr(scheme->size());
        const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
        const std::string_view tail = rest.substr(authority.size());
        const std::string_view path = tail.substr(0, tail.find('?'));

        // As Go's URL parser: a password may hold an '@', a host can't.
        const std::size_t at = authority.rfind('@');
        if (at == std::string_view::npos && path.find('@') != std::string_view::npos) {
            throw data_source_error(
                "the '@' before the host follows a '/'; percent-encode the password"
            );
        }
        if (at != std::string_view::npos) user_info(authority.substr(0, at));
        hosts(at == std::string_view::npos ? authority : authority.substr(at + 1));
        if (path.size() > 1) add("dbname", path.substr(1), decode(path.substr(1)));
        if (path.size() < tail.size()) query(tail.substr(path.size() + 1));
        return std::move(pairs_);
    }

private:
    std::size_t position(std::string_view part) const {
        return static_cast<std::size_t>(part.data() - text_.data()) + 1;
    }

    void add(std::string key, std::string_view where, std::string value) {
        pairs_.push_back({std::move(key), std::move(value), position(where)});
    }

    /// `Plus::IsBlank` as in a query string, which is how Go reads it.
    std::string decode(std::string_view part, Plus plus = Plus::IsPlus) const {
        const std::size_t bad = std::min(find_bad_percent(part), part.find("%00"));
        if (bad != std::string_view::npos) {
            throw data_source_error(fmt::format(
                "'%' at character {} must be followed by two hexadecimal digits other than 00 "
                "(write '%' as %25)",
                position(part) + bad
            ));
        }
        return *percent_decoded(part, plus);
    }

    void user_info(std::string_view info) {
        const std::size_t colon = info.find(':');
        const std::string_view user = info.substr(0, colon);
        if (!user.empty()) add("user", user, decode(user));
        if (colon == std::string_view::npos) return;
        add("password", info.substr(colon + 1), decode(info.substr(colon + 1)));
    }

    void hosts(std::string_view list) {
        if (list.empty()) return;
        std::string hosts;
        std::string ports;
        for (std::size_t begin = 0; begin <= list.size();) {
            const std::size_t comma = std::min(list.find(',', begin), list.size());
            const auto [host, port] = host_and_port(list.substr(begin, comma - begin));
            if (begin > 0) {
                hosts += ',';
                ports += ',';
            }
            hosts += host;
            ports += port;
            begin = comma + 1;
        }
        if (hosts.find_first_not_of(',') != std::string::npos) add("host", list, hosts);
        if (ports.find_first_not_of(',') != std::string::npos) add("port", list, ports);
    }

    std::pair<std::string, std::string> host_and_port(std::string_view part) const {
        std::size_t end = part.find(':');
        std::string_view host = part.substr(0, end);
        if (part.starts_with('[')) {
            const std::size_t bracket = part.find(']');
            if (bracket == std::string_view::npos) {
                throw data_source_error(
                    fmt::format("missing ']' for the '[' at character {}", position(part))
                );
            }
            host = part.substr(1, bracket - 1);
            end = bracket + 1;
            if (end < part.size() && part[end] != ':') {
                throw data_source_error(
                    fmt::format("expected ':' or '/' at character {}", position(part) + end)
                );
            }
        }
        std::string port = end < part.size() ? decode(part.substr(end + 1)) : "";
        return {decode(host), std::move(port)};
    }

    void query(std::string_view text) {
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('&', begin), text.size());
            const std::string_view part = text.substr(begin, end - begin);
            begin = end + 1;
            if (part.empty()) continue;
            const std::size_t equals = part.find('=');
            if (equals == std::string_view::npos) {
                throw data_source_error(
                    fmt::format("missing \"=\" in the parameter at character {}", position(part))
                );
            }
            add(decode(part.substr(0, equals), Plus::IsBlank),
                part,
                decode(part.substr(equals + 1), Plus::IsBlank));
        }
    }

    std::string_view text_;
    std::vector<SyntaxPair> pairs_;
};

}  // namespace

Error data_source_error(const std::string& what) {
    return {ErrorKind::Configuration, "data source: " + what};
}

bool is_url(std::string_view text) {
    return std::ranges::any_of(kSchemes, [&](std::string_view s) { return text.starts_with(s); });
}

std::vector<SyntaxPair> parse_key_values(std::string_view text) {
    return KeyValueReader(text).read();
}

std::vector<SyntaxPair> parse_url(std::string_view text) { return UrlReader(text).read(); }

}  // namespace migrator::db::postgresql

#include <array>
#include <optional>

#include "config/redaction_parameters.hpp"

namespace migrator::config::redaction {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kBlanks = " \t\r\n\v\f";

/// What is shown of `name=value`, where `raw` is how that is written.
std::string shown_pair(std::string_view name, std::string_view value, std::string_view raw) {
    switch (exposure_of(name)) {
        case Exposure::Show:
            if (is_harmless_value(value)) return std::string(raw);
            [[fallthrough]];
        case Exposure::Mask:
            return std::string(without_blanks(name)) + "=" + std::string(kMask);
        case Exposure::Hide:
            break;
    }
    return std::string(kMask);
}

/// One pair of libpq's key/value form, and where it ends.
struct Pair {
    std::string_view name;
    std::string_view value;  ///< without its quotes, escapes as written
    std::size_t end = 0;
};

std::optional<Pair> parse_pair(std::string_view text, std::size_t from) {
    const auto equals = text.find('=', from);
    if (equals == kNone) return std::nullopt;
    Pair pair;
    pair.name = without_blanks(text.substr(from, equals - from));
    if (!consists_of(
            pair.name, "._ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        )) {
        return std::nullopt;
    }
    const auto start = text.find_first_not_of(kBlanks, equals + 1);
    if (start == kNone) {
        pair.end = text.size();
        return pair;
    }
    const bool is_quoted = text[start] == '\'';
    const std::size_t first = start + (is_quoted ? 1 : 0);
    std::size_t last = first;
    while (last < text.size()) {
        if (text[last] == '\\')
            ++last;
        else if (is_quoted ? text[last] == '\'' : kBlanks.find(text[last]) != kNone)
            break;
        ++last;
    }
    if (last > text.size() || (is_quoted && last == text.size())) return std::nullopt;
    pair.value = text.substr(first, last - first);
    pair.end = last + (is_quoted ? 1 : 0);
    // libpq would go on; but then the quote was rather a part of the value.
    if (pair.end < text.size() && kBlanks.find(text[pair.end]) == kNone) return std::nullopt;
    return pair;
}

bool has_valid_port(std::string_view port) {
    if (!consists_of(port, "0123456789") || port.size() > 5) return false;
    return port.size() < 5 || port <= "65535";
}

/// The part of a URL before '@'.
std::string redact_user_info(std::string_view info) {
    const auto colon = info.find(':');
    const std::string_view user = info.substr(0, colon);
    std::string shown(user);
    const std::string allowed = std::string(kLettersAndDigits) + "._~%+$!*-";
    if (!user.empty() && !consists_of(user, allowed)) shown = kMask;
    if (colon != kNone) shown += ":" + std::string(kMask);
    return shown;
}

bool are_hosts(std::string_view hosts) {
    for (std::size_t from = 0; from <= hosts.size();) {
        const auto comma = std::min(hosts.find(',', from), hosts.size());
        if (!is_host_and_port(hosts.substr(from, comma - from))) return false;
        from = comma + 1;
    }
    return true;
}

/// ADO and ODBC: pairs separated by ';'. A value may stand between `open` and `close`, where a
/// doubled `close` is one of its characters.
struct Quotes {
    char open;
    char close;
};

/// Where the value that starts at `from` ends (at a ';' or the end); nothing when its quotes are
/// not closed or something stands behind them.
std::optional<std::size_t> end_of_value(
    std::string_view text, std::size_t from, std::string_view openers, std::string_view closers
) {
    const auto start = text.find_first_not_of(kBlanks, from);
    const auto kind = start == kNone ? kNone : openers.find(text[start]);
    if (kind == kNone) return std::min(text.find(';', from), text.size());
    for (std::size_t i = start + 1; i < text.size(); ++i) {
        if (text[i] != closers[kind]) continue;
        if (i + 1 < text.size() && text[i + 1] == closers[kind]) {
            ++i;
            continue;
        }
        const auto next = std::min(text.find_first_not_of(kBlanks, i + 1), text.size());
        if (next < text.size() && text[next] != ';') return std::nullopt;
        return next;
    }
    return std::nullopt;
}

std::string redact_semicolons(
    std::string_view text, std::string_view openers, std::string_view closers
) {
    std::string result;
    SeenNames seen;
    for (std::size_t from = 0; from < text.size();) {
        const auto separator = text.find_first_of("=;", from);
        if (separator == kNone || text[separator] == ';') {
            const auto end = std::min(separator, text.size());
            if (!without_blanks(text.substr(from, end - from)).empty()) return std::string(kMask);
            if (end < text.size()) result += ';';
            from = end + 1;
            continue;
        }
        const std::string_view name = text.substr(from, separator - from);
        const auto end = end_of_value(text, separator + 1, openers, closers);
        if (!end || !seen.add(name)) return std::string(kMask);
        std::string_view value = without_blanks(text.substr(separator + 1, *end - separator - 1));
        const bool is_quoted = value.size() >= 2 && openers.find(value.front()) != kNone;
        if (is_quoted) value = value.substr(1, value.size() - 2);
        result += shown_pair(name, value, text.substr(from, *end - from));
        if (*end < text.size()) result += ';';
        from = *end + 1;
    }
    return result;
}

}  // namespace

std::string redact_key_values(std::string_view text) {
    std::string result;
    SeenNames seen;
    std::size_t from = 0;
    while (true) {
        const auto start = std::min(text.find_first_not_of(kBlanks, from), text.size());
        result += text.substr(from, start - from);
        if (start == text.size()) return result;
        const auto pair = parse_pair(text, start);
        if (!pair || !seen.add(pair->name)) return std::string(kMask);
        const bool has_escapes = pair->value.find('\\') != kNone;
        result += shown_pair(
            pair->name,
            has_escapes ? "'" : pair->value,  // escapes are not looked into: mask
            text.substr(start, pair->end - start)
        );
        from = pair->end;
    }
}

bool is_host_and_port(std::string_view text) {
    std::string_view host = text.substr(0, text.rfind(':'));
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == kNone ||
            !consists_of(text.substr(1, close - 1), "0123456789abcdefABCDEF:.%")) {
            return false;
        }
        host = text.substr(0, close + 1);
    } else if (!host.empty() && !consists_of(host, std::string(kLettersAndDigits) + "._%-")) {
        return false;
    }
    const std::string_view rest = text.substr(host.size());
    return rest.empty() || (rest.starts_with(':') && has_valid_port(rest.substr(1)));
}

std::string redact_query(std::string_view query) {
    std::string result;
    SeenNames seen;
    for (std::size_t from = 0; from < query.size();) {
        const auto end = std::min(query.find('&', from), query.size());
        const std::string_view pair = query.substr(from, end - from);
        const auto equals = pair.find('=');
        if (equals == kNone || pair.find('#') != kNone || !seen.add(pair.substr(0, equals))) {
            return std::string(kMask);
        }
        result += shown_pair(pair.substr(0, equals), pair.substr(equals + 1), pair);
        if (end < query.size()) result += '&';
        from = end + 1;
    }
    return result;
}

std::string redact_connection_url(std::string_view text) {
    const auto scheme_end = text.find("://") + 3;
    const std::string_view rest = text.substr(scheme_end);
    // A password may hold '/', '?', '#' or '@' that should have been encoded: user info goes on to
    // the last '@'. With an '@' in the parameters nobody can say what belongs to what.
    const auto at = rest.rfind('@');
    const auto question = rest.find('?');
    if (at != kNone && question < at) return std::string(kMask);
    const std::string_view tail = at == kNone ? rest : rest.substr(at + 1);
    const std::string_view place = tail.substr(0, tail.find('?'));
    const std::string_view hosts = place.substr(0, place.find('/'));
    if (!are_hosts(hosts)) return std::string(kMask);
    // `user:9,secret` without a host looks like two hosts.
    const bool may_be_user_info = at == kNone && hosts == place && hosts.find(',') != kNone;
    if (may_be_user_info) return std::string(kMask);
    if (hosts.size() < place.size()) {
        const std::string_view path = place.substr(hosts.size() + 1);
        const std::string allowed = std::string(kLettersAndDigits) + "._~%+$-";
        if (!path.empty() && !consists_of(path, allowed)) return std::string(kMask);
    }
    std::string result(text.substr(0, scheme_end));
    if (at != kNone) result += redact_user_info(rest.substr(0, at)) + "@";
    result += place;
    if (place.size() < tail.size()) result += "?" + redact_query(tail.substr(place.size() + 1));
    return result;
}

std::string redact_go_dsn(std::string_view text) {
    const auto slash = text.rfind('/');
    if (slash == kNone || text.find('@', slash) != kNone) return std::string(kMask);
    const std::string_view left = text.substr(0, slash);
    const auto at = left.rfind('@');
    const std::string_view address = at == kNone ? left : left.substr(at + 1);
    const std::string_view network = address.substr(0, address.find('('));
    if (!network.empty() && network != "tcp" && network != "tcp6" && network != "unix") {
        return std::string(kMask);
    }
    if (network.size() < address.size()) {
        if (!address.ends_with(')')) return std::string(kMask);
        const std::string_view place =
            address.substr(network.size() + 1, address.size() - network.size() - 2);
        const bool is_path = network == "unix" && place.starts_with('/') &&
                             consists_of(place, std::string(kLettersAndDigits) + "/._-");
        if (!is_path && !is_host_and_port(place)) return std::string(kMask);
    }
    const std::string_view right = text.substr(slash + 1);
    const std::string_view database = right.substr(0, right.find('?'));
    const std::string allowed = std::string(kLettersAndDigits) + "._%$-";
    if (!database.empty() && !consists_of(database, allowed)) return std::string(kMask);

    std::string result;
    if (at != kNone) result += redact_user_info(left.substr(0, at)) + "@";
    result += std::string(address) + "/" + std::string(database);
    if (database.size() < right.size()) {
        result += "?" + redact_query(right.substr(database.size() + 1));
    }
    return result;
}

std::string redact_ado(std::string_view text) { return redact_semicolons(text, "\"'", "\"'"); }

std::string redact_odbc(std::string_view text) {
    constexpr std::string_view kPrefix = "odbc:";
    const std::string rest = redact_semicolons(text.substr(kPrefix.size()), "{", "}");
    return std::string(kPrefix) + rest;
}

}  // namespace migrator::config::redaction

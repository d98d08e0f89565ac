#pragma once

#include <set>
#include <string>
#include <string_view>

/// Parts of redaction that all forms of data sources share.
namespace migrator::config::redaction {

inline constexpr std::string_view kMask = "***";

enum class Exposure { Show, Mask, Hide };

/// What may be shown of a parameter: all of it, its name only, or nothing. A name that nobody
/// knows may be a piece of a password that was not quoted. `name`: in any case, with blanks.
Exposure exposure_of(std::string_view name);

/// Whether `value` can be shown as it is: without quotes, and nothing in it looks like another
/// parameter with a password. Backslashes are allowed.
bool is_harmless_value(std::string_view value);

/// The names of one data source. One that comes a second time is a piece of a password.
class SeenNames {
public:
    /// Whether this is the first time.
    bool add(std::string_view name);

private:
    std::set<std::string> names_;
};

std::string lower_case(std::string_view text);
std::string_view without_blanks(std::string_view text);
/// At least one character, and only those of `allowed`.
bool consists_of(std::string_view text, std::string_view allowed);

inline constexpr std::string_view kLettersAndDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The forms. Each is given a data source, and answers `***` when it can't understand it.
std::string redact_key_values(std::string_view text);
std::string redact_connection_url(std::string_view text);
std::string redact_go_dsn(std::string_view text);
std::string redact_ado(std::string_view text);
std::string redact_odbc(std::string_view text);

/// `host`, `host:5432`, `[::1]:5432`; a host in an URL may be percent-encoded, and empty.
bool is_host_and_port(std::string_view text);

/// `a=b&c=d`, or `***` when a part has no `=` or a name comes twice.
std::string redact_query(std::string_view query);

}  // namespace migrator::config::redaction

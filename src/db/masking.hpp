#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/masking.hpp"

/// What the drivers share when they mask a data source: only parameters that are known to be
/// harmless keep their values, and what can't be understood is masked whole (`***`). Nothing here
/// throws (but std::bad_alloc).
namespace migrator::db {

/// What is shown of the parameter `name=value`, which is written `raw`: all of it, its name only,
/// or nothing. A name that nobody knows may be a piece of a password that was not quoted. `name`:
/// in any case, with blanks. `value`: without its quotes.
std::string shown_parameter(std::string_view name, std::string_view value, std::string_view raw);

/// The names of one data source. One that comes a second time is a piece of a password.
class SeenNames {
public:
    /// Whether this is the first time.
    bool add(std::string_view name);

private:
    std::set<std::string> names_;
};

/// Whether what stands at the place of a host has more in it than one: an '@', or a ';' where a
/// blank or '&' was meant. Then it may be a password, and libraries quote it.
bool holds_more_than_host(std::string_view text);

/// The passwords that `parse` finds in `data_source`; none when it refuses it.
template <typename Parse>
std::vector<std::string> passwords_of(std::string_view data_source, Parse parse) try {
    return parse(data_source);
} catch (const Error&) {
    return {};
}

/// `user:password`, as it stands before the '@'.
std::string mask_user_info(std::string_view info);

/// `a=b&c=d`.
std::string mask_query(std::string_view query);

/// `scheme://user:password@host:port,…/database?a=b`.
std::string mask_url(std::string_view url);

}  // namespace migrator::db

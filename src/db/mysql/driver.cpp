#include "db/driver.hpp"

#include "core/ascii.hpp"
#include "db/masking.hpp"
#include "db/mysql/data_source.hpp"
#include "db/mysql/mysql.hpp"
#include "db/sql/connector/sql_connector.hpp"

namespace migrator::db::mysql {
namespace {

constexpr auto kNowhere = std::string_view::npos;

/// The data source of Go's driver.
std::string mask(std::string_view text) {
    const auto slash = text.rfind('/');
    if (slash == kNowhere || text.find('@', slash) != kNowhere) return std::string(kMask);
    const std::string_view left = text.substr(0, slash);
    const auto at = left.rfind('@');
    const std::string_view address = at == kNowhere ? left : left.substr(at + 1);
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
    if (at != kNowhere) result += mask_user_info(left.substr(0, at)) + "@";
    result += std::string(address) + "/" + std::string(database);
    if (database.size() < right.size()) {
        result += "?" + mask_query(right.substr(database.size() + 1));
    }
    return result;
}

std::vector<std::string> passwords(std::string_view data_source) {
    return passwords_of(data_source, [](std::string_view text) {
        return std::vector<std::string>{parse_data_source(text).password};
    });
}

}  // namespace

constexpr Driver kDriver{
    .name = "mysql",
    .mask = mask,
    .passwords = passwords,
    .connect = sql::connector::connect<make_server>,
    .offline_data_source = "tcp(offline.invalid)/",
    .why_not_file =
        "must be version or tenant: MySQL commits each DDL statement, so each file is recorded and "
        "committed by itself in any case",
};

}  // namespace migrator::db::mysql

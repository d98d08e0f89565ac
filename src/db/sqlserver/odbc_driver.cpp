#include "db/sqlserver/odbc_driver.hpp"

#include <charconv>
#include <filesystem>

#include "core/error.hpp"
#include "db/sqlserver/odbc.hpp"
#include "db/sqlserver/utf16.hpp"

namespace migrator::db::sqlserver {
namespace {

/// Where distributions put FreeTDS's driver.
constexpr const char* kFolders[] = {
    "/usr/lib/x86_64-linux-gnu/odbc",
    "/usr/lib/aarch64-linux-gnu/odbc",
    "/usr/lib/odbc",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
};

/// The number in "ODBC Driver 18 for SQL Server"; 0 when the name is another.
int microsoft_version(const std::string& name) {
    constexpr std::string_view kBegin = "ODBC Driver ";
    constexpr std::string_view kEnd = " for SQL Server";
    if (!name.starts_with(kBegin) || !name.ends_with(kEnd)) return 0;
    int version = 0;
    std::from_chars(name.data() + kBegin.size(), name.data() + name.size(), version);
    return version;
}

std::vector<std::string> listed_drivers() {
    const EnvironmentHandle environment = make_environment();
    std::vector<std::string> names;
    std::u16string name(512, u'\0');
    SQLSMALLINT length = 0;
    const auto next = [&](SQLUSMALLINT direction) {
        return SQLDriversW(
            environment.get(),
            direction,
            wide(name),
            static_cast<SQLSMALLINT>(name.size()),
            &length,
            nullptr,
            0,
            nullptr
        );
    };
    for (SQLRETURN result = next(SQL_FETCH_FIRST); SQL_SUCCEEDED(result);
         result = next(SQL_FETCH_NEXT)) {
        names.push_back(to_utf8(std::u16string(name.c_str())));
    }
    return names;
}

std::vector<std::string> existing_libraries() {
    std::vector<std::string> found;
    for (const std::filesystem::path folder : kFolders) {
        std::error_code error;
        const auto library = folder / "libtdsodbc.so";
        if (std::filesystem::exists(library, error)) found.push_back(library);
    }
    return found;
}

}  // namespace

std::optional<OdbcDriver> choose_driver(
    const std::vector<std::string>& listed, const std::vector<std::string>& libraries
) {
    OdbcDriver best;
    for (const std::string& name : listed) {
        const int version = microsoft_version(name);
        if (version > best.version) best = {OdbcDriver::Kind::Microsoft, name, version};
    }
    if (best.version > 0) return best;
    if (!libraries.empty()) return OdbcDriver{OdbcDriver::Kind::FreeTds, libraries.front()};
    for (const std::string& name : listed) {
        if (name == "FreeTDS") return OdbcDriver{OdbcDriver::Kind::FreeTds, name};
    }
    return std::nullopt;
}

OdbcDriver find_odbc_driver() {
    const auto driver = choose_driver(listed_drivers(), existing_libraries());
    if (driver) return *driver;
    throw Error(
        ErrorKind::Configuration,
        "no ODBC driver for SQL Server is installed; install FreeTDS (Debian: tdsodbc) or the "
        "driver of Microsoft (msodbcsql18)"
    );
}

}  // namespace migrator::db::sqlserver

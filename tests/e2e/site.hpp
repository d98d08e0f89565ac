#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/mariadb_server.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace migrator::test {

/// A query of the test's own on PostgreSQL: first column of the first row, "" for NULL or no row.
/// Several statements are allowed; the last one answers. Throws std::runtime_error.
std::string ask_postgresql(const std::string& url, const std::string& sql);

/// `url` with another database name (and no parameters).
std::string with_database(const std::string& url, const std::string& name);

/// An environment variable, "" when it is not set.
std::string variable(const char* name);

/// Looks again and again until `holds()`; throws std::runtime_error, which names `what`, when it
/// does not come true for two minutes.
void wait_until(const std::string& what, const std::function<bool()>& holds);

enum class Driver : std::uint8_t { Sqlite, Postgresql, Mariadb };

/// A database of its own, a folder of migrations and a migrator.yaml: what a team has. Folders:
/// catalog (single), stores (tenants). Everything is gone at the end.
///
/// Every file that `write_entry` writes adds a row to the table `log` of its schema, so that the
/// effects can be compared with the metadata.
class Site {
public:
    /// `server_url`: of a superuser of the server; empty on SQLite.
    Site(Driver driver, std::string server_url);
    ~Site();
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    const std::string& url() const { return url_; }
    std::string folder() const { return folder_.path(); }
    bool on_sqlite() const { return driver_ == Driver::Sqlite; }
    bool on_mariadb() const { return driver_ == Driver::Mariadb; }
    /// Not on SQLite and PostgreSQL.
    MariadbServer& mariadb() const { return *mariadb_; }

    /// Writes a file below the folder of migrations, at once: whole or not there.
    void write(const std::string& relative, const std::string& contents) const;
    /// The files that make schema and table `log`, in the folders catalog and stores.
    void write_logs() const;
    /// A file that records its own name in `log`, and runs `more` behind that.
    void write_entry(const std::string& relative, const std::string& more = "") const;

    /// The arguments of a process that works here, `prefix` before the program.
    std::vector<std::string> command(
        const std::vector<std::string>& arguments, const std::vector<std::string>& prefix = {}
    ) const;
    std::unique_ptr<Process> start(const std::vector<std::string>& arguments) const;
    Process::Result run(const std::vector<std::string>& arguments) const;

    /// First column of the first row. On SQLite every schema there is is attached.
    std::string value(const std::string& sql) const;
    /// Rows of migrator_migrations for which `condition` holds.
    std::string applied(const std::string& condition = "1 = 1") const;
    /// The entries of a schema's `log`, sorted, joined with ','.
    std::string entries(const std::string& schema) const;
    /// The files that the metadata has for a schema and that write an entry; as `entries`.
    std::string recorded(const std::string& schema) const;

    /// A statement that takes about so long.
    std::string slow_statement(int seconds) const;

private:
    const Driver driver_;
    const std::string server_url_;
    std::string name_;
    std::string url_;
    TempDir folder_;
    struct Connection;
    const std::unique_ptr<Connection> connection_;  ///< for `value`, on PostgreSQL
    std::unique_ptr<MariadbServer> mariadb_;
};

/// Arguments that make a process show up as `name` in pg_stat_activity.
std::vector<std::string> named(const Site& site, const std::string& name);

}  // namespace migrator::test

#pragma once

#include <memory>
#include <string>
#include <vector>

namespace migrator::test {

/// A MySQL or MariaDB server that a test has for itself: migrator's database has one name there, so
/// tests take turns, over all processes. At its beginning and its end all databases but the
/// server's own are dropped, and all other connections closed.
class MariadbServer {
public:
    /// `dsn`: as Go's driver has it, `user:password@tcp(host:port)/…`.
    explicit MariadbServer(const std::string& dsn);
    ~MariadbServer();
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;

    /// First column of the first row that any of the statements gives, "" for NULL or no row.
    /// Throws std::runtime_error.
    std::string ask(const std::string& sql) const;
    /// First columns of all rows.
    std::vector<std::string> list(const std::string& sql) const;

private:
    struct Connection;

    void connect() const;
    void drop_all() const;

    const std::string dsn_;
    int turn_ = -1;  ///< a locked file
    const std::unique_ptr<Connection> connection_;
};

}  // namespace migrator::test

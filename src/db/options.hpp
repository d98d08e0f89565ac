#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.hpp"
#include "core/share.hpp"
#include "identity/places.hpp"

namespace migrator::db {

/// What one transaction of a run covers (docs/architecture.md, "Atomicity").
enum class Atomicity : std::uint8_t {
    Version,  ///< the whole version
    Tenant,   ///< one tenant and phase
    File,     ///< one file and schema
};

/// What a file of a run finds of the session state that the files before it have left.
enum class SessionState : std::uint8_t {
    Reset,  ///< none of it
    Keep,   ///< all of it, as with the Go program
};

/// What becomes of a new tenant whose schema exists and holds objects.
enum class AdoptSchemas : std::uint8_t {
    Refuse,
    Warn,   ///< it is created, and the answer says so
    Allow,  ///< somebody has said that the objects are its own
};

/// What becomes of a tenant that is listed, and whose schema the server does not have yet.
enum class MissingSchemas : std::uint8_t {
    Warn,  ///< its files run all the same, and may make the schema
    Skip,  ///< it is left out
    Fail,  ///< it has failed
};

/// What becomes of a server that speaks a supported database's protocol and is not that database.
enum class UnsupportedServer : std::uint8_t { Refuse, Allow };

/// How `plan --analyze` weighs what it finds.
struct AnalysisOptions {
    std::map<std::string, Level, std::less<>> levels;  ///< by rule, whatever the tables' sizes
    std::int64_t small_rows = 10'000;     ///< a table of fewer rows makes a hazard an info
    std::int64_t large_rows = 1'000'000;  ///< from here on it is a danger
};

/// What stands for a token in a data source, in the place of the password.
inline constexpr std::string_view kDatabaseToken = "${aws-rds-token}";

/// Where migrator's own tables are unless the configuration says otherwise: where the Go program
/// has them.
inline constexpr std::string_view kMetadataSchema = "migrator";

/// One of several servers.
struct ServerOptions {
    std::string name;
    std::string data_source;                 ///< holds secrets: never into a log or an error
    std::optional<std::size_t> parallelism;  ///< unset: as everywhere
    /// As `Options::renewed_data_source`.
    std::function<std::string()> renewed_data_source{};
};

/// The servers beside the one of the data source, which is the catalog's.
struct ServersOptions {
    std::vector<ServerOptions> named;
    /// Statement for the catalog with name and data source of each further server.
    std::string select;
    /// The data source of a row of `select`, with what stands in it for secrets put in. From any
    /// thread. Null: as it stands.
    std::function<std::string(const std::string&)> resolve;
    std::size_t connections = 8;  ///< so many servers at once; at least 1
    /// Patterns (`*`) of the names of files of single schemas that run on the catalog alone.
    std::vector<std::string> catalog_files;

    bool any() const { return !named.empty() || !select.empty(); }
};

/// The name of the catalog's own server.
inline constexpr std::string_view kCatalogServer = "catalog";

/// Everything a Connector is told. Made by `config`, constant afterwards.
struct Options {
    std::string driver;       ///< "postgres" or "sqlite"
    std::string data_source;  ///< holds secrets: never into a log or an error
    /// Statement with the tenant names in its first column; empty: the built-in table.
    std::string tenant_select;
    /// Statement with one placeholder for the tenant name; empty: the built-in table.
    std::string tenant_insert;
    /// Schema, database (MySQL) or file (SQLite) of migrator's own tables.
    std::string metadata_schema{kMetadataSchema};
    /// Statement with one placeholder for the name of a tenant that is removed; empty: the built-in
    /// table, or, with `tenant_select`, none.
    std::string tenant_delete;
    std::string placeholder = "{schema}";  ///< replaced by the schema in files
    /// Where the files are, so that they are known again from another place.
    identity::Source source;
    /// The schemas of the configured single directories: no tenant may have such a name.
    std::vector<std::string> single_schemas;
    std::optional<Atomicity> atomicity;  ///< unset: the driver's default
    SessionState session_state = SessionState::Reset;
    AdoptSchemas adopt_schemas = AdoptSchemas::Warn;
    MissingSchemas missing_schemas = MissingSchemas::Warn;
    UnsupportedServer unsupported_server = UnsupportedServer::Refuse;
    std::optional<std::chrono::milliseconds> statement_timeout;
    std::optional<std::chrono::milliseconds> ddl_lock_timeout;
    /// A statement that runs for longer is told of, again and again; 0: none is.
    std::chrono::milliseconds slow_statement{5'000};
    std::size_t parallelism = 1;  ///< tenants at once, a connection each; at least 1
    Share max_failures;           ///< failed tenants that a run puts up with; one more stops it
    std::size_t retries = 3;      ///< further tries for a tenant that met what passes
    std::chrono::milliseconds lock_timeout{30'000};  ///< wait for the migration lock
    std::vector<std::string> no_transaction;         ///< patterns of file names (fnmatch)
    std::size_t batch_bytes = 262'144;               ///< 0: one file a message
    bool batch_bytes_is_explicit = false;            ///< set by the user
    std::size_t max_connections = 8;                 ///< pool for reads
    AnalysisOptions analysis;
    std::string set_role;  ///< role to apply as; empty: the login
    ServersOptions servers;
    /// The names of the tenants, in place of the built-in table and `tenant_select`. From any
    /// thread. Null: those tell.
    std::function<std::vector<std::string>()> listed_tenants;

    /// The password that `kDatabaseToken` stands for. Asked for each connection, from any thread.
    /// Null: such a data source is refused.
    std::function<std::string(const std::string& host, std::uint16_t port, const std::string& user)>
        database_token;
    /// The data source with its secrets fetched anew, when the database has refused the password:
    /// it may have been rotated. From any thread. Null: the one above is all there is.
    std::function<std::string()> renewed_data_source;
};

}  // namespace migrator::db

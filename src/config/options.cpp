#include "config/options.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "config/values.hpp"
#include "config/webhook.hpp"
#include "core/ascii.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/migration.hpp"
#include "core/number.hpp"

namespace migrator::config {
namespace {

db::Atomicity atomicity_called(std::string_view name) {
    if (name == "tenant") return db::Atomicity::Tenant;
    return name == "file" ? db::Atomicity::File : db::Atomicity::Version;
}

using std::chrono::milliseconds;

/// Reads typed values; the settings have been checked.
class Values {
public:
    explicit Values(const Settings& settings) : settings_(settings) {}

    std::string text(std::string_view key) const { return text_of(settings_, key); }

    milliseconds duration(std::string_view key) const {
        const auto value = optional_duration(key);
        if (!value) throw Error(ErrorKind::Internal, fmt::format("{} has no default", key));
        return *value;
    }

    std::optional<milliseconds> optional_duration(std::string_view key) const {
        return parse_duration(text(key));
    }

    std::uint64_t number(std::string_view key) const {
        const auto value = parse_number<std::uint64_t>(text(key));
        if (!value) throw Error(ErrorKind::Internal, fmt::format("{} has no default", key));
        return *value;
    }

    /// The new key wins when it is set.
    std::string renamed(std::string_view new_key, std::string_view old_key) const {
        return text(is_set(settings_, new_key) ? new_key : old_key);
    }

    std::vector<std::string> items(std::string_view key) const { return items_of(settings_, key); }

    std::vector<ServerSetting> servers() const { return servers_of(settings_); }

    bool has(std::string_view key) const { return is_set(settings_, key); }

private:
    const Settings& settings_;
};

/// Their last elements name the schemas; "." and ".." say it only with the base location.
std::vector<std::string> schemas_of(
    const std::vector<std::string>& directories, const std::string& base_location
) {
    std::vector<std::string> schemas;
    for (const std::string& directory : directories) {
        auto path = (std::filesystem::path(base_location) / directory).lexically_normal();
        if (path.filename().empty()) path = path.parent_path();  // it ended in '/'
        schemas.emplace_back(schema_of_directory(path.string()));
    }
    return schemas;
}

std::map<MigrationType, std::vector<std::string>> directories_of(const Values& values) {
    std::map<MigrationType, std::vector<std::string>> directories;
    for (const Kind& kind : kKinds) directories[kind.type] = values.items(kind.key);
    return directories;
}

loader::Nested nested_called(std::string_view name) {
    using loader::Nested;
    if (name == "run") return Nested::Run;
    if (name == "ignore") return Nested::Ignore;
    return name == "refuse" ? Nested::Refuse : Nested::ByStorage;
}

loader::Options loader_options(const Values& values) {
    using loader::S3AddressingStyle;
    const std::string style = values.text("s3AddressingStyle");
    return {
        .base_location = values.text("baseLocation"),
        .directories = directories_of(values),
        .ignore_files = values.items("ignoreFiles"),
        .nested = nested_called(values.text("nested")),
        .s3_region = values.text("s3Region"),
        .s3_endpoint = values.text("s3Endpoint"),
        .s3_profile = values.text("s3Profile"),
        .s3_addressing_style = style == "path"      ? S3AddressingStyle::Path
                               : style == "virtual" ? S3AddressingStyle::Virtual
                                                    : S3AddressingStyle::Auto,
        .s3_anonymous = values.text("s3Anonymous") == "true",
        .s3_request_payer = values.text("s3RequestPayer") == "requester",
        .storage_concurrency = values.number("storageConcurrency"),
    };
}

db::MissingSchemas missing_schemas_of(const Values& values) {
    const std::string text = values.text("missingSchemas");
    if (text == "skip") return db::MissingSchemas::Skip;
    return text == "fail" ? db::MissingSchemas::Fail : db::MissingSchemas::Warn;
}

/// Lines as "set-not-null: warning".
db::AnalysisOptions analysis_options(const Values& values) {
    db::AnalysisOptions options;
    for (const std::string& line : values.items("analysis")) {
        const std::size_t colon = line.find(':');
        const std::size_t begin =
            colon == std::string::npos ? colon : line.find_first_not_of(' ', colon + 1);
        const auto level = begin == std::string::npos
                               ? std::nullopt
                               : level_of(std::string_view(line).substr(begin));
        if (!level) {
            throw Error(
                ErrorKind::Configuration,
                fmt::format(
                    "analysis: '{}' is not a rule and off, info, warning or danger, as in "
                    "'set-not-null: warning'",
                    line
                )
            );
        }
        options.levels[line.substr(0, colon)] = *level;
    }
    options.small_rows = static_cast<std::int64_t>(values.number("analysisSmallRows"));
    options.large_rows = static_cast<std::int64_t>(values.number("analysisLargeRows"));
    return options;
}

db::ServersOptions servers_options(const Values& values) {
    db::ServersOptions options;
    for (const ServerSetting& server : values.servers()) {
        options.named.push_back(
            {.name = server.name,
             .data_source = server.data_source,
             .parallelism = parse_number<std::size_t>(trimmed(server.parallelism)),
             .renewed_data_source = {}}
        );
    }
    options.select = values.text("serversSelect");
    options.connections = values.number("serverConnections");
    options.catalog_files = values.items("catalogMigrations");
    return options;
}

db::Options database_options(const Values& values) {
    db::Options options;
    options.driver = values.text("driver");
    options.data_source = values.text("dataSource");
    options.tenant_select = values.renamed("tenantSelect", "tenantSelectSQL");
    options.tenant_insert = values.renamed("tenantInsert", "tenantInsertSQL");
    options.tenant_delete = values.text("tenantDelete");
    options.placeholder = values.text("schemaPlaceHolder");
    for (const Kind& kind : kKinds) {
        if (!is_single_migration(kind.type)) continue;
        for (std::string& schema :
             schemas_of(values.items(kind.key), values.text("baseLocation"))) {
            options.single_schemas.push_back(std::move(schema));
        }
    }
    if (values.has("atomicity")) {
        options.atomicity = atomicity_called(values.text("atomicity"));
    }
    options.metadata_schema = values.text("metadataSchema");
    options.session_state =
        values.text("sessionState") == "keep" ? db::SessionState::Keep : db::SessionState::Reset;
    options.adopt_schemas =
        values.text("adoptSchemas") == "refuse" ? db::AdoptSchemas::Refuse : db::AdoptSchemas::Warn;
    options.missing_schemas = missing_schemas_of(values);
    options.unsupported_server = values.text("unsupportedServer") == "allow"
                                     ? db::UnsupportedServer::Allow
                                     : db::UnsupportedServer::Refuse;
    options.statement_timeout = values.optional_duration("statementTimeout");
    options.ddl_lock_timeout = values.optional_duration("ddlLockTimeout");
    options.slow_statement = values.duration("slowStatement");
    options.parallelism = values.number("parallelism");
    options.max_failures = parse_share(values.text("maxFailures")).value_or(Share{});
    options.retries = values.number("retries");
    options.lock_timeout = values.duration("lockTimeout");
    options.no_transaction = values.items("noTransaction");
    options.analysis = analysis_options(values);
    options.batch_bytes = values.number("batchBytes");
    options.batch_bytes_is_explicit = values.has("batchBytes");
    options.max_connections = values.number("maxConnections");
    options.set_role = values.text("setRole");
    options.servers = servers_options(values);
    return options;
}

http::Options http_options(const Values& values) {
    http::Options options;
    options.listen_address = values.text("listenAddress");
    options.port = static_cast<std::uint16_t>(values.number("port"));
    options.max_body_bytes = values.number("maxBodyBytes");
    options.max_body_memory_bytes = values.number("maxBodyMemoryBytes");
    options.other_files += values.number("maxConnections");
    options.allowed_hosts = values.items("allowedHosts");
    for (const std::string& text : values.items("trustedProxies")) {
        if (const auto network = Network::parse(trimmed(text))) {
            options.trusted_proxies.push_back(*network);
        }
    }
    options.keep_alive_timeout = values.duration("keepAliveTimeout");
    options.shutdown_timeout = values.duration("shutdownTimeout");
    options.tls.certificate = values.text("tlsCertificate");
    options.tls.key = values.text("tlsKey");
    options.tls.client_ca = values.text("tlsClientCa");
    options.tls.client_certificates = values.text("tlsClientCertificates") == "required"
                                          ? http::ClientCertificates::Required
                                          : http::ClientCertificates::Optional;
    if (values.has("metricsPort")) {
        options.metrics_port = static_cast<std::uint16_t>(values.number("metricsPort"));
    }
    return options;
}

http::SpoolOptions spool_options(const Values& values, const Lookups& lookups) {
    http::SpoolOptions options;
    const auto system_directory = lookups.environment("TMPDIR");
    if (values.has("spoolDir")) {
        options.directory = values.text("spoolDir");
    } else if (system_directory && !system_directory->empty()) {
        options.directory = *system_directory;
    }
    options.total_bytes = values.number("spoolBytes");
    return options;
}

/// "refuse" and "fail" are one.
coordinator::Reaction reaction_of(const Values& values, std::string_view key) {
    const std::string text = values.text(key);
    if (text == "allow") return coordinator::Reaction::Allow;
    return text == "warn" ? coordinator::Reaction::Warn : coordinator::Reaction::Fail;
}

coordinator::AuditMode audit_mode(const Values& values) {
    const std::string text = values.text("audit");
    if (text == "on") return coordinator::AuditMode::On;
    return text == "off" ? coordinator::AuditMode::Off : coordinator::AuditMode::Auto;
}

std::optional<coordinator::UnmanagedTenants> unmanaged_of(const Values& values) {
    using coordinator::UnmanagedTenants;
    const std::string text = values.text("unmanaged");
    if (text.empty()) return std::nullopt;
    if (text == "skip") return UnmanagedTenants::Skip;
    return text == "refuse" ? UnmanagedTenants::Refuse : UnmanagedTenants::Apply;
}

coordinator::DriftOptions drift_options(const Values& values) {
    coordinator::DriftOptions options{.ignore = values.items("driftIgnore")};
    const std::string check = values.text("driftCheck");
    options.check = check == "fail"   ? coordinator::DriftReaction::Fail
                    : check == "warn" ? coordinator::DriftReaction::Warn
                                      : coordinator::DriftReaction::Off;
    for (const std::string& what : values.items("driftAlso")) {
        if (what != "comments" && what != "owners") {
            throw Error(
                ErrorKind::Configuration,
                fmt::format("driftAlso: '{}' is neither comments nor owners", what)
            );
        }
        (what == "comments" ? options.comments : options.owners) = true;
    }
    return options;
}

coordinator::Options coordinator_options(const Values& values) {
    using coordinator::ChecksumVerification;
    const std::string verification = values.text("checksumVerification");
    return {
        .checksum_verification = verification == "off"    ? ChecksumVerification::Off
                                 : verification == "warn" ? ChecksumVerification::Warn
                                                          : ChecksumVerification::Fail,
        .moved_files = reaction_of(values, "movedFiles"),
        .out_of_order = reaction_of(values, "outOfOrder"),
        .missing_files = reaction_of(values, "missingFiles"),
        .unmanaged = unmanaged_of(values),
        .missing_schemas = missing_schemas_of(values),
        .lock_timeout = values.duration("lockTimeout"),
        .run_queue = values.number("runQueue"),
        .audit = audit_mode(values),
        .drift = drift_options(values),
        .audit_key = values.text("auditKey"),
    };
}

LogOptions log_options(const Values& values) {
    const std::string level = values.text("logLevel");
    return {
        .level = level == "DEBUG"   ? log::Level::Debug
                 : level == "WARN"  ? log::Level::Warn
                 : level == "ERROR" ? log::Level::Error
                 : level == "PANIC" ? log::Level::Panic
                                    : log::Level::Info,
        .format = values.text("logFormat") == "json" ? log::Format::Json : log::Format::Text,
    };
}

bool is_old_key_used(const Values& values, std::string_view new_key, std::string_view old_key) {
    return values.has(old_key) && !values.has(new_key);
}

}  // namespace

Config make_options(const Settings& settings, const Lookups& lookups) {
    const Values values(settings);
    Config config;
    config.database = database_options(values);
    config.loader = loader_options(values);
    config.http = http_options(values);
    config.spool = spool_options(values, lookups);
    config.coordinator = coordinator_options(values);
    config.notifier = webhook_options(settings);
    config.log = log_options(values);
    config.path_prefix = values.text("pathPrefix");
    config.query_timeout = values.duration("queryTimeout");
    config.console = values.text("console") == "on";
    config.deprecated_tenant_keys = is_old_key_used(values, "tenantSelect", "tenantSelectSQL") ||
                                    is_old_key_used(values, "tenantInsert", "tenantInsertSQL");
    return config;
}

}  // namespace migrator::config

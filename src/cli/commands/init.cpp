#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "cli/output_json.hpp"

namespace migrator::cli {
namespace {

/// What a new project needs to know of a database.
struct Start {
    std::string_view driver;
    std::string_view data_source;  ///< of SQLite as it is written, else an example
    std::string_view create_schema;
};

constexpr std::string_view kReference = "${DATABASE_URL}";

constexpr Start kStarts[] = {
    {"sqlite", "migrator.db", ""},
    {"postgres",
     "postgres://user:password@localhost:5432/app",
     "create schema if not exists {schema};\n\n"},
    {"mysql", "user:password@tcp(localhost:3306)/", "create schema if not exists {schema};\n\n"},
    {"sqlserver",
     "sqlserver://user:password@localhost:1433?database=app",
     "if schema_id('{schema}') is null exec('create schema {schema}')\nGO\n\n"}};

std::vector<std::string> drivers() {
    std::vector<std::string> names;
    for (const auto& start : kStarts) names.emplace_back(start.driver);
    return names;
}

/// In single quotes, where YAML reads no sign but the quote itself.
std::string yaml_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
    return quoted + "'";
}

std::string configuration_text(
    const Start& start, const std::string& data_source, const std::string& schema
) {
    std::string text = fmt::format(
        R"(# Settings of migrator. An environment variable (MIGRATOR_BASE_LOCATION) or a flag
# (--set baseLocation=…) overrides a key.

# The folder that holds the folders below, relative to the directory migrator is started in.
baseLocation: migrations

# sqlite, postgres, mysql or sqlserver
driver: {}
)",
        start.driver
    );
    if (start.driver == "sqlite") {
        text += "# The file with migrator's tables. Each schema is a database file beside it.\n";
    } else {
        text += fmt::format(
            "# How to connect, for example {}\n# ${{NAME}} is replaced by the environment variable "
            "NAME; keep passwords there.\n",
            start.data_source
        );
    }
    text += fmt::format("dataSource: {}\n", yaml_quoted(data_source));
    text += fmt::format(
        R"(
# Each folder holds the migrations of one schema, named after the folder. Each file runs once.
# All files run in the order of their names, compared letter by letter.
singleMigrations:
  - {0}

# Files in these folders run once for each tenant, in the tenant's schema.
# A tenant is created with `migrator create-tenant NAME`.
# tenantMigrations:
#   - tenants

# Files in these folders run at every apply, after the migrations.
# singleScripts:
#   - {0}-scripts
# tenantScripts:
#   - tenants-scripts
)",
        schema
    );
    return text;
}

std::string first_migration(const Start& start) {
    return fmt::format(
        "-- {{schema}} stands for the name of the schema. Once applied, a file must not change:\n"
        "-- create the next one with `migrator new NAME`.\n"
        "{}create table {{schema}}.notes (\n"
        "  id integer primary key,\n"
        "  text varchar(200) not null\n"
        ");\n",
        start.create_schema
    );
}

struct Init : Command {
    std::string driver;
    std::string data_source;
    std::string schema = "app";

    CommandText text() const override {
        return {
            .name = "init",
            .group = Group::Begin,
            .summary = "Creates a configuration file and a first migration",
            .text =
                "Writes a commented migrator.yaml (or the file of --config) and the folder\n"
                "migrations/SCHEMA with one migration, so that `migrator apply` works at once. "
                "Asks\n"
                "for the driver on a terminal; elsewhere pass --driver. Never overwrites a file.",
            .examples =
                "  migrator init --driver sqlite && migrator apply\n"
                "  migrator init --driver postgres             then set DATABASE_URL\n"
                "  migrator init --driver mysql --data-source '${MY_DATABASE}' --schema shop\n"};
    }

    Options options() override {
        auto which = word("--driver DRIVER", driver, "sqlite, postgres, mysql or sqlserver");
        for (const auto& start : kStarts) which.choices.push_back(start.driver);
        return {
            std::move(which),
            word(
                "--data-source TEXT",
                data_source,
                "How to connect; default: ${DATABASE_URL}, on SQLite migrator.db"
            ),
            word("--schema NAME", schema, "First schema and its folder; default: app")};
    }

    int run(Context& context) override {
        const auto& start = chosen(context);
        if (data_source.empty()) {
            data_source = start.driver == "sqlite" ? start.data_source : kReference;
        }
        check_schema();
        const std::filesystem::path configuration = context.common.config_path;
        const auto migration =
            std::filesystem::path("migrations") / schema / ("0001_create_notes.sql");
        for (const auto& path : {configuration, migration}) {
            if (!std::filesystem::exists(path)) continue;
            throw Error(
                ErrorKind::InvalidRequest,
                fmt::format("{} already exists; no file was created", path.string())
            );
        }
        write_new_file(migration, first_migration(start));
        write_new_file(configuration, configuration_text(start, data_source, schema));
        if (context.common.json) {
            context.terminal.out << json::created({configuration.string(), migration.string()});
        } else {
            show(context, configuration.string(), migration.string());
        }
        return 0;
    }

private:
    const Start& chosen(Context& context) {
        if (driver.empty()) driver = asked(context);
        for (const auto& start : kStarts) {
            if (start.driver == driver) return start;
        }
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "unknown driver '{}'{}; use sqlite, postgres, mysql or sqlserver",
                driver,
                did_you_mean(driver, drivers())
            )
        );
    }

    static std::string asked(Context& context) {
        if (context.common.json || !context.terminal.in_is_terminal) {
            throw Error(
                ErrorKind::InvalidRequest,
                "init needs --driver: sqlite, postgres, mysql or sqlserver"
            );
        }
        context.terminal.err << "Driver (sqlite, postgres, mysql, sqlserver) [sqlite]: "
                             << std::flush;
        std::string answer;
        std::getline(context.terminal.in, answer);
        return answer.empty() ? "sqlite" : answer;
    }

    /// It is spliced into SQL, and into YAML.
    void check_schema() const {
        constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
        constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz_0123456789";
        const bool fits = schema.find_first_not_of(kAllowed) == std::string::npos &&
                          kLetters.find(schema.front()) != std::string_view::npos;
        if (fits) return;
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "--schema: '{}' must consist of lower-case letters, digits and '_', and must not "
                "begin with a digit",
                printable(schema)
            )
        );
    }

    void show(Context& context, const std::string& configuration, const std::string& migration)
        const {
        if (context.common.quiet) return;
        auto& report = context.report;
        report.line(fmt::format("Created {}", configuration));
        report.line(fmt::format("Created {}", migration));
        if (data_source == kReference) {
            report.line("Next: set DATABASE_URL, for example");
            for (const auto& start : kStarts) {
                if (start.driver != driver) continue;
                report.line(fmt::format("  export DATABASE_URL='{}'", start.data_source));
            }
            report.line("and run `migrator apply`.");
        } else {
            report.line("Next: run `migrator apply`.");
        }
    }
};

}  // namespace

std::unique_ptr<Command> make_init() { return std::make_unique<Init>(); }

}  // namespace migrator::cli

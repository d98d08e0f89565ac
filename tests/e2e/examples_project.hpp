#pragma once

#include <initializer_list>
#include <regex>
#include <stdexcept>
#include <string>

#include "support/temp_dir.hpp"

/// The recorded example of docs/compatibility.md: its files, and its answers as text.
namespace migrator::e2e {

struct ExampleFile {
    const char* folder;
    const char* name;
    int type;
    const char* contents;
    const char* check_sum;
};

inline constexpr ExampleFile kExampleFiles[] = {
    {"catalog",
     "001_schema.sql",
     1,
     "create schema {schema};\n",
     "671b6f6e70702fd4dac4c0d96344806657633d2f302cf50c07fa1509d4dabf9b"},
    {"billing",
     "002_schema.sql",
     1,
     "create schema {schema};\n",
     "671b6f6e70702fd4dac4c0d96344806657633d2f302cf50c07fa1509d4dabf9b"},
    {"catalog",
     "003_tables.sql",
     1,
     "create table {schema}.products (\n  sku varchar(40) primary key,\n"
     "  title varchar(200) not null\n);\n",
     "fda7f8dc9e806bf9afd9f510bc541bc214bbff37610f3ac049421c8179d48a78"},
    {"billing",
     "003_tables.sql",
     1,
     "create table {schema}.plans (id integer primary key, code varchar(20) not null);\n"
     "insert into {schema}.plans (id, code) values (1, 'basic');\n",
     "010e6a7bb70f014050b69e86785f8073fe6985b70db0b49a20a17574275a911f"},
    {"stores",
     "004_settings.sql",
     2,
     "create table {schema}.settings (k varchar(50) primary key, v text);\n",
     "f0444161e263670feff7b413233ea47514531428e63b0dcbbbf35e09d85333a0"},
    {"stores",
     "005_orders.sql",
     2,
     "create table {schema}.orders (\n  id integer primary key,\n"
     "  sku varchar(40) references catalog.products (sku),\n"
     "  qty integer check (qty > 0)\n);\n",
     "e1ff21af8aa46a6591f0b71f284ab811787a96cb0eeefc261010b22e123ac4ea"},
    {"catalog-scripts",
     "refresh_stats.sql",
     3,
     "analyze catalog.products;\n",
     "a2a183a94590c45214b17c8d88ff903e349f4f4000b66688e666b91c8aee3e8c"},
    {"stores-scripts",
     "clear_cache.sql",
     4,
     "delete from {schema}.settings where k = 'cache';\n",
     "22f874921a33551e012a654c7a2f9dfe3acc1c93bc7d62d1f63df502db4dce59"},
};

/// Added when both tenants are there.
inline constexpr ExampleFile kNotes = {
    "stores",
    "006_notes.sql",
    2,
    "alter table {schema}.orders add column note text;\n",
    "5737dcb7f388d2c7f047e706259895d5e87f52de5444e4d4e53c7bad7cb0093f"};
/// An edit of a file that was applied.
inline constexpr ExampleFile kEditedPlans = {
    "billing",
    "003_tables.sql",
    1,
    "create table {schema}.plans (id integer primary key, code varchar(20) not null);\n"
    "insert into {schema}.plans (id, code) values (1, 'basic');\n-- edited later\n",
    "b86afbce6eea391cd2ab4f61b27ba5fc3b1a12499e72ba237bb26a102c08371e"};

/// "catalog/001_schema.sql"; throws for a file that is not of the example.
inline const ExampleFile& example_file(const std::string& path) {
    for (const ExampleFile& file : kExampleFiles) {
        if (path == std::string(file.folder) + "/" + file.name) return file;
    }
    throw std::logic_error("no such file in the example: " + path);
}

/// A temporary folder with the example's files.
class ExamplesProject {
public:
    ExamplesProject() {
        for (const ExampleFile& file : kExampleFiles) write(file);
    }

    void write(const ExampleFile& file) const {
        folder_.write(std::string("migrations/") + file.folder + "/" + file.name, file.contents);
    }
    std::string write(const std::string& path, const std::string& contents) const {
        return folder_.write("migrations/" + path, contents).string();
    }
    void remove(const std::string& path) const {
        std::filesystem::remove(folder_.path() / "migrations" / path);
    }

    std::string base() const { return (folder_.path() / "migrations").string(); }

    /// The configuration of the example, on any free port; returns its path.
    std::string write_config(const std::string& data_source, bool with_scripts = true) const {
        return write_text("migrator.yaml", config_text(data_source, with_scripts));
    }
    std::string config_text(const std::string& data_source, bool with_scripts = true) const {
        return "baseLocation: " + base() + "\ndriver: postgres\ndataSource: \"" + data_source +
               "\"\nsingleMigrations:\n  - catalog\n  - billing\ntenantMigrations:\n  - stores\n" +
               (with_scripts ? "singleScripts:\n  - catalog-scripts\ntenantScripts:\n"
                               "  - stores-scripts\n"
                             : "") +
               "port: 0\npathPrefix: /migrator\n";
    }
    std::string write_text(const std::string& name, const std::string& text) const {
        return folder_.write(name, text).string();
    }
    std::string folder() const { return folder_.path().string(); }

    /// {"name":…,"sourceDir":…,"file":…,"migrationType":…,"contents":…,"checkSum":…}
    std::string json(const ExampleFile& file, bool with_contents) const {
        const std::string dir = base() + "/" + file.folder;
        std::string text = std::string(R"({"name":")") + file.name + R"(","sourceDir":")" + dir +
                           R"(","file":")" + dir + "/" + file.name + R"(","migrationType":)" +
                           std::to_string(file.type);
        if (with_contents) {
            const std::string escaped =
                std::regex_replace(std::string(file.contents), std::regex("\n"), "\\n");
            text += R"(,"contents":")" + escaped + "\"";
        }
        return text + R"(,"checkSum":")" + file.check_sum + "\"}";
    }
    std::string json(const std::string& path, bool with_contents) const {
        return json(example_file(path), with_contents);
    }
    std::string list(std::initializer_list<const char*> paths, bool with_contents) const {
        std::string text = "[";
        for (const char* path : paths) {
            text += (text.size() > 1 ? "," : "") + json(path, with_contents);
        }
        return text + "]";
    }
    /// A row of `GET …/migrations/applied`.
    std::string applied(const std::string& path, int id, const std::string& schema) const {
        std::string text = json(path, true);
        text.pop_back();
        return text + R"(,"id":)" + std::to_string(id) + R"(,"schema":")" + schema +
               R"(","appliedAt":"<time>","created":"<time>"})";
    }

private:
    test::TempDir folder_;
};

/// `text` with times as <time>, and durations other than 0 as <ns>.
inline std::string without_times(const std::string& text) {
    static const std::regex time(
        R"re("(startedAt|appliedAt|created)":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z")re"
    );
    static const std::regex duration(R"re("duration":[1-9]\d*)re");
    const std::string timeless = std::regex_replace(text, time, R"("$1":"<time>")");
    return std::regex_replace(timeless, duration, R"("duration":<ns>)");
}

}  // namespace migrator::e2e

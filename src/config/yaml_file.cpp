#include "config/yaml_file.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/freed_by.hpp"
#include "core/utf8.hpp"

namespace migrator::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

[[noreturn]] void fail(const std::string& message) {
    throw Error(ErrorKind::Configuration, message);
}

/// The operating system's text as the Go program shows it, in lower case.
std::string reason(int error_number) {
    std::string text = std::strerror(error_number);
    if (!text.empty()) text.front() = to_lower(text.front());
    return text;
}

std::string read_text(const std::string& path) {
    const std::unique_ptr<std::FILE, FreedBy<std::fclose>> file(std::fopen(path.c_str(), "rb"));
    if (!file) fail(fmt::format("open {}: {}", path, reason(errno)));
    std::string text(kMaxFileBytes + 1, '\0');
    errno = 0;
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) fail(fmt::format("read {}: {}", path, reason(errno)));
    if (text.size() > kMaxFileBytes) {
        fail(fmt::format(
            "{}: larger than {} bytes; this is not a configuration file", path, kMaxFileBytes
        ));
    }
    if (text.find('\0') != std::string::npos || !is_valid_utf8(text)) {
        fail(fmt::format("{}: not a UTF-8 text file; save it as UTF-8", path));
    }
    return text;
}

/// Turns the mapping of the key `servers` into settings.
class ServersReader {
public:
    /// `file`: where it stands, for people.
    ServersReader(const Key& key, std::string file, Setting& setting, Report& report)
        : key_(key), file_(std::move(file)), setting_(setting), report_(report) {}

    bool read(const YAML::Node& value) {
        if (!value.IsMap()) {
            wrong(
                setting_.origin,
                "must be a mapping; write a line \"NAME:\" for each server, with \"dataSource: …\" "
                "below it"
            );
            return false;
        }
        for (const auto& entry : value) read_server(entry.first, entry.second);
        return is_good_;
    }

private:
    std::string at(const YAML::Node& node) const {
        return file_.empty() ? setting_.origin : fmt::format("{}:{}", file_, node.Mark().line + 1);
    }

    void read_server(const YAML::Node& name, const YAML::Node& values) {
        ServerSetting server{.name = {}, .data_source = {}, .parallelism = {}, .origin = at(name)};
        if (!name.IsScalar() || !values.IsMap()) {
            return wrong(
                server.origin,
                "has an element that is not \"NAME:\" with \"dataSource: …\" below it"
            );
        }
        server.name = name.Scalar();
        for (const auto& entry : values) {
            const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
            if (entry.second.IsNull()) continue;
            if (!entry.second.IsScalar() || (key != "dataSource" && key != "parallelism")) {
                wrong(
                    at(entry.first),
                    "may have dataSource and parallelism for each server, both single values"
                );
                continue;
            }
            (key == "dataSource" ? server.data_source : server.parallelism) = entry.second.Scalar();
        }
        setting_.servers.push_back(std::move(server));
    }

    void wrong(const std::string& origin, std::string_view what) {
        is_good_ = false;
        report_.wrong(key_, "mapping", origin, what);
    }

    const Key& key_;
    const std::string file_;
    Setting& setting_;
    Report& report_;
    bool is_good_ = true;
};

/// Turns the nodes of one file into settings.
class Reader {
public:
    Reader(const std::string& path, Report& report) : path_(path), report_(report) {}

    /// `inherited`: through `<<`, where keys that are already there win.
    void read_mapping(const YAML::Node& mapping, bool inherited, int depth = 0) {
        std::vector<YAML::Node> merged;
        for (const auto& entry : mapping) {
            const int line = entry.first.Mark().line + 1;
            if (!entry.first.IsScalar()) {
                report_.problems.push_back(fmt::format("{}: a key must be a single word", at(line))
                );
            } else if (entry.first.Scalar() == "<<") {
                merged.push_back(entry.second);
            } else {
                read_entry(entry.first.Scalar(), entry.second, line, inherited);
            }
        }
        for (const YAML::Node& node : merged) merge(node, depth);
    }

    Settings take() { return std::move(settings_); }

private:
    std::string at(int line) const { return fmt::format("{}:{}", path_, line); }

    void merge(const YAML::Node& node, int depth) {
        constexpr int kMaxMerges = 8;  // an anchor may contain itself
        if (depth >= kMaxMerges) return;
        if (node.IsMap()) read_mapping(node, true, depth + 1);
        if (node.IsSequence()) {
            for (const YAML::Node& element : node) merge(element, depth + 1);
        }
    }

    void read_entry(const std::string& name, const YAML::Node& value, int line, bool inherited) {
        const auto [first, is_new] = lines_.try_emplace(name, line);
        if (!is_new) {
            if (inherited) return;
            report_.problems.push_back(fmt::format(
                "{}: duplicate key{}, first set in line {}; remove one of them",
                at(line),
                shown(name),
                first->second
            ));
            return;
        }
        const Key* key = find_key(name);
        if (key == nullptr) return warn_unknown(name, line);
        if (value.IsNull()) return;  // the same as absent
        Setting setting;
        setting.origin = at(line);
        if (key->type == Type::Servers) {
            setting.unusable = !ServersReader(*key, path_, setting, report_).read(value);
            settings_.emplace(key->name, std::move(setting));
            return;
        }
        setting.unusable =
            !(is_list(*key) ? read_list(*key, value, setting) : read_scalar(*key, value, setting));
        settings_.emplace(key->name, std::move(setting));
    }

    /// A wrongly indented value can look like a key, and be a secret: only a name is repeated.
    static std::string shown(const std::string& name) {
        constexpr std::size_t kMaxShown = 40;
        const auto is_name_character = [](char c) { return is_letter_or_digit(c) || c == '_'; };
        const bool is_name =
            name.size() <= kMaxShown && std::ranges::all_of(name, is_name_character);
        return is_name ? " " + name : "";
    }

    void warn_unknown(const std::string& name, int line) {
        std::string text = fmt::format("{}: unknown key{}", at(line), shown(name));
        const std::string nearest = shown(name).empty() ? "" : nearest_key(name);
        if (!nearest.empty()) text += fmt::format("; did you mean {}?", nearest);
        report_.warnings.push_back(text);
        report_.unknown_keys.push_back(text);
    }

    bool read_scalar(const Key& key, const YAML::Node& value, Setting& setting) {
        if (value.IsScalar()) {
            setting.text = value.Scalar();
            return true;
        }
        report_.wrong(
            key,
            "string",
            setting.origin,
            fmt::format(
                "must be a string, not a {}; quote the value, as in {}: \"{}\"",
                value.IsMap() ? "mapping" : "list",
                key.name,
                key.default_text.starts_with('{') ? key.default_text : "…"
            )
        );
        return false;
    }

    bool read_list(const Key& key, const YAML::Node& value, Setting& setting) {
        if (!value.IsSequence()) {
            report_.wrong(
                key,
                "list",
                setting.origin,
                fmt::format("must be a list; write \"{}:\" with \"- …\" lines below it", key.name)
            );
            return false;
        }
        bool good = true;
        for (const YAML::Node& element : value) {
            if (element.IsNull()) continue;
            if (element.IsScalar()) {
                setting.items.push_back(element.Scalar());
                continue;
            }
            good = false;
            report_.wrong(
                key,
                "string",
                at(element.Mark().line + 1),
                "has an element that is not a string; quote it"
            );
        }
        return good;
    }

    const std::string& path_;
    Report& report_;
    Settings settings_;
    std::map<std::string, int> lines_;  ///< of every key, known or not
};

[[noreturn]] void fail_at(const std::string& path, const YAML::Mark& mark, std::string_view what) {
    fail(fmt::format("{}:{}:{}: not valid YAML: {}", path, mark.line + 1, mark.column + 1, what));
}

/// The library (0.7) takes the end of the file for a missing closing quote, and the keys after
/// the opening one would be silently swallowed. So would one more key at the end.
void check_quotes_are_closed(const std::string& path, const std::string& text) {
    constexpr const char* kProbe = "migrator_end_of_file";
    std::vector<YAML::Node> with_probe;
    try {
        with_probe = YAML::LoadAll(text + "\n" + kProbe + ": 1\n");
    } catch (const YAML::Exception&) {
        return;  // a mapping in braces takes no further key
    }
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() != with_probe.size()) return;  // the probe stands behind "..."
    const YAML::Node& last = documents.back();
    if (!last.IsMap() || with_probe.back()[kProbe].IsDefined()) return;
    YAML::Mark mark;
    for (const auto& entry : last) {
        const bool has_items = entry.second.IsSequence() && entry.second.size() > 0;
        mark = (has_items ? entry.second[entry.second.size() - 1] : entry.second).Mark();
    }
    fail_at(path, mark, "unterminated quoted string");
}

/// The first document of the file.
YAML::Node parse(const std::string& path, const std::string& text) try {
    YAML::Node root = YAML::Load(text);
    if (root.IsMap()) check_quotes_are_closed(path, text);
    return root;
} catch (const YAML::Exception& error) {
    // Some of its messages end in a piece of the file, always after a colon.
    fail_at(path, error.mark, error.msg.substr(0, error.msg.find(": ")));
}

}  // namespace

bool read_servers(const Key& key, const std::string& text, Setting& setting, Report& report) try {
    return ServersReader(key, "", setting, report).read(YAML::Load(text));
} catch (const YAML::Exception&) {
    report.wrong(key, "mapping", setting.origin, "is not a YAML or JSON mapping");
    return false;
}

Settings read_yaml_file(const std::string& path, Report& report) {
    const std::string text = read_text(path);
    const YAML::Node root = parse(path, text);
    if (root.IsNull()) return {};
    if (!root.IsMap()) {
        fail(fmt::format("{}:1: not a mapping; write lines of the form \"key: value\"", path));
    }
    Reader reader(path, report);
    reader.read_mapping(root, false);
    return reader.take();
}

}  // namespace migrator::config

#include "config/substitution.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/secrets.hpp"

namespace migrator::config {
namespace {

constexpr std::array<std::string_view, 4> kSecretStores{
    "aws-secretsmanager:", "aws-ssm:", "azure-keyvault:", "gcp-secretmanager:"};
constexpr std::string_view kDatabaseToken = "aws-rds-token";
constexpr std::string_view kDefault = ":-";  ///< `${NAME:-default}`

bool is_secret_reference(std::string_view name) {
    return name == kDatabaseToken ||
           std::ranges::any_of(kSecretStores, [&](auto store) { return name.starts_with(store); });
}

/// What may be said of a variable's name: in `${DB_PASSWORD-guess}` the part after the name may
/// be a secret.
std::string_view shown_name(std::string_view name) {
    const auto end =
        name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    return name.substr(0, end);
}

/// Whether a reference between these is all of a password:
/// `password='${PW}'`, `user:${PW}@host`.
bool is_whole_password(std::string_view before, std::string_view behind) {
    const auto slash = before.rfind('/');
    const std::string_view user = before.substr(slash == std::string_view::npos ? 0 : slash + 1);
    const auto colon = user.find(':');
    if (behind.starts_with('@') && colon != std::string_view::npos && colon + 1 == user.size()) {
        return true;
    }
    constexpr std::string_view kEnds = " \t\r\n'\"};&";
    if (!behind.empty() && kEnds.find(behind.front()) == std::string_view::npos) return false;
    std::string_view key = trimmed(before.substr(0, before.find_last_not_of("'\"{") + 1));
    if (!key.ends_with('=')) return false;
    key.remove_suffix(1);
    key = trimmed(key);
    return is_one_of_ignoring_case(
        key.substr(key.find_last_of(" \t\r\n;&?") + 1), {"password", "pwd", "sslpassword"}
    );
}

/// ECS puts the whole JSON text of a secret into the variable when the task definition names no
/// member of it.
bool is_json_with_password(const std::string& value) {
    if (!value.starts_with('{')) return false;
    try {
        const YAML::Node node = YAML::Load(value);  // JSON is YAML
        return node.IsMap() && node["password"].IsDefined();
    } catch (const YAML::Exception&) {
        return false;
    }
}

/// Substitutes in the values of one key.
class Substitution {
public:
    Substitution(const Key& key, Setting& setting, const Lookups& lookups, Report& report)
        : key_(key), setting_(setting), lookups_(lookups), report_(report) {}

    std::string apply(const std::string& text) {
        std::string result;
        std::size_t from = 0;
        while (true) {
            const auto start = text.find("${", from);
            const auto end = start == std::string::npos ? start : text.find('}', start);
            if (end == std::string::npos) return result + text.substr(from);
            result += text.substr(from, start - from);
            const std::string name = text.substr(start + 2, end - start - 2);
            if (is_left_alone(name)) {
                result += text.substr(start, end + 1 - start);
            } else {
                result += is_secret_reference(name) ? secret(name)
                                                    : variable(
                                                          name,
                                                          std::string_view(text).substr(0, start),
                                                          std::string_view(text).substr(end + 1)
                                                      );
                setting_.substituted = true;
            }
            from = end + 1;
        }
    }

private:
    bool is_left_alone(std::string_view name) const {
        return key_.name == "webHookTemplate" &&
               (name == "summary" || name.starts_with("summary."));
    }

    /// `before` and `behind` are what stands around the reference.
    std::string variable(
        const std::string& reference, std::string_view before, std::string_view behind
    ) {
        const auto separator = reference.find(kDefault);
        const std::string name = reference.substr(0, separator);
        std::optional<std::string> value;
        if (!name.empty()) value = lookups_.environment(name);
        if (separator != std::string::npos && value.value_or("").empty()) {
            return reference.substr(separator + kDefault.size());
        }
        if (!value && key_.masking == Masking::DataSource && is_whole_password(before, behind)) {
            report_.wrong(
                key_,
                "required",
                setting_.origin,
                fmt::format("needs {} as its password, which is not set", described(name))
            );
            setting_.unusable = true;
            return {};
        }
        if (!value) return warn_unset(name);
        if (is_json_with_password(*value)) {
            report_.warn(
                setting_.origin,
                fmt::format(
                    "{}: the variable {} contains a whole JSON object; to get one member in an ECS "
                    "task definition, append \":password::\" to the ARN of the secret",
                    key_.name,
                    shown_name(name)
                )
            );
        }
        return *value;
    }

    std::string warn_unset(std::string_view name) {
        setting_.unset_variable = shown_name(name);
        report_.warn(
            setting_.origin,
            fmt::format(
                "{}: {} is not set and is replaced by an empty text", key_.name, described(name)
            )
        );
        report_.unset_variables.push_back(report_.warnings.back());
        return {};
    }

    static std::string described(std::string_view name) {
        const std::string_view shown = shown_name(name);
        return fmt::format(
            "the environment variable {}{}",
            shown.empty() ? "between ${ and }" : shown,
            shown.size() < name.size() && !shown.empty() ? "… (a default is ${NAME:-default})" : ""
        );
    }

    std::string secret(const std::string& reference) {
        if (reference == kDatabaseToken && key_.masking != Masking::DataSource) {
            refuse(
                reference, "is a database password and can be used in dataSource and servers only"
            );
            return {};
        }
        if (!lookups_.secret) {
            refuse(reference, "refers to a secret store that is not supported yet");
            return {};
        }
        std::string value = in_context(fmt::format("{} (${{{}}})", key_.name, reference), [&] {
            return lookups_.secret(reference);
        });
        if (reference != kDatabaseToken) secrets::add(value);
        return value;
    }

    void refuse(std::string_view reference, std::string_view why) {
        report_.wrong(key_, "secret", setting_.origin, fmt::format("${{{}}} {}", reference, why));
        setting_.unusable = true;
    }

    const Key& key_;
    Setting& setting_;
    const Lookups& lookups_;
    Report& report_;
};

}  // namespace

void substitute(Settings& settings, const Lookups& lookups, Report& report) {
    for (const Key& key : all_keys()) {
        const auto found = settings.find(key.name);
        if (found == settings.end()) continue;
        Setting& setting = found->second;
        Substitution substitution(key, setting, lookups, report);
        setting.text = substitution.apply(setting.text);
        for (std::string& item : setting.items) item = substitution.apply(item);
        for (ServerSetting& server : setting.servers) {
            server.data_source = substitution.apply(server.data_source);
            server.parallelism = substitution.apply(server.parallelism);
        }
    }
}

}  // namespace migrator::config

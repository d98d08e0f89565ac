#include "cloud/aws/profile_files.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/utf8.hpp"

namespace migrator::cloud::aws {
namespace {

/// A comment begins with `#` or `;` behind white space.
std::string_view without_comment(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        const bool is_mark = text[i] == '#' || text[i] == ';';
        if (is_mark && kWhiteSpace.find(text[i - 1]) != std::string_view::npos) {
            return text.substr(0, i);
        }
    }
    return text;
}

std::string_view unquoted(std::string_view text) {
    const bool is_quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                           text.back() == text.front();
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

/// "profile NAME" of a title as it stands in the file; empty for one that is of no use.
std::string title_of(std::string_view inside, FileKind kind) {
    inside = trimmed(inside);
    if (kind == FileKind::Credentials) return "profile " + std::string(unquoted(inside));
    if (inside == "default") return "default";
    const auto space = inside.find_first_of(kWhiteSpace);
    if (space == std::string_view::npos) return {};
    const std::string_view word = inside.substr(0, space);
    if (word != "profile" && word != "services") return {};
    return std::string(word) + " " + std::string(unquoted(trimmed(inside.substr(space))));
}

class Parser {
public:
    explicit Parser(FileKind kind) : kind_(kind) {}

    void add(std::string_view line) {
        const std::string_view text = trimmed(line);
        if (text.empty() || text.front() == '#' || text.front() == ';') return;
        const std::size_t indent = line.find_first_not_of(kWhiteSpace);
        if (text.front() == '[') {
            open(text);
        } else if (section_ != nullptr) {
            const bool continues = !key_.empty() && indent > key_indent_;
            continues ? add_to_key(text) : add_key(text, indent);
        }
    }

    std::map<std::string, Section> take() {
        // The longer title wins over [default], as a whole.
        const auto found = sections_.find("default");
        if (found != sections_.end()) {
            sections_.try_emplace("profile default", std::move(found->second));
            sections_.erase("default");
        }
        return std::move(sections_);
    }

private:
    void open(std::string_view text) {
        key_.clear();
        section_ = nullptr;
        const auto end = text.find(']');
        if (end == std::string_view::npos) return;
        const std::string title = title_of(text.substr(1, end - 1), kind_);
        if (!title.empty()) section_ = &sections_[title];
    }

    void add_key(std::string_view text, std::size_t indent) {
        key_.clear();
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) return;
        key_ = lower_case(trimmed(text.substr(0, equals)));
        key_indent_ = indent;
        if (key_.empty()) return;
        section_->values[key_] = trimmed(without_comment(text.substr(equals + 1)));
    }

    void add_to_key(std::string_view text) {
        std::string& value = section_->values[key_];
        const auto equals = text.find('=');
        if (!value.empty()) {
            value += "\n" + std::string(trimmed(without_comment(text)));
        } else if (equals != std::string_view::npos) {
            section_->nested[key_][lower_case(trimmed(text.substr(0, equals)))] =
                trimmed(without_comment(text.substr(equals + 1)));
        }
    }

    FileKind kind_;
    std::map<std::string, Section> sections_;
    Section* section_ = nullptr;  // null: in a section of no use, or before the first
    std::string key_;
    std::size_t key_indent_ = 0;
};

std::string path_of(
    const Surroundings& surroundings, const std::string& name, const std::string& usual
) {
    const std::string home = variable(surroundings, "HOME");
    std::string path = variable(surroundings, name);
    if (path.empty()) return home.empty() ? std::string() : home + usual;
    if (path.starts_with("~/") && !home.empty()) path = home + path.substr(1);
    return path;
}

}  // namespace

std::string Section::value(const std::string& key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
}

std::string Section::value(const std::string& key, const std::string& nested_key) const {
    const auto found = nested.find(key);
    if (found == nested.end()) return {};
    const auto inner = found->second.find(nested_key);
    return inner == found->second.end() ? std::string() : inner->second;
}

std::map<std::string, Section> parse_profile_file(const std::string& text, FileKind kind) {
    Parser parser(kind);
    std::string_view rest = without_byte_order_mark(text);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        parser.add(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return parser.take();
}

ProfileFiles ProfileFiles::read(const Surroundings& surroundings, Unreadable unreadable) {
    const std::string config = path_of(surroundings, "AWS_CONFIG_FILE", "/.aws/config");
    const std::string keys =
        path_of(surroundings, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials");
    const auto text_of = [&](const std::string& path) -> std::string {
        if (path.empty()) return {};
        try {
            return surroundings.read_file(path).value_or(std::string());
        } catch (const Error&) {
            if (unreadable == Unreadable::Fails) throw;
            return {};
        }
    };
    ProfileFiles files;
    files.places_ =
        config.empty() && keys.empty() ? "~/.aws (HOME is not set)" : config + " or " + keys;
    files.sections_ = parse_profile_file(text_of(config), FileKind::Config);
    for (auto& [title, section] : parse_profile_file(text_of(keys), FileKind::Credentials)) {
        Section& merged = files.sections_[title];
        for (const auto& [key, value] : section.values) merged.values[key] = value;
        for (const auto& [key, pairs] : section.nested) merged.nested[key] = pairs;
    }
    return files;
}

const Section* ProfileFiles::find(const std::string& title) const {
    const auto found = sections_.find(title);
    return found == sections_.end() ? nullptr : &found->second;
}

ProfileChoice choose_profile(const Surroundings& surroundings, const std::string& configured) {
    if (!configured.empty()) return {configured, ProfileChoice::By::Configuration};
    for (const char* name : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
        const std::string chosen = variable(surroundings, name);
        if (!chosen.empty()) return {chosen, ProfileChoice::By::Environment};
    }
    return {"default", ProfileChoice::By::Default};
}

Section profile_settings(const Surroundings& surroundings, const std::string& configured) {
    const auto files = ProfileFiles::read(surroundings, ProfileFiles::Unreadable::CountsAsMissing);
    const Section* section = files.profile(choose_profile(surroundings, configured).name);
    return section == nullptr ? Section{} : *section;
}

}  // namespace migrator::cloud::aws

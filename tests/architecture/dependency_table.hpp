#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::test {

/// What one folder may include beside itself.
struct Allowed {
    bool everything = false;
    std::set<std::string> folders;
    std::set<std::string> option_headers;  ///< folders of which only `options.hpp` may be included
};

/// The table "Folders and the direction of dependencies" of docs/architecture.md.
class DependencyTable {
public:
    /// Reads the first table below that heading; empty when there is none.
    explicit DependencyTable(const std::string& markdown) {
        std::istringstream lines(markdown);
        bool below_heading = false;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("#")) {
                below_heading =
                    line.find("Folders and the direction of dependencies") != std::string::npos;
            } else if (below_heading && line.starts_with("| `")) {
                add_row(line);
            }
        }
    }

    bool empty() const { return rows_.empty(); }

    /// The row that `directory` (relative to src/) belongs to; empty when it has none. A directory
    /// inside a folder is part of it, unless the table has rows of its own for the folder's inside.
    std::string folder_of(const std::string& directory) const {
        if (rows_.contains(directory)) return directory;
        const auto slash = directory.rfind('/');
        if (slash == std::string::npos) return "";
        const std::string folder = folder_of(directory.substr(0, slash));
        const bool has_rows_inside = std::ranges::any_of(rows_, [&](const auto& row) {
            return row.first.starts_with(folder + "/");
        });
        return has_rows_inside ? "" : folder;
    }

    /// Why a file of `directory` may not `#include "included"`; empty when it may.
    std::string objection(const std::string& directory, const std::string& included) const {
        const std::string from = folder_of(directory);
        if (from.empty()) return "folder " + directory + " is not in the table";
        const auto slash = included.rfind('/');
        if (slash == std::string::npos) return "the path does not start at src/";
        const std::string to = folder_of(included.substr(0, slash));
        if (to.empty()) return "folder " + included.substr(0, slash) + " is not in the table";
        const Allowed& allowed = rows_.at(from);
        if (to == from || allowed.everything || allowed.folders.contains(to)) return "";
        if (allowed.option_headers.contains(to) && included.ends_with("/options.hpp")) return "";
        return from + " may not include " + to;
    }

private:
    using Words = std::vector<std::string>;

    static Words split(const std::string& text, char separator) {
        Words parts;
        std::istringstream in(text);
        for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
        return parts;
    }

    /// The names of folders in `text`, without remarks in parentheses.
    static Words folders_in(std::string text) {
        for (auto open = text.find('('); open != std::string::npos; open = text.find('(')) {
            const auto close = text.find(')', open);
            text.erase(open, close == std::string::npos ? close : close + 1 - open);
        }
        Words folders(1);
        for (const char c : text) {
            const bool in_name = (c >= 'a' && c <= 'z') || c == '_' || c == '/';
            if (in_name) {
                folders.back() += c;
            } else if (!folders.back().empty()) {
                folders.emplace_back();
            }
        }
        if (folders.back().empty()) folders.pop_back();
        return folders;
    }

    /// `| names | what they hold | what they may include |`
    void add_row(const std::string& line) {
        const Words cells = split(line, '|');
        if (cells.size() < 4) return;
        Allowed allowed;
        for (std::string part : split(cells.back(), ';')) {
            constexpr std::string_view kOptions = "option headers of ";
            const auto options = part.find(kOptions);
            const bool is_options = options != std::string::npos;
            if (is_options) part.erase(0, options + kOptions.size());
            auto& folders = is_options ? allowed.option_headers : allowed.folders;
            for (std::string& folder : folders_in(part)) folders.insert(std::move(folder));
        }
        allowed.everything = allowed.folders.erase("everything") > 0;
        for (const std::string& folder : folders_in(cells[1])) rows_[folder] = allowed;
    }

    std::map<std::string, Allowed> rows_;
};

}  // namespace migrator::test

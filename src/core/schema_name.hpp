#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace migrator {

/// The name of a tenant, safe to splice into SQL: `parse` is the only way to get one.
class SchemaName {
public:
    /// Throws MigrationFailed ("Schema name contains invalid characters: …") unless `text` is
    /// letters, digits, '_' and '-', at least one and at most 200 of them.
    static SchemaName parse(std::string_view text);

    /// Whether `parse` takes it.
    static bool is_valid(std::string_view text);

    const std::string& str() const noexcept { return text_; }
    /// A letter or '_' first, then letters, digits and '_': SQL takes it without quotes.
    bool is_plain() const noexcept;
    auto operator<=>(const SchemaName&) const = default;

private:
    explicit SchemaName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace migrator

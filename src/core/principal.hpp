#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migrator {

/// What a principal may do. Each role may do what those before it may.
enum class Role : std::uint8_t {
    None,
    Read,   ///< look at what is there
    Plan,   ///< and try it: dry runs, analysis, which take locks
    Apply,  ///< and run files, and cancel one's own runs
    Admin,  ///< and create tenants, correct records, cancel the runs of others, read the audit
};

/// "none", "read", "plan", "apply", "admin".
std::string_view name_of(Role role) noexcept;

/// Nothing for a word that is no role; "none" is none, too.
std::optional<Role> role_called(std::string_view name) noexcept;

/// Who asks for something, as far as it was proved.
struct Principal {
    std::string name;   ///< shown in logs and in the audit; never a secret
    std::string proof;  ///< how it was proved: "token", "jwt ISSUER", "balancer", "certificate"
    Role role = Role::None;

    bool may(Role needed) const noexcept { return role >= needed; }
    bool operator==(const Principal&) const = default;
};

}  // namespace migrator

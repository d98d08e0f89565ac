#include <fmt/format.h>

#include <ostream>

#include "access/bearer_tokens.hpp"
#include "cli/commands.hpp"
#include "cli/output_json.hpp"
#include "core/duration.hpp"
#include "core/number.hpp"
#include "core/sha256.hpp"

namespace migrator::cli {
namespace {

/// `90d`, or what `parse_duration` reads; longer than nothing and at most a hundred years.
std::optional<std::chrono::seconds> lifetime_called(const std::string& text) {
    constexpr std::int64_t kMostDays = 36'500;
    if (text.ends_with('d')) {
        const auto days = parse_number<std::int64_t>(text.substr(0, text.size() - 1));
        if (!days || *days < 1 || *days > kMostDays) return std::nullopt;
        return std::chrono::hours(24 * *days);
    }
    const auto duration = parse_duration(text);
    if (!duration || *duration < std::chrono::seconds(1)) return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(*duration);
}

std::optional<Role> grantable_role(const std::string& text) {
    const auto role = role_called(text);
    return role == Role::None ? std::nullopt : role;
}

struct Token : Command {
    access::StaticToken entry;
    std::optional<std::chrono::seconds> lifetime;

    CommandText text() const override {
        return {
            .name = "token",
            .group = Group::Serve,
            .summary = "Creates a bearer token for the HTTP service",
            .text =
                "Shows the token, once, and the line for the key `tokens`, which holds its hash\n"
                "only. NAME appears in logs. Several tokens may have one name: to replace a "
                "token,\n"
                "add the new line, switch the client over, remove the old line. Needs neither a\n"
                "configuration nor a database.",
            .examples =
                "  migrator token ci --role apply\n"
                "  migrator token dashboard --role read --expires 90d\n"};
    }

    Options options() override {
        auto role = required(parsed(
            "--role ROLE",
            entry.role,
            grantable_role,
            "a role (read, plan, apply or admin)",
            "read, plan (and dry runs), apply, or admin (and tenants, corrections)"
        ));
        role.choices = {"read", "plan", "apply", "admin"};
        return {
            word("NAME", entry.name),
            role,
            parsed(
                "--expires TIME",
                lifetime,
                lifetime_called,
                "a time such as 90d or 12h",
                "How long the token is valid, such as 90d or 12h (default: until removed)"
            )};
    }

    int run(Context& context) override {
        const std::string token = access::new_token();
        entry.sha256 = sha256_hex(token);
        if (lifetime) {
            const auto now = std::chrono::floor<std::chrono::seconds>(context.backend.clock());
            entry.until = now + *lifetime;
        }
        const std::string line = access::token_line(entry);
        try {
            access::parse_token_line(line);
        } catch (const Error&) {  // of all that the line holds, only the name may be wrong
            throw Error(
                ErrorKind::InvalidRequest,
                "NAME needs at most 64 letters, digits, '-', '_', '.' and '@'"
            );
        }
        auto& out = context.terminal.out;
        if (context.common.json) {
            out << json::token(token, line);
            return 0;
        }
        out << fmt::format(
            "{}\n\nThis is the token. It is not shown again. Clients send it as\n"
            "  Authorization: Bearer {}…\n\nAdd to migrator.yaml, and restart the service:\n"
            "tokens:\n- {}\n",
            token,
            access::kTokenPrefix,
            line
        );
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_token() { return std::make_unique<Token>(); }

}  // namespace migrator::cli

#include "cli/commands.hpp"

#include <fmt/format.h>

#include "core/nearest.hpp"

namespace migrator::cli {

// Each in the file of its name in commands/; create-tenant and sync in apply.cpp, accept and forget
// in repair.cpp.
std::unique_ptr<Command> make_serve();
std::unique_ptr<Command> make_init();
std::unique_ptr<Command> make_new();
std::unique_ptr<Command> make_apply();
std::unique_ptr<Command> make_create_tenant();
std::unique_ptr<Command> make_remove_tenant();
std::unique_ptr<Command> make_move_tenant();
std::unique_ptr<Command> make_sync();
std::unique_ptr<Command> make_plan();
std::unique_ptr<Command> make_status();
std::unique_ptr<Command> make_validate();
std::unique_ptr<Command> make_drift();
std::unique_ptr<Command> make_tenants();
std::unique_ptr<Command> make_versions();
std::unique_ptr<Command> make_audit();
std::unique_ptr<Command> make_config();
std::unique_ptr<Command> make_accept();
std::unique_ptr<Command> make_forget();
std::unique_ptr<Command> make_restore();
std::unique_ptr<Command> make_wait();
std::unique_ptr<Command> make_token();
std::unique_ptr<Command> make_completion();
std::unique_ptr<Command> make_help();

namespace {

constexpr std::unique_ptr<Command> (*kCommands[])() = {
    make_serve,         make_init,        make_new,     make_apply,    make_create_tenant,
    make_remove_tenant, make_move_tenant, make_sync,    make_plan,     make_status,
    make_validate,      make_drift,       make_tenants, make_versions, make_audit,
    make_config,        make_restore,     make_accept,  make_forget,   make_wait,
    make_token,         make_completion,  make_help};

}  // namespace

std::vector<std::unique_ptr<Command>> make_commands() {
    std::vector<std::unique_ptr<Command>> commands;
    for (const auto make : kCommands) commands.push_back(make());
    return commands;
}

std::unique_ptr<Command> make_command(std::string_view name) {
    for (auto& command : make_commands()) {
        if (command->text().name == name) return std::move(command);
    }
    return nullptr;
}

std::string unknown_command(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& command : make_commands()) names.emplace_back(command->text().name);
    return fmt::format("unknown command '{}'{}", name, did_you_mean(name, names));
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto near = nearest(word, candidates);
    return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

}  // namespace migrator::cli

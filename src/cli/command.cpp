#include "cli/command.hpp"

#include "core/log.hpp"

namespace migrator::cli {

const Backend::Opened& Context::opened() { return open(backend.open); }

const Backend::Opened& Context::opened_offline() { return open(backend.open_offline); }

const Backend::Opened& Context::open(const decltype(Backend::open)& opener) {
    if (opened_) return *opened_;
    opened_.emplace(opener(common.config_path, common.overrides));
    if (warns_of_unknown_keys_) {
        for (const auto& key : opened_->unknown_keys) log::warn(key);
        for (const auto& variable : opened_->unset_variables) log::warn(variable);
    }
    return *opened_;
}

std::string Command::hint(ErrorKind kind) const {
    if (kind == ErrorKind::Locked) {
        return "only one run at a time is possible; --lock-timeout 10m waits longer";
    }
    if (kind == ErrorKind::Unavailable) {
        return "`migrator wait` returns as soon as the database accepts connections";
    }
    return "";
}

}  // namespace migrator::cli

#include "cli/command.hpp"

namespace migrator::cli {

const Backend::Opened& Context::opened() {
    if (!opened_) opened_.emplace(backend.open(common.config_path, common.overrides));
    return *opened_;
}

std::string Command::hint(ErrorKind kind) const {
    if (kind == ErrorKind::Locked) {
        return "two runs never work at the same time; --lock-timeout 10m waits longer";
    }
    if (kind == ErrorKind::Unavailable) {
        return "`migrator wait` returns as soon as the database answers";
    }
    return "";
}

}  // namespace migrator::cli

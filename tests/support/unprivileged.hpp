#pragma once

#include <unistd.h>

#include <stdexcept>

namespace migrator::test {

/// Gives up root's power over files while it lives, so that tests of permissions mean the same
/// for root and for others. Does nothing for others. No other thread may work meanwhile.
class Unprivileged {
public:
    Unprivileged() : user_(geteuid()) {
        constexpr uid_t kNobody = 65'534;
        // The real user too: access(2) asks for that one.
        if (user_ == 0 && setresuid(kNobody, kNobody, 0) != 0) {
            throw std::runtime_error("setresuid failed");
        }
    }
    ~Unprivileged() {
        if (user_ == 0 && setresuid(0, 0, 0) != 0) _exit(1);  // nothing after this would be true
    }
    Unprivileged(const Unprivileged&) = delete;
    Unprivileged& operator=(const Unprivileged&) = delete;

private:
    const uid_t user_;
};

}  // namespace migrator::test

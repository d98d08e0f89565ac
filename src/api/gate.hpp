#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "api/permissions.hpp"
#include "core/principal.hpp"
#include "http/router.hpp"

namespace migrator::api {

/// Lets a request through to an operation, or not. Thread-safe.
class Gate {
public:
    /// Who asks; nothing when the request holds no proof. Throws Unauthenticated for one that is
    /// not good, Unavailable when that can't be found out. May wait for a short time.
    using Authenticate = std::function<std::optional<Principal>(const http::Request&)>;

    /// Everybody may do everything: no proof is configured.
    Gate() = default;
    explicit Gate(Authenticate authenticate) : authenticate_(std::move(authenticate)) {}

    bool is_open() const { return !authenticate_; }

    /// The lane on which a handler of `around` begins.
    http::Lane lane(const Permission& needed, http::Lane lane) const;
    /// `handler` for those who may do the operation at all; it finds them in `Request::principal`.
    http::Handler around(const Permission& needed, http::Lane lane, http::Handler handler) const;
    /// `handler` for everybody; a proof that is not good counts as none.
    http::Handler around_open(http::Lane lane, http::Handler handler) const;

    /// What a handler asks once it knows what is wanted. Throws Unauthenticated or Forbidden, which
    /// names the missing role.
    void permit(
        const std::optional<Principal>& who, std::string_view operation, bool dry_run = false
    ) const;
    void permit(const std::optional<Principal>& who, std::string_view what, Role needed) const;

    /// Whether `who` may see what is not for everybody.
    bool may_read(const std::optional<Principal>& who) const;

private:
    Authenticate authenticate_;
};

/// Throws Forbidden where everybody may do everything: a schema is gone for good.
void refuse_drop_without_proof(const Gate& gate);

}  // namespace migrator::api

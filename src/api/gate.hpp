#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/permissions.hpp"
#include "coordinator/asker.hpp"
#include "core/principal.hpp"
#include "http/router.hpp"

namespace migrator::api {

coordinator::Asker asker_of(const http::Request& request);

/// Lets a request through to an operation, or not. Thread-safe.
class Gate {
public:
    /// Who asks; nothing when the request holds no proof. Throws Unauthenticated for one that is
    /// not good, Unavailable when that can't be found out. May wait for a short time.
    using Authenticate = std::function<std::optional<Principal>(const http::Request&)>;

    /// Told of somebody known whose role is too small.
    using Refused = std::function<void(
        const coordinator::Asker& asker,
        std::string_view operation,
        const std::string& request_id,
        std::string_view why
    )>;

    /// Everybody may do everything: no proof is configured. But no page that a browser has from
    /// another machine may change anything.
    Gate() = default;
    /// `refused` may be null.
    explicit Gate(Authenticate authenticate, Refused refused = nullptr)
        : authenticate_(std::move(authenticate)), refused_(std::move(refused)) {}

    bool is_open() const { return !authenticate_; }

    /// Who asks. Throws as `Authenticate` does, Busy where that can't be found out now, Forbidden
    /// for a cookie that a page of somebody else may have made a browser send.
    std::optional<Principal> identify(const http::Request& request) const;

    /// The lane on which a handler of `around` begins.
    http::Lane lane(const Permission& needed, http::Lane lane) const;
    /// `handler` for those who may do the operation at all; it finds them in `Request::principal`.
    http::Handler around(const Permission& needed, http::Lane lane, http::Handler handler) const;
    /// `handler` for everybody; a proof that is not good counts as none.
    http::Handler around_open(http::Lane lane, http::Handler handler) const;

    /// What a handler asks once it knows what is wanted. Throws Unauthenticated or Forbidden, which
    /// names the missing role.
    void permit(
        const coordinator::Asker& asker,
        std::string_view operation,
        const std::string& request_id,
        bool dry_run = false
    ) const;
    void permit(
        const coordinator::Asker& asker,
        std::string_view what,
        const std::string& request_id,
        Role needed
    ) const;

    /// Whether `who` may see what is not for everybody.
    bool may_read(const std::optional<Principal>& who) const;

private:
    Authenticate authenticate_;
    Refused refused_;
};

/// Why a page from elsewhere may only look where no proof is configured.
inline constexpr std::string_view kWhyNoChange =
    "no authentication is configured, so a browser may make changes only from the machine that the "
    "service runs on; to make them from here, configure tokens, issuers, balancerSigner or "
    "certificates";

/// Throws Forbidden where everybody may do everything: a schema is gone for good.
void refuse_drop_without_proof(const Gate& gate);

}  // namespace migrator::api

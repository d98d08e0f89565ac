#include "api/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/session.hpp"
#include "core/error.hpp"
#include "http/browser_check.hpp"

namespace migrator::api {
namespace {

Role least(const Permission& needed) { return std::min(needed.role, needed.of_dry_run); }

}  // namespace

coordinator::Asker asker_of(const http::Request& request) {
    return {
        .principal = request.principal,
        .address = request.client_ip,
        .is_remote_page = http::is_page_from_elsewhere(request)};
}

http::Lane Gate::lane(const Permission& needed, http::Lane lane) const {
    return is_open() || needed.role == Role::None ? lane : http::Lane::Gate;
}

http::Handler Gate::around(const Permission& needed, http::Lane lane, http::Handler handler) const {
    if (needed.role == Role::None) return handler;
    if (is_open()) {
        if (least(needed) <= Role::Plan) return handler;
        return [this, needed, handler = std::move(handler)](http::Request request) {
            permit(asker_of(request), needed.operation, request.id, least(needed));
            return handler(std::move(request));
        };
    }
    return [this, needed, lane, handler = std::move(handler)](http::Request request) {
        request.principal = identify(request);
        permit(asker_of(request), needed.operation, request.id, least(needed));
        return http::Reply(http::GoesOn{lane, [handler, request = std::move(request)]() mutable {
                                            return handler(std::move(request));
                                        }});
    };
}

http::Handler Gate::around_open(http::Lane lane, http::Handler handler) const {
    if (is_open()) return handler;
    return [this, lane, handler = std::move(handler)](http::Request request) {
        try {
            request.principal = authenticate_(request);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Internal) throw;
        }
        return http::Reply(http::GoesOn{lane, [handler, request = std::move(request)]() mutable {
                                            return handler(std::move(request));
                                        }});
    };
}

std::optional<Principal> Gate::identify(const http::Request& request) const try {
    check_session_use(request);
    return authenticate_(request);
} catch (const Error& error) {
    if (error.kind() != ErrorKind::Unavailable) throw;
    throw Error(ErrorKind::Busy, error.what());  // it passes: 503 and Retry-After
}

void Gate::permit(
    const coordinator::Asker& asker,
    std::string_view operation,
    const std::string& request_id,
    bool dry_run
) const {
    const Permission& needed = permission_for(operation);
    permit(asker, operation, request_id, dry_run ? needed.of_dry_run : needed.role);
}

void Gate::permit(
    const coordinator::Asker& asker,
    std::string_view what,
    const std::string& request_id,
    Role needed
) const {
    if (needed == Role::None) return;
    if (is_open()) {
        if (!asker.is_remote_page || needed <= Role::Plan) return;
        throw Error(ErrorKind::Forbidden, std::string(kWhyNoChange));
    }
    const auto& who = asker.principal;
    if (!who) {
        throw Error(
            ErrorKind::Unauthenticated,
            "authentication is required: send a token as \"Authorization: Bearer …\""
        );
    }
    if (who->may(needed)) return;
    const std::string why = fmt::format(
        "{} needs at least the role {}; {} has {}",
        what,
        name_of(needed),
        who->name,
        who->role == Role::None ? "no role" : fmt::format("the role {}", name_of(who->role))
    );
    if (refused_) refused_(asker, what, request_id, why);
    throw Error(ErrorKind::Forbidden, why);
}

void refuse_drop_without_proof(const Gate& gate) {
    if (!gate.is_open()) return;
    throw Error(
        ErrorKind::Forbidden,
        "a schema is dropped over HTTP only where authentication is configured; use migrator "
        "remove-tenant --drop-schema"
    );
}

bool Gate::may_read(const std::optional<Principal>& who) const {
    return is_open() || (who && who->may(Role::Read));
}

}  // namespace migrator::api

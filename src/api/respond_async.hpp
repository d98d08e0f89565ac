#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/services.hpp"
#include "coordinator/detached_run.hpp"
#include "coordinator/version_run.hpp"
#include "http/message.hpp"

namespace migrator::api {

/// Whether the client asked not to wait: `Prefer: respond-async` (RFC 7240).
bool prefers_async(const http::Request& request);

/// "ci (token)"; empty for nobody.
std::string who_asked(const std::optional<Principal>& who);

/// The end of the recorded request of a principal's run; empty for nobody.
std::string asked_by(const std::optional<Principal>& who);

/// The work of a detached run: the answer that a client who waits would have got.
using Work = std::function<http::Response()>;

/// Lets `run` see how the work that is wanted goes, and stop it.
void tie(coordinator::VersionRequest& wanted, const std::shared_ptr<coordinator::DetachedRun>& run);

/// Records a run under the request's id and answers 202; the work goes on behind the answer. An id
/// that is known starts nothing and is answered in the same way. May wait for migrator's tables.
/// `make_work` may throw. `body_of` makes the body of the 202 from id and state. `location` is
/// where runs are found: "{p}/v1/runs".
http::Response respond_async(
    Services services,
    const http::Request& request,
    const std::string& location,
    const std::function<Work(const std::shared_ptr<coordinator::DetachedRun>&)>& make_work,
    const std::function<std::string(const std::string& id, const std::string& state)>& body_of
);

}  // namespace migrator::api

#include "api/respond_async.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/content_types.hpp"
#include "api/errors.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/random_id.hpp"
#include "core/sha256.hpp"

namespace migrator::api {
namespace {

constexpr std::size_t kLongestAnswer = 8'388'608;  // that is kept

/// The id that the client gave, or a new one: what the server makes up is no name for a run.
std::string id_of(const http::Request& request) {
    return request.header("X-Request-ID") == request.id ? request.id : random_uuid();
}

std::string text_of(const http::Response& response) try {
    const std::size_t spooled = response.spooled ? response.spooled->size() : 0;
    if (response.body.size() + spooled + response.tail.size() > kLongestAnswer) {
        return error_body(fmt::format(
            "the response of this run is larger than {} bytes and was not stored", kLongestAnswer
        ));
    }
    std::string text = response.body;
    if (spooled > 0) {
        const std::size_t begin = text.size();
        text.resize(begin + spooled);
        text.resize(begin + response.spooled->read(0, text.data() + begin, spooled));
    }
    return text + response.tail;
} catch (const Error& error) {
    // The run stands as it is.
    return error_body(std::string("could not store the response of this run: ") + error.what());
}

/// Ends the record of a run whose work was dropped.
class Recorded {
public:
    Recorded(coordinator::DetachedRuns& runs, std::shared_ptr<coordinator::DetachedRun> run)
        : runs_(runs), run_(std::move(run)) {}
    ~Recorded() {
        constexpr int kFailed = 500;
        if (!run_->has_ended()) runs_.finish(*run_, kFailed, error_body("the run was abandoned"));
    }
    Recorded(const Recorded&) = delete;
    Recorded& operator=(const Recorded&) = delete;

    /// Does the work. `about` is the request, for errors.
    void work(Work& work, const http::Request& about) {
        http::Response response;
        try {
            response = work();
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled) run_->work_was_cancelled();
            response = error_response(about, std::current_exception());
        } catch (...) {
            response = error_response(about, std::current_exception());
        }
        // Who sees the end finds nothing of the run left: no lock, no session.
        work = nullptr;
        runs_.finish(*run_, response.status, text_of(response));
    }

private:
    coordinator::DetachedRuns& runs_;
    const std::shared_ptr<coordinator::DetachedRun> run_;
};

}  // namespace

std::string who_asked(const std::optional<Principal>& who) {
    return who ? fmt::format("{} ({})", who->name, who->proof) : "";
}

std::string asked_by(const std::optional<Principal>& who) {
    return who ? " by " + who_asked(who) : "";
}

bool prefers_async(const http::Request& request) {
    for (const auto& [name, value] : request.headers) {
        if (!equal_ignoring_case(name, "Prefer")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view preference = rest.substr(0, comma);
            if (equal_ignoring_case(
                    trimmed(preference.substr(0, preference.find(';'))), "respond-async"
                )) {
                return true;
            }
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return false;
}

void tie(
    coordinator::VersionRequest& wanted, const std::shared_ptr<coordinator::DetachedRun>& run
) {
    run->describe(
        {.version_name = wanted.version_name,
         .dry_run = wanted.dry_run,
         .action = wanted.action,
         .asked_by = who_asked(wanted.asker.principal),
         .tenants = wanted.tenants}
    );
    wanted.progress = [run](const Progress& progress) { run->progressed(progress); };
    wanted.stop = run->stop();
}

http::Response respond_async(
    Services services,
    const http::Request& request,
    const std::string& location,
    const std::function<Work(const std::shared_ptr<coordinator::DetachedRun>&)>& make_work,
    const std::function<std::string(const std::string& id, const std::string& state)>& body_of
) {
    const std::string id = id_of(request);
    const auto accepted = [&](const std::string& state) {
        constexpr int kAccepted = 202;
        return http::Response{
            .status = kAccepted,
            .content_type = kJson,
            .body = body_of(id, state),
            .headers = {
                {"Location", location + "/" + id}, {"Preference-Applied", "respond-async"}}};
    };
    coordinator::DetachedRuns& runs = services.detached_runs;
    const auto run = runs.prepare(
        id,
        fmt::format(
            "{} {} {}{}",
            request.method,
            request.path,
            sha256_hex(request.body),
            asked_by(request.principal)
        )
    );
    Work work;
    try {
        work = make_work(run);
    } catch (const Error& error) {
        // A run that is there already needs no place in the line.
        if (error.kind() != ErrorKind::Busy) throw;
        const auto state = runs.known_state(*run);
        if (!state) throw;
        return accepted(*state);
    }
    if (const auto state = runs.record(run)) return accepted(*state);
    http::Response response = accepted("queued");
    http::Request about = request;
    about.body.clear();
    const auto recorded = std::make_shared<Recorded>(runs, run);
    response.background = [=]() mutable { recorded->work(work, about); };
    return response;
}

}  // namespace migrator::api

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
            "the answer of this run is over {} bytes long and was not kept", kLongestAnswer
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
    return error_body(std::string("the answer of this run could not be kept: ") + error.what());
}

/// The work of a run behind its 202.
class LongRunInBackground : public http::Background {
public:
    LongRunInBackground(
        std::unique_ptr<coordinator::LongRun> run,
        http::Step work,
        http::Request about,
        LongRunTies ties
    )
        : run_(std::move(run)),
          work_(std::move(work)),
          about_(std::move(about)),
          ties_(std::move(ties)) {}

    std::optional<std::chrono::milliseconds> advance() override {
        http::Response response;
        try {
            auto result = work_();
            if (const auto* wait = std::get_if<std::chrono::milliseconds>(&result)) return *wait;
            response = std::move(std::get<http::Response>(result));
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Cancelled) *ties_.cancelled = true;
            response = error_response(about_, std::current_exception());
        } catch (...) {
            response = error_response(about_, std::current_exception());
        }
        // Who sees the end finds nothing of the run left: no lock, no session.
        work_ = nullptr;
        constexpr int kFirstError = 400;
        const bool was_stopped = ties_.stop.stop_requested() && response.status >= kFirstError;
        run_->finish(response.status, text_of(response), was_stopped || *ties_.cancelled);
        return std::nullopt;
    }

private:
    std::unique_ptr<coordinator::LongRun> run_;
    http::Step work_;
    const http::Request about_;
    const LongRunTies ties_;
};

}  // namespace

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

http::Step respond_async(
    Services services,
    const http::Request& request,
    const std::string& location,
    const std::function<http::Step(const LongRunTies&)>& make_work,
    std::function<std::string(const std::string& id, const std::string& state)> body_of
) {
    const std::string id = id_of(request);
    const std::shared_ptr<coordinator::LongRuns::Admission> admission = services.long_runs.admit(
        id, fmt::format("{} {} {}", request.method, request.path, sha256_hex(request.body))
    );
    const LongRunTies ties{
        admission->sink(), admission->stop(), std::make_shared<std::atomic<bool>>(false)};
    http::Step work;
    try {
        work = make_work(ties);  // before the record: a full queue leaves none behind
    } catch (const Error& error) {
        // A run that is there already needs no place in the queue.
        if (error.kind() != ErrorKind::Busy || !admission->is_known()) throw;
        work = [busy = std::current_exception()](
               ) -> std::variant<http::Response, std::chrono::milliseconds> {
            std::rethrow_exception(busy);
        };
    }
    http::Request about = request;
    about.body.clear();
    return [=, work = std::move(work)](
           ) mutable -> std::variant<http::Response, std::chrono::milliseconds> {
        if (!admission->advance()) return admission->wait();
        constexpr int kAccepted = 202;
        http::Response response{
            .status = kAccepted,
            .content_type = kJson,
            .body = body_of(id, admission->state()),
            .headers = {
                {"Location", location + "/" + id}, {"Preference-Applied", "respond-async"}}};
        if (auto run = admission->run()) {
            response.background =
                std::make_shared<LongRunInBackground>(std::move(run), std::move(work), about, ties);
        }
        return response;
    };
}

}  // namespace migrator::api

#include "api/v2.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

#include "api/content_types.hpp"
#include "api/requests.hpp"
#include "api/respond_async.hpp"
#include "api/session.hpp"
#include "api/v2_errors.hpp"
#include "api/v2_schema.hpp"
#include "graphql/engine.hpp"
#include "wire/columns.hpp"
#include "wire/runs.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using Errors = std::vector<graphql::RequestError>;
using Engine = std::shared_ptr<const graphql::Engine>;
using Operation = std::shared_ptr<const graphql::Prepared>;
using Interrupt = std::function<std::optional<graphql::FieldError>()>;

/// Writes `data` into the room that all answers share.
class SpoolOutput : public graphql::Output {
public:
    explicit SpoolOutput(std::shared_ptr<http::Spool> spool) : spool_(std::move(spool)) {}

    void append(std::string_view text) override { spool_->append(text); }
    std::size_t size() const override { return spool_->size(); }
    void cut(std::size_t size) override { spool_->cut(size); }
    const std::shared_ptr<http::Spool>& spool() const { return spool_; }

private:
    const std::shared_ptr<http::Spool> spool_;
};

/// An operation from its first resolver to its answer.
class Service {
public:
    Service(Services services, Engine engine, Operation operation, V2Call call, Interrupt interrupt)
        : engine_(std::move(engine)),
          call_(std::move(call)),
          output_(services.spool.open()),
          execution_(
              std::move(operation),
              {.context = graphql::Object(lent_call_),
               .describe = describe_error,
               .interrupt = std::move(interrupt)},
              output_
          ) {}

    http::Response answer() try {
        execution_.run();
        return written();
    } catch (...) {
        // What leaves an execution is trouble with the answer itself: no room, no memory.
        const graphql::FieldError error = describe_error(std::current_exception());
        const Errors errors{{.message = error.what(), .extensions = error.extensions()}};
        return errors_response(status_of(errors), errors);
    }

private:
    http::Response written() {
        Errors errors = execution_.errors();
        for (const TenantFailure& failure : call_.failures) {
            errors.push_back(describe_failure(failure));
        }
        for (const ServerOutcome& server : call_.servers) {
            if (server.end != ServerOutcome::End::Done) errors.push_back(describe_server(server));
        }
        http::Response response;
        if (errors.empty()) {
            response = {.content_type = kJson, .body = "{"};
        } else {
            response = errors_response(status_of(errors), errors);
            response.body.back() = ',';
        }
        response.body += R"("data":)";
        response.spooled = output_.spool();
        response.tail = extensions() + "}";
        return response;
    }

    std::string extensions() const {
        json::object extensions;
        if (!call_.notes.empty()) extensions["notes"] = wire::texts(call_.notes);
        if (!call_.notices.empty()) extensions["notices"] = wire::notices(call_.notices);
        if (!call_.servers.empty()) extensions["servers"] = wire::servers(call_.servers);
        return extensions.empty() ? "" : R"(,"extensions":)" + json::serialize(extensions);
    }

    const Engine engine_;
    V2Call call_;
    V2Call* const lent_call_ = &call_;
    SpoolOutput output_;
    graphql::Execution execution_;
};

/// Ends a query that nobody waits for, or that takes longer than `timeout`, if that is not 0.
Interrupt interrupt_of_query(std::stop_token gone, std::chrono::milliseconds timeout) {
    using Clock = std::chrono::steady_clock;
    const auto end = timeout.count() == 0 ? Clock::time_point::max() : Clock::now() + timeout;
    return [=, gone = std::move(gone)]() -> std::optional<graphql::FieldError> {
        if (gone.stop_requested()) return cancelled("the client has closed its connection");
        if (Clock::now() < end) return std::nullopt;
        return cancelled(fmt::format("the query took longer than {} (queryTimeout)", timeout));
    };
}

std::string accepted_service_body(const std::string& id, const std::string& /*state*/) {
    return json::serialize(json::object{
        {"data", nullptr}, {"extensions", json::object{{"run", wire::text(id)}}}});
}

http::Reply answer(
    Services services,
    const Engine& engine,
    const V2Options& options,
    const std::string& runs,
    const http::Request& request
) {
    const V2Request body = parse_v2_request(request.body);
    auto prepared = engine->prepare(body.query, body.operation_name, body.variables);
    if (const auto* errors = std::get_if<Errors>(&prepared)) {
        return errors_response(status_of(*errors), *errors);
    }
    const auto operation = std::get<Operation>(prepared);
    if (operation->operation->kind != graphql::ast::OperationKind::Mutation) {
        V2Call call{
            .request_id = request.id,
            .gate = &services.gate,
            .asker = asker_of(request),
            .me = [&] { return me_json(services.gate, request); },
            .reads = OperationReads(services.coordinator)};
        Interrupt interrupt = interrupt_of_query(request.gone, options.query_timeout);
        return Service(services, engine, operation, std::move(call), std::move(interrupt)).answer();
    }
    // A run goes on without its client: what it has begun has to come to its end.
    const auto execute = [=,
                          id = request.id,
                          who = asker_of(request)](std::shared_ptr<coordinator::DetachedRun> run) {
        V2Call call{
            .request_id = id,
            .gate = &services.gate,
            .asker = who,
            .me = nullptr,  // no field of Mutation asks
            .reads = OperationReads(services.coordinator),
            .run = std::move(run)};
        return Service(services, engine, operation, std::move(call), nullptr).answer();
    };
    // Runs wait for others.
    if (!prefers_async(request)) {
        return http::GoesOn{http::Lane::Patient, [=] { return execute(nullptr); }};
    }
    return http::GoesOn{
        http::Lane::Patient, [=] {
            const auto make_work = [&](const std::shared_ptr<coordinator::DetachedRun>& run
                                   ) -> Work { return [=] { return execute(run); }; };
            return respond_async(services, request, runs, make_work, accepted_service_body);
        }};
}

}  // namespace

void add_v2(Routes& routes, Services services, const V2Options& options) {
    using http::Lane;
    const auto config = [body = options.redacted_config](const http::Request&) {
        return http::Response{.content_type = kYamlV2, .body = body};
    };
    const auto schema = [](const http::Request&) {
        return http::Response{.content_type = kText, .body = std::string(v2_schema_text())};
    };
    routes.add("GET", "/v2/config", Lane::Quick, config);
    routes.add("GET", "/v2/schema", Lane::Quick, schema);

    const Engine engine = std::make_shared<const graphql::Engine>(
        make_v2_schema(services, routes.prefix()),
        // As the Go program: clients send objects of their own with fields that it never knew.
        graphql::EngineOptions{.unknown_fields = graphql::UnknownFields::AreIgnored}
    );
    const auto serve = [=, runs = routes.prefix() + "/v1/runs"](const http::Request& request) {
        return answer(services, engine, options, runs, request);
    };
    routes.add("POST", "/v2/service", Lane::Work, serve);
}

}  // namespace migrator::api

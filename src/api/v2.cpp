#include "api/v2.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/requests.hpp"
#include "api/respond_async.hpp"
#include "api/v2_errors.hpp"
#include "api/v2_schema.hpp"
#include "graphql/engine.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using Errors = std::vector<graphql::RequestError>;
using Engine = std::shared_ptr<const graphql::Engine>;
using Operation = std::shared_ptr<const graphql::Prepared>;

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
    Service(Services services, Engine engine, Operation operation, V2Call call)
        : engine_(std::move(engine)),
          call_(std::move(call)),
          output_(services.spool.open()),
          execution_(
              std::move(operation),
              {.context = graphql::Object(lent_call_), .describe = describe_error},
              output_
          ) {}

    std::variant<http::Response, std::chrono::milliseconds> advance() try {
        if (const auto wait = execution_.advance()) return *wait;
        return answer();
    } catch (...) {
        // What leaves an execution is trouble with the answer itself: no room, no memory.
        const graphql::FieldError error = describe_error(std::current_exception());
        const Errors errors{{.message = error.what(), .extensions = error.extensions()}};
        return errors_response(status_of(errors), errors);
    }

private:
    http::Response answer() {
        Errors errors = execution_.errors();
        for (const TenantFailure& failure : call_.failures) {
            errors.push_back(describe_failure(failure));
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
        response.tail = notes() + "}";
        return response;
    }

    std::string notes() const {
        if (call_.notes.empty()) return {};
        const json::object extensions{{"notes", wire::texts(call_.notes)}};
        return R"(,"extensions":)" + json::serialize(extensions);
    }

    const Engine engine_;
    V2Call call_;
    V2Call* const lent_call_ = &call_;
    SpoolOutput output_;
    graphql::Execution execution_;
};

http::Step service_steps(Services services, Engine engine, Operation operation, V2Call call) {
    const auto service = std::make_shared<Service>(
        services, std::move(engine), std::move(operation), std::move(call)
    );
    return [service] { return service->advance(); };
}

std::string accepted_service_body(const std::string& id, const std::string& /*state*/) {
    return json::serialize(json::object{
        {"data", nullptr}, {"extensions", json::object{{"run", wire::text(id)}}}});
}

http::Step respond(http::Response response) {
    return [response = std::move(response)] { return response; };
}

http::Step steps_for(
    Services services, const Engine& engine, const std::string& runs, const http::Request& request
) {
    const V2Request body = parse_v2_request(request.body);
    auto prepared = engine->prepare(body.query, body.operation_name, body.variables);
    if (const auto* errors = std::get_if<Errors>(&prepared)) {
        return respond(errors_response(status_of(*errors), *errors));
    }
    const auto operation = std::get<Operation>(prepared);
    const bool changes = operation->operation->kind == graphql::ast::OperationKind::Mutation;
    V2Call call{.request_id = request.id};
    if (!changes || !prefers_async(request)) {
        return service_steps(services, engine, operation, std::move(call));
    }
    const auto make_work = [&](const LongRunTies& ties) {
        call.progress = ties.progress;
        call.stop = ties.stop;
        call.cancelled = ties.cancelled;
        return service_steps(services, engine, operation, std::move(call));
    };
    return respond_async(services, request, runs, make_work, accepted_service_body);
}

/// Answers what `work` throws in the shape that clients of v2 know.
http::Step in_v2_shape(const std::function<http::Step()>& work) try {
    return [step = work()]() -> std::variant<http::Response, std::chrono::milliseconds> {
        try {
            return step();
        } catch (...) {
            return error_response_v2(std::current_exception());
        }
    };
} catch (...) {
    return respond(error_response_v2(std::current_exception()));
}

}  // namespace

void add_v2(http::Router& router, Services services, const Surroundings& facts) {
    using http::Lane;
    const std::string& prefix = facts.path_prefix;
    const auto config = [body = facts.redacted_config](const http::Request&) {
        return http::Response{.content_type = kYamlV2, .body = body};
    };
    const auto schema = [](const http::Request&) {
        return http::Response{.content_type = kText, .body = std::string(v2_schema_text())};
    };
    router.add("GET", prefix + "/v2/config", Lane::Quick, http::answering(config));
    router.add("GET", prefix + "/v2/schema", Lane::Quick, http::answering(schema));

    const Engine engine = std::make_shared<const graphql::Engine>(
        make_v2_schema(services.coordinator),
        // As the Go program: clients send objects of their own with fields that it never knew.
        graphql::EngineOptions{.unknown_fields = graphql::UnknownFields::AreIgnored}
    );
    const auto serve = [=, runs = prefix + "/v1/runs"](const http::Request& request) {
        return in_v2_shape([&] { return steps_for(services, engine, runs, request); });
    };
    router.add("POST", prefix + "/v2/service", Lane::Work, serve);
}

}  // namespace migrator::api

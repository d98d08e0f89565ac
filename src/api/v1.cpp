#include "api/v1.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/json.hpp"
#include "api/requests.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Coordinator;
using coordinator::Outcome;

// Names that clients of v2 see; the Go program gave the same ones.
constexpr const char* kApplyVersion = "API v1 ApplyMigrations";
constexpr const char* kTenantVersion = "API v1 AddTenantAndApplyMigrations";

http::Response json_response(std::string body, int status = 200) {
    return {.status = status, .content_type = kJson, .body = std::move(body)};
}

/// Writes a list element by element, so that only one row is ever a tree.
class ListText {
public:
    void add(const json::object& object) {
        if (text_.size() > 1) text_ += ',';
        text_ += json::serialize(object);
    }
    std::string take() && { return std::move(text_) + "]"; }

private:
    std::string text_ = "[";
};

http::Response source_migrations(Coordinator& coordinator) {
    ListText list;
    for (const Migration& migration : coordinator.source_migrations()) {
        list.add(to_json(migration, Contents::Show));
    }
    return json_response(std::move(list).take());
}

http::Response applied_migrations(Coordinator& coordinator) {
    ListText list;
    coordinator.read_applied_migrations([&](const AppliedMigration& applied) {
        list.add(to_json(applied));
    });
    return json_response(std::move(list).take());
}

http::Response tenants(Coordinator& coordinator) {
    json::array names;
    for (const std::string& name : coordinator.tenants()) names.emplace_back(json_text(name));
    return json_response(json::serialize(names));
}

json::array migrations(const std::vector<Migration>& files, Contents contents) {
    json::array list;
    for (const Migration& file : files) list.emplace_back(to_json(file, contents));
    return list;
}

http::Response outcome_response(const Outcome& outcome, ResponseDetail detail) {
    json::object body;
    if (!outcome.changed.empty()) {
        body["error"] = "Checksum verification failed. Please review offending migrations.";
        body["details"] = migrations(outcome.changed, Contents::Show);
        return json_response(json::serialize(body), 424);
    }
    json::object results = to_json(outcome.summary);
    if (!outcome.notes.empty()) {
        json::array notes;
        for (const std::string& note : outcome.notes) notes.emplace_back(json_text(note));
        results["notes"] = std::move(notes);
    }
    body["results"] = std::move(results);
    if (detail != ResponseDetail::Summary && !outcome.files.empty()) {
        body["appliedMigrations"] = migrations(
            outcome.files, detail == ResponseDetail::Full ? Contents::Show : Contents::Leave
        );
    }
    return json_response(json::serialize(body));
}

/// The steps of a run: an answer, or a pause while another run works.
http::Step run_steps(
    Coordinator& coordinator, coordinator::RunRequest request, ResponseDetail detail
) {
    const std::shared_ptr<coordinator::PendingRun> run = coordinator.start(std::move(request));
    return [run, detail]() -> std::variant<http::Response, std::chrono::milliseconds> {
        if (!run->advance()) return run->wait();
        return outcome_response(run->outcome(), detail);
    };
}

http::Handler post_migrations(Coordinator& coordinator) {
    return [&coordinator](const http::Request& request) {
        const V1Request body = parse_v1_request(request.body, TenantName::NotAsked);
        return run_steps(
            coordinator,
            {.version_name = kApplyVersion,
             .action = body.action,
             .dry_run = body.dry_run,
             .request_id = request.id},
            body.detail
        );
    };
}

http::Handler post_tenants(Coordinator& coordinator) {
    return [&coordinator](const http::Request& request) {
        const V1Request body = parse_v1_request(request.body, TenantName::Required);
        return run_steps(
            coordinator,
            {.version_name = kTenantVersion,
             .tenant = body.name,
             .action = body.action,
             .dry_run = body.dry_run,
             .request_id = request.id},
            body.detail
        );
    };
}

}  // namespace

void add_v1(http::Router& router, Coordinator& coordinator, const Surroundings& facts) {
    using http::Lane;
    const std::string& prefix = facts.path_prefix;
    const auto get = [&](const std::string& path, http::Response (*answer)(Coordinator&)) {
        router.add(
            "GET",
            prefix + path,
            Lane::Work,
            http::answering([&coordinator, answer](const http::Request&) {
                return answer(coordinator);
            })
        );
    };
    const auto config = [body = facts.redacted_config](const http::Request&) {
        return http::Response{.content_type = kYamlV1, .body = body};
    };
    router.add("GET", prefix + "/v1/config", Lane::Quick, http::answering(config));
    get("/v1/migrations/source", source_migrations);
    get("/migrations/source", source_migrations);  // the ECS walkthrough calls it so
    get("/v1/migrations/applied", applied_migrations);
    get("/v1/tenants", tenants);
    router.add("POST", prefix + "/v1/migrations", Lane::Work, post_migrations(coordinator));
    router.add("POST", prefix + "/v1/tenants", Lane::Work, post_tenants(coordinator));
}

}  // namespace migrator::api

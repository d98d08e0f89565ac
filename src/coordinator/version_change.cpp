#include "coordinator/version_change.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace migrator::coordinator {
namespace {

constexpr std::size_t kNamesShown = 20;

std::string operation_of(const VersionRequest& request) {
    if (request.tenant) return "create-tenant";
    return request.action == Action::Sync ? "sync" : "apply";
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
        text += (i > 0 ? ", " : "") + names[i];
    }
    if (names.size() > kNamesShown) text += fmt::format(" and {} more", names.size() - kNamesShown);
    return text;
}

std::string text_of(const Share& share) {
    return fmt::format("{}{}", share.value, share.is_percent ? "%" : "");
}

std::string joined(const std::vector<Share>& waves) {
    std::vector<std::string> texts;
    std::ranges::transform(waves, std::back_inserter(texts), text_of);
    return joined(texts);
}

}  // namespace

AuditedChange change_of(const VersionRequest& request) {
    const plan::Selection& tenants = request.tenants;
    AuditedChange change{.operation = operation_of(request), .request_id = request.request_id};
    auto& parameters = change.parameters;
    parameters.emplace_back("name", request.version_name);
    if (request.tenant) {
        parameters.emplace_back("tenant", *request.tenant);
        if (request.action == Action::Sync) parameters.emplace_back("action", "sync");
    }
    if (request.dry_run) parameters.emplace_back("dryRun", "true");
    if (request.settles_unfinished) parameters.emplace_back("unfinished", "true");
    if (request.reconcile) parameters.emplace_back("reconcile", "true");
    if (!tenants.names.empty()) parameters.emplace_back("tenants", joined(tenants.names));
    if (tenants.canary) parameters.emplace_back("canary", text_of(*tenants.canary));
    if (!tenants.waves.empty()) parameters.emplace_back("waves", joined(tenants.waves));
    if (request.resume_at_statement) {
        parameters.emplace_back("resumeAtStatement", std::to_string(*request.resume_at_statement));
    }
    return change;
}

}  // namespace migrator::coordinator

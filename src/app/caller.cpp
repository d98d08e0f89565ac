#include "app/caller.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

namespace migrator::app {
namespace {

using Variable = std::function<std::optional<std::string>(const char*)>;

/// A service that runs pipelines, and the variables in which it tells of one. None of them is a
/// secret.
struct Pipeline {
    std::string_view name;
    const char* sign;                    ///< it is this one where this is set
    const char* user;                    ///< who started it; null: it does not say
    std::array<const char*, 3> facts{};  ///< where, what, which run
};

constexpr Pipeline kPipelines[] = {
    {.name = "GitHub Actions",
     .sign = "GITHUB_ACTIONS",
     .user = "GITHUB_ACTOR",
     .facts = {"GITHUB_REPOSITORY", "GITHUB_WORKFLOW_REF", "GITHUB_RUN_ID"}},
    {.name = "GitLab CI",
     .sign = "GITLAB_CI",
     .user = "GITLAB_USER_LOGIN",
     .facts = {"CI_PROJECT_PATH", "CI_COMMIT_REF_NAME", "CI_PIPELINE_ID"}},
    {.name = "Azure Pipelines",
     .sign = "TF_BUILD",
     .user = "BUILD_REQUESTEDFOR",
     .facts = {"SYSTEM_TEAMPROJECT", "BUILD_DEFINITIONNAME", "BUILD_BUILDID"}},
    {.name = "CircleCI",
     .sign = "CIRCLECI",
     .user = "CIRCLE_USERNAME",
     .facts = {"CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_REPONAME", "CIRCLE_BUILD_NUM"}},
    {.name = "Buildkite",
     .sign = "BUILDKITE",
     .user = "BUILDKITE_BUILD_CREATOR_EMAIL",
     .facts = {"BUILDKITE_ORGANIZATION_SLUG", "BUILDKITE_PIPELINE_SLUG", "BUILDKITE_BUILD_NUMBER"}},
    {.name = "Jenkins",
     .sign = "JENKINS_URL",
     .user = "BUILD_USER_ID",
     .facts = {"BUILD_TAG", "BUILD_URL", nullptr}},
};

std::string user_name() {
    constexpr std::size_t kBytes = 16'384;
    std::vector<char> buffer(kBytes);
    passwd entry{};
    passwd* found = nullptr;
    const uid_t user = geteuid();
    if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
        return found->pw_name;
    }
    return fmt::format("uid {}", user);  // usual in containers
}

std::string this_host() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return {};
    return name.data();
}

Principal of_pipeline(const Pipeline& pipeline, const Variable& variable) {
    const std::string user = user_name();
    std::string proof(pipeline.name);
    for (const char* fact : pipeline.facts) {
        if (fact == nullptr) continue;
        if (const auto text = variable(fact)) proof += " " + *text;
    }
    proof += ", as user " + user;
    auto name = pipeline.user == nullptr ? std::nullopt : variable(pipeline.user);
    return {.name = name.value_or(user), .proof = std::move(proof), .role = Role::Admin};
}

Principal of_system(const Variable& variable) {
    Principal principal{.name = user_name(), .proof = "operating system", .role = Role::Admin};
    const auto before = variable("SUDO_USER");
    if (before && geteuid() == 0) principal.proof += ", sudo by " + *before;
    return principal;
}

}  // namespace

coordinator::Asker caller(const Variable& variable) {
    for (const Pipeline& pipeline : kPipelines) {
        if (!variable(pipeline.sign)) continue;
        return {.principal = of_pipeline(pipeline, variable), .address = this_host()};
    }
    return {.principal = of_system(variable), .address = this_host()};
}

}  // namespace migrator::app

#include "cloud/aws/credentials.hpp"

#include <fmt/format.h>

#include <functional>
#include <vector>

#include "cloud/aws/container.hpp"
#include "cloud/aws/credential_holder.hpp"
#include "cloud/aws/environment.hpp"
#include "cloud/aws/imds.hpp"
#include "cloud/aws/profile_files.hpp"
#include "cloud/aws/profile_provider.hpp"
#include "cloud/aws/web_identity.hpp"
#include "core/error.hpp"

namespace migrator::cloud::aws {
namespace {

/// One way after the other, until one is configured; from then on only that one. Going on after a
/// failure could make us somebody else without anybody noticing.
class Chain : public Provider {
public:
    Chain(const Surroundings& surroundings, CredentialOptions options)
        : surroundings_(surroundings), options_(std::move(options)) {}

    Fetched fetch() override {
        if (!chosen_) choose();
        if (is_guess_) return guess();
        return in_context("AWS credentials from " + name_, [&] { return chosen_->fetch(); });
    }

private:
    struct Step {
        std::string name;
        std::function<Selection()> select;
    };

    std::vector<Step> steps() const {
        std::vector<Step> list;
        if (options_.profile.empty()) {
            list.push_back({"environment", [this] { return select_environment(surroundings_); }});
            list.push_back({"web identity", [this] {
                                return select_web_identity(surroundings_, options_);
                            }});
        }
        const std::string profile = choose_profile(surroundings_, options_.profile).name;
        list.push_back({fmt::format("profile \"{}\"", profile), [this] {
                            return select_profile(surroundings_, options_);
                        }});
        list.push_back({"container", [this] { return select_container(surroundings_); }});
        return list;
    }

    void choose() {
        rows_.clear();
        for (const Step& step : steps()) {
            Selection selection =
                in_context("AWS credentials from " + step.name, [&] { return step.select(); });
            if (selection.provider) {
                chosen_ = std::move(selection.provider);
                name_ = step.name;
                return;
            }
            add_row(step.name, selection.why_not);
        }
        Selection last = select_imds(surroundings_, options_.profile);
        if (!last.provider) {
            add_row(kLast, last.why_not);
            throw Error(ErrorKind::Configuration, nothing_found());
        }
        chosen_ = std::move(last.provider);
        name_ = kLast;
        is_guess_ = true;
    }

    /// Nobody asked for this one by name: as long as it never worked, all ways are to be told of.
    Fetched guess() try {
        Fetched fetched = chosen_->fetch();
        is_guess_ = false;
        return fetched;
    } catch (const Error& error) {
        chosen_.reset();
        is_guess_ = false;
        add_row(kLast, error.what());
        throw Error(error.kind(), nothing_found());
    }

    void add_row(const std::string& name, const std::string& why) {
        rows_ += fmt::format("\n  {:<19}{}", name, (name.size() < 19 ? "" : " ") + why);
    }

    std::string nothing_found() const {
        std::string text = "no AWS credentials found:" + rows_;
        const bool is_task = !variable(surroundings_, "ECS_CONTAINER_METADATA_URI_V4").empty();
        if (is_task || variable(surroundings_, "AWS_EXECUTION_ENV").starts_with("AWS_ECS")) {
            text +=
                "\nOn ECS: set taskRoleArn in the task definition (a container cannot use the "
                "execution role).";
        }
        text +=
            "\nsu -, sudo, env -i, cron and init scripts drop environment variables: pass "
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI on to migrator.";
        return text;
    }

    static constexpr const char* kLast = "instance metadata";

    Surroundings surroundings_;
    CredentialOptions options_;
    std::unique_ptr<Provider> chosen_;
    std::string name_;
    bool is_guess_ = false;
    std::string rows_;  ///< a line for each way that is not configured
};

}  // namespace

std::string masked(const std::string& access_key_id) {
    constexpr std::size_t kShown = 4;
    // A short one would be shown as a whole, and may be a secret in the wrong place.
    if (access_key_id.size() < 4 * kShown) return "…";
    return access_key_id.substr(0, kShown) + "…" +
           access_key_id.substr(access_key_id.size() - kShown);
}

std::shared_ptr<CredentialSource> make_credential_source(
    const Surroundings& surroundings, const CredentialOptions& options
) {
    return std::make_shared<CredentialHolder>(
        surroundings, std::make_unique<Chain>(surroundings, options)
    );
}

}  // namespace migrator::cloud::aws

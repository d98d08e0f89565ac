#include "cloud/aws/secret_reference.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace migrator::cloud::aws {
namespace {

constexpr std::string_view kSecretsManager = "aws-secretsmanager:";
constexpr std::string_view kSsm = "aws-ssm:";
constexpr std::string_view kSecretForms =
    "aws-secretsmanager:NAME, aws-secretsmanager:NAME#JSON-KEY or "
    "aws-secretsmanager:arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf"
    "[:JSON-KEY[:VERSION-STAGE[:VERSION-ID]]]";
constexpr std::string_view kSsmForms =
    "aws-ssm:/PATH/NAME[:VERSION-OR-LABEL] or "
    "aws-ssm:arn:aws:ssm:REGION:ACCOUNT:parameter/PATH/NAME";

[[noreturn]] void refuse_reference(const SecretReference& reference, std::string_view why) {
    throw Error(
        ErrorKind::Configuration,
        fmt::format(
            "${{{}}}: {}; write {}",
            reference.text,
            why,
            reference.store == Store::Ssm ? kSsmForms : kSecretForms
        )
    );
}

std::vector<std::string> fields_of(std::string_view text) {
    std::vector<std::string> fields;
    while (true) {
        const auto colon = text.find(':');
        fields.emplace_back(text.substr(0, colon));
        if (colon == std::string_view::npos) return fields;
        text.remove_prefix(colon + 1);
    }
}

/// `service` and the beginning of the resource are what makes an ARN one of this store.
void check_arn(
    const SecretReference& reference,
    const std::vector<std::string>& fields,
    std::string_view service,
    std::string_view resource
) {
    const bool is_right = fields.size() >= 6 && fields[1].starts_with("aws") &&
                          fields[2] == service && !fields[3].empty() && !fields[4].empty() &&
                          fields[5].starts_with(resource);
    if (!is_right) refuse_reference(reference, fmt::format("the ARN is not an ARN of {}", service));
}

void take_secret_arn(SecretReference& reference, const std::string& arn) {
    constexpr std::size_t kArnFields = 7;
    constexpr std::size_t kMost = kArnFields + 3;
    std::vector<std::string> fields = fields_of(arn);
    check_arn(reference, fields, "secretsmanager", "secret");
    if (fields.size() < kArnFields || fields[5] != "secret" || fields[6].empty()) {
        refuse_reference(reference, "the ARN names no secret");
    }
    if (fields.size() > kMost) refuse_reference(reference, "the ARN has too many fields");
    if (fields[6].find('#') != std::string::npos) {
        refuse_reference(reference, "after an ARN, the JSON key follows a colon, not '#'");
    }
    fields.resize(kMost);
    reference.id = fields[0];
    for (std::size_t i = 1; i < kArnFields; ++i) (reference.id += ':') += fields[i];
    reference.region = fields[3];
    reference.key = fields[kArnFields];
    reference.stage = fields[kArnFields + 1];
    reference.version = fields[kArnFields + 2];
}

}  // namespace

std::string SecretReference::secret() const {
    // None of the parts can have a line break in it: `parse_secret_reference` sees to that.
    return fmt::format("{}\n{}\n{}\n{}", static_cast<int>(store), id, stage, version);
}

SecretReference parse_secret_reference(const std::string& text) {
    SecretReference reference{.text = text};
    const bool is_ssm = text.starts_with(kSsm);
    if (is_ssm) reference.store = Store::Ssm;
    if (!is_ssm && !text.starts_with(kSecretsManager)) {
        refuse_reference(reference, "this is not a reference to an AWS secret");
    }
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20U) {
            reference.text = is_ssm ? kSsm : kSecretsManager;
            refuse_reference(reference, "the reference contains control characters");
        }
    }
    const std::string id = text.substr(is_ssm ? kSsm.size() : kSecretsManager.size());
    const bool is_arn = id.starts_with("arn:");
    if (!is_ssm && is_arn) {
        take_secret_arn(reference, id);
        return reference;
    }
    reference.id = id;
    if (is_ssm && is_arn) {
        const std::vector<std::string> fields = fields_of(id);
        check_arn(reference, fields, "ssm", "parameter/");
        reference.region = fields[3];
    }
    const auto hash = id.find('#');
    if (hash != std::string::npos) {
        if (is_ssm) refuse_reference(reference, "a parameter cannot have a JSON key");
        reference.id = id.substr(0, hash);
        reference.key = id.substr(hash + 1);
        if (reference.key.empty()) refuse_reference(reference, "the key after '#' is missing");
    }
    if (reference.id.empty()) refuse_reference(reference, "the name is missing");
    if (!is_ssm && reference.id.find(':') != std::string::npos) {
        refuse_reference(reference, "a name cannot contain a colon");
    }
    return reference;
}

}  // namespace migrator::cloud::aws

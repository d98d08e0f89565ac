#include "cloud/aws/secrets.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <mutex>

#include "cloud/aws/client.hpp"
#include "cloud/aws/json_error.hpp"
#include "cloud/aws/json_members.hpp"
#include "cloud/aws/secret_error.hpp"
#include "cloud/aws/secret_reference.hpp"

namespace migrator::cloud::aws {
namespace {

namespace json = boost::json;
using http_client::Response;

struct Secret {
    std::string value;
    bool is_binary = false;
};

[[noreturn]] void refuse_secret(
    const SecretReference& reference,
    const std::string& why,
    ErrorKind kind = ErrorKind::Configuration
) {
    throw Error(kind, fmt::format("${{{}}}: {}", reference.text, why));
}

/// A member of an object; null when there is none.
const json::value* member(const json::value& value, std::string_view name) {
    return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

const json::string* text_member(const json::value& value, std::string_view name) {
    const json::value* found = member(value, name);
    return found == nullptr ? nullptr : found->if_string();
}

[[noreturn]] void refuse_answer(const SecretReference& reference) {
    refuse_secret(
        reference,
        "the response is not from AWS; check for a proxy or a configured endpoint",
        ErrorKind::Unavailable
    );
}

Secret from_base64(const SecretReference& reference, std::string_view text) {
    std::string bytes(text.size() / 4 * 3, '\0');
    const int length = EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(bytes.data()),
        reinterpret_cast<const unsigned char*>(text.data()),
        static_cast<int>(text.size())
    );
    if (length < 0) refuse_answer(reference);
    // EVP_DecodeBlock turns the padding into bytes too.
    const auto padding = text.size() - std::min(text.find_last_not_of('=') + 1, text.size());
    bytes.resize(static_cast<std::size_t>(length) - std::min<std::size_t>(padding, bytes.size()));
    return {.value = std::move(bytes), .is_binary = true};
}

std::string question_of(const SecretReference& reference) {
    json::object question;
    if (reference.store == Store::Ssm) {
        question["Names"] = json::array{json::string(reference.id)};
        question["WithDecryption"] = true;
        return json::serialize(question);
    }
    question["SecretId"] = reference.id;
    if (!reference.version.empty()) question["VersionId"] = reference.version;
    if (!reference.stage.empty()) question["VersionStage"] = reference.stage;
    return json::serialize(question);
}

/// What a success holds.
Secret secret_in(
    const SecretReference& reference, const SecretCall& call, const Response& response
) {
    boost::system::error_code error;
    const json::value answer = json::parse(response.body, error);
    if (error) refuse_answer(reference);
    if (reference.store == Store::Ssm) {
        const json::value* parameters = member(answer, "Parameters");
        if (parameters == nullptr || !parameters->is_array()) refuse_answer(reference);
        if (parameters->get_array().empty()) refuse_unknown_parameter(reference, call);
        const json::string* value = text_member(parameters->get_array().front(), "Value");
        if (value == nullptr) refuse_answer(reference);
        return {.value = std::string(*value)};
    }
    if (const json::string* text = text_member(answer, "SecretString")) {
        return {.value = std::string(*text)};
    }
    const json::string* binary = text_member(answer, "SecretBinary");
    if (binary == nullptr) refuse_answer(reference);
    return from_base64(reference, *binary);
}

/// The part of a secret that the reference is about.
std::string part_of(const SecretReference& reference, const Secret& secret) {
    if (reference.key.empty()) return secret.value;
    if (secret.is_binary) refuse_secret(reference, "the secret is binary, so it has no JSON keys");
    const auto members = json_members(secret.value);
    if (!members) refuse_secret(reference, "the secret is not a JSON object, so it has no keys");
    const auto found = members->find(reference.key);
    if (found != members->end() && found->second) return *found->second;
    std::string names;
    for (const auto& [name, value] : *members) {
        if (!value) continue;
        names += (names.empty() ? "" : ", ") + name;
    }
    refuse_secret(
        reference,
        fmt::format(
            "the key \"{}\" of the secret {}; its keys: {}",
            reference.key,
            found == members->end() ? "does not exist" : "is null",
            names.empty() ? "none" : names
        )
    );
}

}  // namespace

struct Secrets::State {
    const Surroundings surroundings;
    std::mutex mutex{};  // guards what follows
    std::shared_ptr<CredentialSource> credentials{};
    std::unique_ptr<Client> client{};
    std::map<std::string, Secret> fetched{};

    /// Only when a reference is looked up: most installations have none.
    void prepare() {
        if (client) return;
        credentials = make_credential_source(surroundings, {});
        client = std::make_unique<Client>(surroundings, credentials);
    }

    Secret fetch(const SecretReference& reference) {
        const bool is_ssm = reference.store == Store::Ssm;
        const std::string service = is_ssm ? "ssm" : "secretsmanager";
        const Endpoint endpoint = resolve_endpoint(surroundings, service, "", reference.region, "");
        prepare();
        const Call call{
            .method = "POST",
            .endpoint = endpoint.url,
            .path = endpoint.base_path + "/",
            .headers =
                {{"Content-Type", "application/x-amz-json-1.1"},
                 {"X-Amz-Target",
                  is_ssm ? "AmazonSSM.GetParameters" : "secretsmanager.GetSecretValue"}},
            .body = question_of(reference)};
        const Client::Options options{
            .limits = {.total = std::chrono::seconds(30), .response_bytes = 8'388'608}};
        const Response response = client->send(
            "read ${" + reference.text + "}",
            call,
            {.service = service, .region = endpoint.region},
            judge_json,
            options
        );
        const SecretCall made{.region = endpoint.region, .who = credentials->describe()};
        if (response.status < 200 || response.status > 299) {
            refuse_secret(reference, made, response);
        }
        return secret_in(reference, made, response);
    }

    const Secret& get(const SecretReference& reference) {
        const std::string name = reference.secret();
        const auto known = fetched.find(name);
        if (known != fetched.end()) return known->second;
        return fetched.emplace(name, fetch(reference)).first->second;
    }
};

Secrets::Secrets(const Surroundings& surroundings)
    : state_(new State{.surroundings = surroundings}) {}

Secrets::~Secrets() = default;

std::string Secrets::value(const std::string& text) {
    const SecretReference reference = parse_secret_reference(text);
    const std::lock_guard lock(state_->mutex);
    try {
        return part_of(reference, state_->get(reference));
    } catch (const http_client::TransportError& error) {
        refuse_secret(reference, explained(error), ErrorKind::Unavailable);
    } catch (const Error& error) {  // of credentials and endpoints, which know of no reference
        if (std::string_view(error.what()).starts_with("${")) throw;
        refuse_secret(reference, error.what(), error.kind());
    }
}

void Secrets::forget() {
    const std::lock_guard lock(state_->mutex);
    state_->fetched.clear();
}

}  // namespace migrator::cloud::aws

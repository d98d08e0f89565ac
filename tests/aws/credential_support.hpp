#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "aws/fake_world.hpp"
#include "cloud/aws/credentials.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::cloud::aws::test {

/// A world with a home, without link-local addresses: were a request ever to leave the process, it
/// would find no host.
inline Surroundings safe(FakeWorld& world) {
    Surroundings surroundings = world.surroundings();
    surroundings.ecs_base = "http://ecs.invalid";
    surroundings.imds_base = "http://imds.invalid";
    return surroundings;
}

/// What an Error says; what came instead of one.
template <typename Work>
std::string error_of(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "(no error)";
}

template <typename Work>
ErrorKind kind_of(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.kind();
    }
    ADD_FAILURE() << "no error";
    return ErrorKind::Internal;
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The lines of the log while it lives.
class LogLines {
public:
    LogLines() {
        log::configure(log::Level::Debug, log::Format::Text);
        log::redirect([this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            text_ += std::string(line) + "\n";
        });
    }
    ~LogLines() {
        log::redirect(nullptr);
        log::configure(log::Level::Info, log::Format::Text);
    }
    LogLines(const LogLines&) = delete;
    LogLines& operator=(const LogLines&) = delete;
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

inline std::string in_time(const FakeWorld& world, std::chrono::seconds from_now) {
    return format_rfc3339(world.now() + from_now);
}

/// What the endpoint of a container answers.
inline std::string container_answer(
    const std::string& key, const std::string& expiration, const std::string& secret = "s3cr3t"
) {
    return R"({"RoleArn":"arn:aws:iam::1:role/task","AccessKeyId":")" + key +
           R"(","SecretAccessKey":")" + secret + R"(","Token":"t0k3n","Expiration":")" +
           expiration + "\"}";
}

inline std::string sts_answer(
    const std::string& action,
    const std::string& key,
    const std::string& expiration,
    const std::string& secret = "role-secret"
) {
    return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" +
           action +
           "Result><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser>"
           "<Credentials><AccessKeyId>" +
           key + "</AccessKeyId><SecretAccessKey>" + secret +
           "</SecretAccessKey><SessionToken>role-token</SessionToken><Expiration>" + expiration +
           "</Expiration></Credentials></" + action + "Result></" + action + "Response>";
}

inline std::string sts_error(const std::string& code, const std::string& message = "no") {
    return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender"
           "</Type><Code>" +
           code + "</Code><Message>" + message +
           "</Message></Error><RequestId>req-1</RequestId></ErrorResponse>";
}

inline std::shared_ptr<CredentialSource> source_in(
    FakeWorld& world, const CredentialOptions& options = {}
) {
    return make_credential_source(safe(world), options);
}

}  // namespace migrator::cloud::aws::test

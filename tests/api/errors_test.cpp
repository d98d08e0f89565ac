#include "api/errors.hpp"

#include <stdexcept>

#include "api/api.hpp"

namespace migrator::api::test {
namespace {

template <typename Exception>
http::Response answer_to(const Exception& exception) {
    http::Request request;
    request.method = "POST";
    request.path = "/v1/migrations";
    return error_response(request, std::make_exception_ptr(exception));
}

std::string header(const http::Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return {};
}

class Errors : public Api {};

TEST_F(Errors, EveryKindHasItsStatus) {
    const struct {
        ErrorKind kind;
        int status;
    } cases[] = {
        {ErrorKind::InvalidRequest, 400},
        {ErrorKind::Configuration, 500},
        {ErrorKind::NotFound, 404},
        {ErrorKind::ChecksumMismatch, 424},
        {ErrorKind::Locked, 409},
        {ErrorKind::Busy, 503},
        {ErrorKind::MigrationFailed, 500},
        {ErrorKind::PartlyFailed, 500},
        {ErrorKind::Unavailable, 500},
        {ErrorKind::Cancelled, 500},
        {ErrorKind::Internal, 500},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.status);
        const http::Response response = answer_to(Error(c.kind, "a \"text\"\n\xff"));
        EXPECT_EQ(response.status, c.status);
        EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
        EXPECT_EQ(response.body, "{\"error\":\"a \\\"text\\\"\\n\xef\xbf\xbd\"}");
        EXPECT_EQ(header(response, "Retry-After").empty(), c.kind != ErrorKind::Busy);
    }
}

TEST_F(Errors, OfTheServerItselfHaveTheShapeOfTheirApi) {
    surroundings.path_prefix = "/migrator";
    const auto coordinator = make_coordinator();
    const http::Router router = router_for(*coordinator);
    EXPECT_EQ(
        router.error_body("/migrator/v2/service", 413, "too \"large\""),
        R"({"errors":[{"message":"too \"large\"","extensions":{"code":"BAD_USER_INPUT"}}]})"
    );
    EXPECT_EQ(
        router.error_body("/migrator/v2/service", 503, "too many"),
        R"({"errors":[{"message":"too many","extensions":{"code":"BUSY"}}]})"
    );
    EXPECT_EQ(router.error_body("/migrator/v1/migrations", 503, "x"), R"({"error":"x"})");
    EXPECT_EQ(router.error_body("", 400, "x"), R"({"error":"x"})");
}

TEST_F(Errors, RetryAfterIsANumberOfSeconds) {
    const std::string seconds = header(answer_to(Error(ErrorKind::Busy, "x")), "Retry-After");
    EXPECT_GT(std::stoi(seconds), 0);
}

TEST_F(Errors, TextOfOtherExceptionsIsLoggedAndNotShown) {
    const http::Response standard = answer_to(std::runtime_error("password=s3cret"));
    EXPECT_EQ(standard.status, 500);
    EXPECT_EQ(standard.body, R"({"error":"internal error"})");
    EXPECT_TRUE(contains(logged, "PANIC Panic recovered: password=s3cret")) << logged;

    const http::Response other = answer_to(42);
    EXPECT_EQ(other.status, 500);
    EXPECT_EQ(other.body, R"({"error":"internal error"})");
    EXPECT_EQ(other.content_type, "application/json; charset=utf-8");
}

TEST_F(Errors, NoConnectionReadsAsClientsKnowIt) {
    EXPECT_EQ(
        answer_to(Error(ErrorKind::Unavailable, "failed to connect to database: refused")).body,
        R"({"error":"Error initialising migrator: failed to connect to database: refused"})"
    );
    EXPECT_EQ(
        answer_to(Error(ErrorKind::Unavailable, "the connection was lost")).body,
        R"({"error":"the connection was lost"})"
    );
}

TEST_F(Errors, LogLevelTellsWhoHasToAct) {
    answer_to(Error(ErrorKind::InvalidRequest, "x"));
    EXPECT_TRUE(contains(logged, " ERROR Bad request: POST /v1/migrations")) << logged;
    logged.clear();
    answer_to(Error(ErrorKind::Locked, "held by b"));
    EXPECT_TRUE(contains(logged, " WARN held by b")) << logged;
    logged.clear();
    answer_to(Error(ErrorKind::MigrationFailed, "SQL migration f failed"));
    EXPECT_TRUE(contains(logged, " PANIC Panic recovered: SQL migration f failed")) << logged;
}

}  // namespace
}  // namespace migrator::api::test

#include "core/error.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

TEST(Error, EveryKindHasTheCodesOfTheDocuments) {
    const struct {
        ErrorKind kind;
        int http_status;
        std::string_view graphql_code;
        int exit_code;
    } cases[] = {
        {ErrorKind::InvalidRequest, 400, "BAD_USER_INPUT", 2},
        {ErrorKind::Configuration, 500, "CONFIGURATION", 2},
        {ErrorKind::Unauthenticated, 401, "UNAUTHENTICATED", 1},
        {ErrorKind::Forbidden, 403, "FORBIDDEN", 1},
        {ErrorKind::NotFound, 404, "NOT_FOUND", 1},
        {ErrorKind::ChecksumMismatch, 424, "CHECKSUM_MISMATCH", 4},
        {ErrorKind::FileMoved, 424, "FILE_MOVED", 4},
        {ErrorKind::OutOfOrder, 424, "OUT_OF_ORDER", 4},
        {ErrorKind::MissingFiles, 424, "MISSING_FILES", 4},
        {ErrorKind::Locked, 409, "LOCKED", 5},
        {ErrorKind::Busy, 503, "BUSY", 1},
        {ErrorKind::MigrationFailed, 500, "MIGRATION_FAILED", 1},
        {ErrorKind::PartlyFailed, 500, "TENANT_FAILED", 6},
        {ErrorKind::Unavailable, 500, "UNAVAILABLE", 1},
        {ErrorKind::Cancelled, 500, "CANCELLED", 1},
        {ErrorKind::Internal, 500, "INTERNAL", 1}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.graphql_code);
        const EdgeCodes& codes = edge_codes(c.kind);
        EXPECT_EQ(codes.kind, c.kind);
        EXPECT_EQ(codes.http_status, c.http_status);
        EXPECT_EQ(codes.graphql_code, c.graphql_code);
        EXPECT_EQ(codes.exit_code, c.exit_code);
    }
}

TEST(InContext, PutsTheContextInFrontAndKeepsTheKind) {
    const auto fail = []() -> int { throw Error(ErrorKind::Locked, "held by b"); };
    try {
        in_context("tenant a", fail);
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Locked);
        EXPECT_STREQ(error.what(), "tenant a: held by b");
    }
}

TEST(InContext, KeepsTheAdvice) {
    const auto fail = [] {
        Error error(ErrorKind::Unavailable, "no");
        error.advise("change it");
        throw error;
    };
    try {
        in_context("tenant a", fail);
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.advice(), "change it");
        EXPECT_EQ(error.as(ErrorKind::Internal, "else").advice(), "change it");
        EXPECT_EQ(error.as(ErrorKind::Internal, "else").kind(), ErrorKind::Internal);
    }
}

TEST(InContext, PassesResultsAndOtherExceptionsThrough) {
    EXPECT_EQ(in_context("x", [] { return 42; }), 42);
    EXPECT_THROW(in_context("x", []() -> int { throw std::logic_error("y"); }), std::logic_error);
}

}  // namespace
}  // namespace migrator

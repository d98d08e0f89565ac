#include "console/pages.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/error.hpp"

namespace migrator::console {
namespace {

constexpr File kFiles[] = {
    {"index.html", "text/html; charset=utf-8", "aa", "page", "page.gz", "page.br"},
    {"console-X1.js", "text/javascript; charset=utf-8", "bb", "script", "script.gz", "script.br"}};

http::Response ask(std::string_view name, const http::Headers& headers = {}) {
    http::Request request;
    request.method = "GET";
    request.headers = headers;
    return answer(request, name, kFiles);
}

std::string header(const http::Response& response, std::string_view wanted) {
    for (const auto& [name, value] : response.headers) {
        if (name == wanted) return value;
    }
    return "none";
}

TEST(ConsolePages, AreCompressedAsTheBrowserUnderstands) {
    const struct {
        const char* accepted;
        const char* body;
        const char* coding;
    } cases[] = {
        {"", "script", "none"},
        {"identity", "script", "none"},
        {"gzip, deflate", "script.gz", "gzip"},
        {"gzip, deflate, br, zstd", "script.br", "br"},
        {"BR;q=0.5 , gzip", "script.br", "br"},
        {"br;q=0, gzip;q=0.1", "script.gz", "gzip"},
        {"br; q=0.000,gzip ; q=0", "script", "none"},
        {"brotli", "script", "none"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.accepted);
        const auto response = ask("console-X1.js", {{"Accept-Encoding", c.accepted}});
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, c.body);
        EXPECT_EQ(header(response, "Content-Encoding"), c.coding);
        EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
    }
}

TEST(ConsolePages, AreKeptWhereTheirNameChangesWithTheirContent) {
    EXPECT_EQ(header(ask("console-X1.js"), "Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(header(ask(""), "Cache-Control"), "no-cache");
    EXPECT_EQ(ask("").body, "page");
    EXPECT_EQ(ask("index.html").body, "page");
}

TEST(ConsolePages, AreNotSentAgainWhileTheyAreTheSame) {
    EXPECT_EQ(header(ask(""), "ETag"), "\"aa\"");
    const http::Headers gzip = {{"Accept-Encoding", "gzip"}};
    EXPECT_EQ(header(ask("", gzip), "ETag"), "\"aa-gzip\"");
    const auto same =
        ask("", {{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"x\", W/\"aa-gzip\""}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(header(same, "ETag"), "\"aa-gzip\"");
    EXPECT_EQ(ask("", {{"If-None-Match", "\"aa-gzip\""}}).status, 200);
}

TEST(ConsolePages, ForbidWhatComesFromElsewhereOrInline) {
    const std::string policy = header(ask(""), "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'self';")) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
}

TEST(ConsolePages, SayWhatIsNotThere) {
    const auto message = [](std::string_view name, std::span<const File> files) -> std::string {
        try {
            answer({}, name, files);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::NotFound);
            return error.what();
        }
        return "no error";
    };
    EXPECT_EQ(message("console-X2.js", kFiles), "the console has no file console-X2.js");
    EXPECT_NE(message("", {}).find("-DCONSOLE=OFF"), std::string::npos);
}

TEST(ConsolePages, AreFoundWithoutTheSlashWhateverTheProxyCallsThem) {
    EXPECT_EQ(header(redirect_to_folder(), "Location"), "console/");
}

}  // namespace
}  // namespace migrator::console

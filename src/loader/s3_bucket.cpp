#include "loader/s3_bucket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "cloud/aws/answers.hpp"
#include "cloud/aws/sts.hpp"
#include "core/log.hpp"
#include "loader/s3_integrity.hpp"

namespace migrator::loader {
namespace {

using cloud::aws::Client;
using cloud::aws::header;
using Verdict = Client::Verdict;

constexpr std::size_t kMostKeysOfAPage = 1'000;
constexpr std::size_t kMostKeys = 1'000'000;
constexpr std::size_t kMostPages = 10'000;  // some may be short
constexpr std::size_t kLargestPage = std::size_t{8} << 20U;
/// A larger object is no migration: somebody has named the wrong place.
constexpr std::size_t kLargestObject = std::size_t{64} << 20U;

std::string quoted(const std::string& etag) {
    return etag.ends_with('"') ? etag : '"' + etag + '"';
}

/// The same for `"x"`, `x` and `W/"x"`: servers write one in the list and another in the header.
std::string bare(std::string etag) {
    if (etag.starts_with("W/")) etag.erase(0, 2);
    std::erase(etag, '"');
    return etag;
}

/// A slow line may take its time, as long as something comes.
http_client::Limits limits_for(std::size_t bytes) {
    return {.total = std::chrono::milliseconds(0), .response_bytes = bytes + 65'536};
}

/// No longer there, or with other bytes.
bool is_changed(const S3Error& error) {
    return error.status == 412 || error.code == "NoSuchKey" ||
           (error.status == 404 && error.code == "HTTP404");
}

bool is_whole(const http_client::Response& response, const S3Object& object) {
    return response.body.size() == object.size && agrees_with_checksums(response);
}

/// Of a server that does not know If-Match. The size alone proves nothing: an edit may keep it.
bool is_another(const http_client::Response& response, const S3Object& object) {
    const std::string etag = bare(header(response, "etag"));
    return !etag.empty() && !object.etag.empty() && etag != bare(object.etag);
}

/// An error of S3 with status 200, and a page that ended early: both pass, as a rule.
Client::Judged judge_page(const http_client::Response& response, bool& is_tried_again) {
    if (is_error_in_disguise(response)) {
        http_client::Response error = response;
        error.status = 500;
        return judge_s3(error);
    }
    if (response.status != 200 || is_tried_again) return judge_s3(response);
    try {
        parse_s3_page(response.body);
    } catch (const Error&) {
        is_tried_again = true;
        return {Verdict::Transient, "IncompleteList"};
    }
    return judge_s3(response);
}

}  // namespace

S3Bucket::S3Bucket(
    S3Store& store, cloud::aws::Surroundings surroundings, std::function<void()> on_throttled
)
    : store_(store),
      surroundings_(std::move(surroundings)),
      on_throttled_(std::move(on_throttled)),
      credentials_(store.credentials()),
      client_(std::make_unique<Client>(surroundings_, credentials_)) {}

std::vector<S3Object> S3Bucket::list(const std::string& prefix) {
    std::vector<S3Object> objects;
    std::set<std::string> tokens;
    std::set<std::string> keys;
    cloud::aws::Query where;
    const auto fail = [&](const std::string& what) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format("Could not list s3://{}/{}: {}", store_.location().bucket, prefix, what)
        );
    };
    while (true) {
        S3Page page = this->page(prefix, where, kMostKeysOfAPage);
        for (S3Object& object : page.objects) {
            // Left out, it would be a file that is never applied, and nobody would hear of it.
            if (!object.key.starts_with(prefix)) {
                fail(fmt::format("the server listed {}, which is not below the prefix", object.key)
                );
            }
            if (!keys.insert(object.key).second) {
                fail(fmt::format("the server listed {} twice", object.key));
            }
            if (!object.key.ends_with('/')) objects.push_back(std::move(object));
        }
        if (!page.is_truncated) break;
        if (keys.size() >= kMostKeys || tokens.size() >= kMostPages) {
            fail("more than 1,000,000 objects");
        }
        const bool has_token = !page.next_token.empty();
        const std::string& next = has_token ? page.next_token : page.next_marker;
        if (next.empty()) fail("the server reported another page without a continuation token");
        if (!tokens.insert(next).second) fail("the server returned the same page again");
        where = {{has_token ? "continuation-token" : "marker", next}};
    }
    std::ranges::sort(objects, {}, &S3Object::key);  // compatible servers may have another order
    return objects;
}

S3Page S3Bucket::page(const std::string& prefix, const cloud::aws::Query& where, std::size_t most) {
    bool is_tried_again = false;
    Ask ask{
        .operation = Operation::List,
        .name = prefix,
        .query = {{"encoding-type", "url"}, {"max-keys", std::to_string(most)}, {"prefix", prefix}},
        .judge = [&](const http_client::Response& response
                 ) { return judge_page(response, is_tried_again); },
        .options = {.limits = {.total = std::chrono::seconds(30), .response_bytes = kLargestPage}}};
    const bool is_version_1 = !where.empty() && where.front().first == "marker";
    if (!is_version_1) ask.query.emplace_back("list-type", "2");
    ask.query.insert(ask.query.end(), where.begin(), where.end());
    if (most == 1) {  // a health check: it has to be quick
        ask.options = {
            .limits = {.connect = std::chrono::seconds(2), .total = std::chrono::seconds(2)},
            .attempts = 2};
    }
    const http_client::Response response = send(ask);
    return in_context(
        fmt::format("Could not list s3://{}/{}", store_.location().bucket, prefix),
        [&] { return parse_s3_page(response.body); }
    );
}

void S3Bucket::ping() {
    // As the Go program does: the condition of a policy compares with this text.
    const std::string& prefix = store_.location().prefix;
    page(prefix.empty() ? "/" : prefix, {}, 1);
}

std::string S3Bucket::read(const S3Object& object) {
    const std::string name = fmt::format("s3://{}/{}", store_.location().bucket, object.key);
    if (object.size > kLargestObject) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Could not read {}: the object has {} bytes, the limit is {}",
                name,
                object.size,
                kLargestObject
            )
        );
    }
    bool is_tried_again = false;
    Ask ask{
        .operation = Operation::Read,
        .name = object.key,
        .headers = {{"x-amz-checksum-mode", "ENABLED"}},
        .judge = [&](const http_client::Response& response) -> Client::Judged {
            const bool is_cut = response.status == 200 && !is_whole(response, object) &&
                                !is_another(response, object);
            if (is_cut && !std::exchange(is_tried_again, true)) {
                return {Verdict::Transient, "IncompleteBody"};
            }
            return judge_s3(response);
        },
        .options = {.limits = limits_for(object.size)}};
    if (!object.etag.empty()) ask.headers.emplace_back("if-match", quoted(object.etag));
    http_client::Response response = send(ask, is_changed);
    if (response.status == 404) {
        throw ObjectChanged(fmt::format(
            "Could not read {}: the object is in the list, but the server does not find it "
            "(HTTP 404); try again when nobody deletes or uploads objects",
            name
        ));
    }
    if (response.status != 200 || is_another(response, object)) {
        throw ObjectChanged(fmt::format(
            "Could not read {}: the object changed twice while it was read; try again when the "
            "upload is complete",
            name
        ));
    }
    if (!is_whole(response, object)) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "Could not read {}: received {} of {} bytes, or the checksum does not match "
                "(request ID {})",
                name,
                response.body.size(),
                object.size,
                header(response, "x-amz-request-id")
            )
        );
    }
    if (header(response, "content-encoding") == "gzip") {
        log::warn(
            name +
            " is compressed (Content-Encoding: gzip) and is not decompressed; upload it "
            "uncompressed"
        );
    }
    return std::move(response.body);
}

http_client::Response S3Bucket::send(const Ask& ask, bool (*is_expected)(const S3Error&)) {
    S3Target target = in_context(fmt::format("s3://{}", store_.location().bucket), [&] {
        return store_.target();
    });
    for (bool has_moved = false;; has_moved = true) {
        http_client::Response response = send_to(target, ask);
        const bool may_be_error = ask.operation == Operation::List;
        if (response.status == 200 && !(may_be_error && is_error_in_disguise(response))) {
            return response;
        }
        const S3Error error = parse_s3_error(response);
        if (is_expected != nullptr && is_expected(error)) return response;
        const auto elsewhere =
            !has_moved && is_wrong_region(error) ? store_.moved(target, error) : std::nullopt;
        if (!elsewhere) throw error_of(failure(ask, target), error);
        target = *elsewhere;
    }
}

http_client::Response S3Bucket::send_to(const S3Target& target, const Ask& ask) {
    const bool is_list = ask.operation == Operation::List;
    const S3Address address = address_of(target, store_.location().bucket, is_list ? "" : ask.name);
    cloud::aws::Call call{
        .endpoint = address.endpoint,
        .path = address.path,
        .query = ask.query,
        .headers = ask.headers};
    if (store_.options().s3_request_payer) {
        call.headers.emplace_back("x-amz-request-payer", "requester");
    }
    const S3Failure failed = failure(ask, target);
    // Before the request, so that what goes wrong with credentials is not blamed on S3.
    if (credentials_) in_context(failed.text(), [&] { credentials_->get(); });
    const std::string what =
        fmt::format("{} s3://{}/{}", is_list ? "list" : "read", store_.location().bucket, ask.name);
    try {
        return client_->send(
            what,
            call,
            {"s3", target.endpoint.region},
            [&](const http_client::Response& response) {
                Client::Judged judged = ask.judge(response);
                if (judged.verdict == Verdict::Throttled && on_throttled_) on_throttled_();
                return judged;
            },
            ask.options
        );
    } catch (const http_client::TransportError& error) {
        throw error_of(failed, error);
    } catch (const Error& error) {  // of the credentials, when they had to be refreshed
        throw Error(error.kind(), failed.text() + ": " + error.what());
    }
}

S3Failure S3Bucket::failure(const Ask& ask, const S3Target& target) {
    return {
        .operation = ask.operation,
        .name = ask.name,
        .location = store_.location(),
        .target = target,
        .caller = [this] { return caller(); },
        .credentials = [this] { return credentials_->describe(); },
        .now = surroundings_.clock()};
}

std::string S3Bucket::caller() {
    if (!credentials_) return "an anonymous caller (s3Anonymous)";
    std::string description = credentials_->describe();
    if (store_.target().endpoint.is_custom) return description;
    const auto arn = cloud::aws::caller_arn(
        store_.surroundings(),
        credentials_,
        {.profile = store_.options().s3_profile, .region = store_.target().endpoint.region}
    );
    return arn ? *arn + ", with credentials from " + description + "," : description;
}

}  // namespace migrator::loader

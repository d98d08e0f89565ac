#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/aws/client.hpp"
#include "core/error.hpp"
#include "loader/s3_advice.hpp"
#include "loader/s3_listing.hpp"
#include "loader/s3_store.hpp"

namespace migrator::loader {

/// An object is no longer what was listed, so the listing is to be read again. Unavailable.
class ObjectChanged : public Error {
public:
    explicit ObjectChanged(const std::string& message) : Error(ErrorKind::Unavailable, message) {}
};

/// The requests, over a connection of its own. One thread at a time. What it throws says what was
/// tried, what came back, and what to do: Unavailable, Configuration, or MigrationFailed for an
/// object that can't be read as it is.
class S3Bucket {
public:
    /// `surroundings` differ from the store's in how one sleeps between tries. `on_throttled` is
    /// called for every answer that asks for fewer requests.
    S3Bucket(
        S3Store& store, cloud::aws::Surroundings surroundings, std::function<void()> on_throttled
    );

    /// What is below `prefix`, sorted by key, without the markers of directories. All of it: a page
    /// that contradicts itself, the prefix or another page is an error.
    std::vector<S3Object> list(const std::string& prefix);

    /// All bytes of what was listed, by size, ETag and checksum. Throws ObjectChanged, too.
    std::string read(const S3Object& object);

    /// Asks for one key, within a few seconds.
    void ping();

private:
    using Operation = S3Failure::Operation;
    using Headers = std::vector<std::pair<std::string, std::string>>;

    /// What to send, and whom it is about.
    struct Ask {
        Operation operation;
        std::string name;  ///< the prefix or the key
        cloud::aws::Query query;
        Headers headers;
        cloud::aws::Client::Judge judge;
        cloud::aws::Client::Options options;
    };

    /// From wherever the bucket is. The status is 200, or what is expected.
    http_client::Response send(const Ask& ask, bool (*is_expected)(const S3Error&) = nullptr);
    /// Any answer, tries and all.
    http_client::Response send_to(const S3Target& target, const Ask& ask);
    S3Page page(const std::string& prefix, const cloud::aws::Query& where, std::size_t most);
    S3Failure failure(const Ask& ask, const S3Target& target);
    std::string caller();

    S3Store& store_;
    const cloud::aws::Surroundings surroundings_;
    const std::function<void()> on_throttled_;
    std::shared_ptr<cloud::aws::CredentialSource> credentials_;
    std::unique_ptr<cloud::aws::Client> client_;
};

}  // namespace migrator::loader

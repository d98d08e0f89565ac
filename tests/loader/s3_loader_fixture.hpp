#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/sha256.hpp"
#include "loader/fake_bucket.hpp"

namespace migrator::loader::test {
using cloud::aws::test::header_of;
using http_client::TransportFailure;

/// A loader of the bucket `bkt`, directory `ref`, in a world that a test can change.
class S3LoaderTest : public ::testing::Test {
protected:
    S3LoaderTest() {
        log::redirect([this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.append(line).append("\n");
        });
        options.base_location = "s3://bkt";
        options.directories[MigrationType::SingleMigration] = {"ref"};
        options.storage_concurrency = 4;
    }
    ~S3LoaderTest() override { log::redirect(nullptr); }

    OpenLoader opener() { return make_opener(options, world.surroundings()); }
    std::vector<Migration> load() { return opener()()->load(); }

    std::string error_of_load(ErrorKind kind) {
        try {
            load();
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            EXPECT_EQ(std::string(error.what()).find("wJalr"), std::string::npos);
            return error.what();
        }
        return "no error";
    }
    static bool is_list(const Request& request) {
        return request.url.find("prefix=") != std::string::npos;
    }
    std::string log() {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    /// Answers reads, or listings, itself as long as it has something to say.
    void intercept(std::function<std::optional<Response>(const Request&)> first) {
        world.serve([this, first](const Request& request) {
            const auto own = first(request);
            return own ? *own : bucket.answer(request);
        });
    }

    FakeWorld world;
    FakeBucket bucket{world};
    Options options;

private:
    std::mutex mutex_;
    std::string lines_;
};

inline void expect_contains(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text << "\nlacks " << part;
}

inline std::vector<std::string> files_of(const std::vector<Migration>& sources) {
    std::vector<std::string> files;
    for (const Migration& source : sources) files.push_back(source.file);
    return files;
}

}  // namespace migrator::loader::test

#include "loader/s3.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/error.hpp"
#include "core/log.hpp"
#include "loader/places.hpp"
#include "loader/s3_workers.hpp"
#include "loader/source_file.hpp"
#include "loader/source_order.hpp"

namespace migrator::loader {
namespace {

/// An object is no longer what was listed.
class Changed : public Error {
public:
    explicit Changed(const std::string& message) : Error(ErrorKind::Unavailable, message) {}
};

/// The key stands behind the whole base location, which may hold a prefix that the key holds, too:
/// this text is stored and must not be "mended".
Migration migration_of(const std::string& base, const std::string& key, MigrationType type) {
    Migration migration;
    migration.file = base + "/" + key;
    const auto slash = migration.file.rfind('/');
    migration.source_dir = migration.file.substr(0, slash);
    migration.name = migration.file.substr(slash + 1);
    migration.type = type;
    return migration;
}

using Listing = std::vector<S3Object>;

std::vector<Listing> list_all(
    S3Store& store, S3Workers& workers, const std::vector<Place>& places
) {
    std::vector<Listing> listings(places.size());
    workers.run(places.size(), [&](S3Bucket& bucket, std::size_t i) {
        listings[i] = bucket.list(places[i].path);
        if (store.note_listing(places[i].path, listings[i].empty())) {
            log::warn(fmt::format(
                "s3://{}/{} has no objects; check the spelling",
                store.location().bucket,
                places[i].path
            ));
        }
    });
    return listings;
}

/// A source and the object that it is.
struct ListedObject {
    Migration* migration;
    const S3Object* object;
};

void read_all(S3Store& store, S3Workers& workers, const std::vector<ListedObject>& files) {
    std::vector<ListedObject> missing;
    for (const ListedObject& file : files) {
        const auto known = store.contents().find(*file.object);
        if (!known) {
            missing.push_back(file);
            continue;
        }
        file.migration->contents = known->contents;
        file.migration->check_sum = known->check_sum;
    }
    workers.run(missing.size(), [&](S3Bucket& bucket, std::size_t i) {
        const auto& [migration, object] = missing[i];
        std::optional<std::string> contents = bucket.read(*object);
        if (!contents) {
            throw Changed(fmt::format(
                "Could not read s3://{}/{}: the object changed twice while it was read; try again "
                "when the upload is complete",
                store.location().bucket,
                object->key
            ));
        }
        set_contents(*migration, std::move(*contents));
        store.contents().add(*object, {migration->contents, migration->check_sum});
    });
}

}  // namespace

std::vector<Migration> S3Loader::load() {
    try {
        return load_once();
    } catch (const Changed&) {
        log::info(fmt::format(
            "Objects in {} changed after they were listed; listing them again",
            store_->options().base_location
        ));
    }
    return load_once();
}

std::vector<Migration> S3Loader::load_once() {
    const Options& options = store_->options();
    const auto prefix_of = [&](const std::string& directory) {
        return store_->location().prefix_of(directory);
    };
    const std::vector<Place> all = places(options, prefix_of);
    warn_of_repeated(all);
    S3Workers workers(*store_, options.storage_concurrency);
    const std::vector<Listing> listings = list_all(*store_, workers, all);

    std::vector<Migration> sources;
    std::unordered_map<std::string_view, const S3Object*> by_key;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const S3Object& object : listings[i]) {
            sources.push_back(migration_of(options.base_location, object.key, all[i].type));
            by_key[object.key] = &object;
        }
    }
    sort_in_source_order(sources);
    store_->contents().keep_only(by_key);
    std::vector<ListedObject> files;
    for (Migration& source : sources) {
        const auto key = std::string_view(source.file).substr(options.base_location.size() + 1);
        files.push_back({&source, by_key.at(key)});
    }
    read_all(*store_, workers, files);
    return sources;
}

void S3Loader::ping() {
    try {
        S3Bucket(*store_, store_->surroundings(), nullptr).ping();
    } catch (const Error& error) {
        throw Error(ErrorKind::Unavailable, error.what());
    }
}

}  // namespace migrator::loader

#include "loader/s3.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"
#include "loader/ignored_names.hpp"
#include "loader/nested_files.hpp"
#include "loader/places.hpp"
#include "loader/s3_workers.hpp"
#include "loader/source_file.hpp"
#include "loader/source_order.hpp"

namespace migrator::loader {
namespace {

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

std::vector<Listing> list_all(S3Workers& workers, const std::vector<Place>& places) {
    std::vector<Listing> listings(places.size());
    workers.run(places.size(), [&](S3Bucket& bucket, std::size_t i) {
        listings[i] = bucket.list(places[i].path);
    });
    return listings;
}

/// Whether another configured prefix below `place` holds the object: then that one has it.
bool is_of_another(const std::string& key, const Place& place, const std::vector<Place>& places) {
    return std::ranges::any_of(places, [&](const Place& other) {
        return other.path.size() > place.path.size() && other.path.starts_with(place.path) &&
               key.starts_with(other.path);
    });
}

/// Which of the objects listed for a place are to be read. `report` gets the others.
class Sieve {
public:
    Sieve(const Options& options, const std::vector<Place>& places, Report& report)
        : options_(options), ignored_(options.ignore_files), places_(places), report_(report) {}

    Listing wanted(const Place& place, const Listing& listing) {
        NestedFiles nested(options_.nested, Nested::Run, place.type);
        Listing wanted;
        for (const S3Object& object : listing) {
            if (is_of_another(object.key, place, places_)) continue;
            const std::string file = options_.base_location + "/" + object.key;
            const auto path = std::string_view(object.key).substr(place.path.size());
            const bool is_below = path.find('/') != std::string_view::npos;
            const std::string_view pattern = ignored_.match(path, file);
            if (is_below && pattern.empty()) nested.add(file);
            if (is_below && !nested.are_run()) {
                report_.ignored.push_back({file, place.type, ""});
            } else if (!pattern.empty()) {
                report_.ignored.push_back({file, place.type, std::string(pattern)});
            } else {
                wanted.push_back(object);
            }
        }
        const std::string location = options_.base_location + "/" + place.path;
        nested.judge(location, report_);
        if (wanted.empty()) {
            report_.warnings.push_back(
                {location,
                 listing.empty() ? "has no objects; check the spelling"
                                 : "has no objects that are migrations by their names and folders"}
            );
        }
        report_.directories.push_back({location, kind_of(place.type).key, wanted.size()});
        return wanted;
    }

private:
    const Options& options_;
    const IgnoredNames ignored_;
    const std::vector<Place>& places_;
    Report& report_;
};

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
        set_contents(*migration, bucket.read(*object));
        store.contents().add(*object, {migration->contents, migration->check_sum});
    });
}

}  // namespace

std::vector<Migration> S3Loader::load() {
    try {
        return load_once();
    } catch (const ObjectChanged&) {
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
    std::vector<Listing> listings = list_all(workers, all);
    Report report;
    Sieve sieve(options, all, report);
    for (std::size_t i = 0; i < all.size(); ++i) listings[i] = sieve.wanted(all[i], listings[i]);

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
    report_ = std::move(report);
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

#include "coordinator/corrections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/path.hpp"
#include "core/sha256.hpp"
#include "identity/names.hpp"
#include "identity/recognition.hpp"
#include "loader/disk_path.hpp"
#include "plan/findings.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::coordinator {
namespace {

/// The source file whose identity is `wanted`, or the only one that ends in "/wanted".
const Migration& find_source(const std::vector<Migration>& sources, const std::string& wanted) {
    const Migration* found = nullptr;
    for (const Migration& source : sources) {
        if (is_script(source.type)) continue;
        if (source.file == wanted) return source;
        if (!source.file.ends_with("/" + wanted)) continue;
        if (found != nullptr) {
            throw Error(
                ErrorKind::InvalidRequest,
                fmt::format(
                    "{} is ambiguous: {} or {}; give more of the path",
                    wanted,
                    found->file,
                    source.file
                )
            );
        }
        found = &source;
    }
    if (found == nullptr) {
        throw Error(ErrorKind::NotFound, fmt::format("migration {} is not in the source", wanted));
    }
    return *found;
}

/// Adds what `files` are recorded under beside their names of today.
void add_other_names(
    const Applied& applied,
    const std::unordered_set<std::string>& files,
    std::vector<std::string>& names
) {
    for (const auto& [recorded, today] : applied.renamed) {
        if (files.contains(today)) names.push_back(recorded);
    }
}

/// Throws InvalidRequest.
void refuse_other_schema(const std::string& recorded, const Migration& file) {
    const std::string why = identity::other_schema(recorded, file);
    if (why.empty()) return;
    throw Error(
        ErrorKind::InvalidRequest,
        fmt::format(
            "they cannot be the same: {}. If it is to run there: migrator accept --as-new {}",
            why,
            file.file
        )
    );
}

/// Throws InvalidRequest when the recorded file can't be `file`.
void check_same(
    const std::string& recorded,
    const AppliedFile& row,
    const Migration& file,
    const Applied& applied
) {
    const auto refuse = [&](const std::string& why) {
        throw Error(
            ErrorKind::InvalidRequest, fmt::format("{} cannot be {}: {}", recorded, file.file, why)
        );
    };
    if (!row.is_recorded_as(file.type)) {
        refuse(fmt::format("it is not recorded as a {}", kind_of(file.type).for_people));
    }
    if (plan::is_recorded(applied, file)) refuse("both are recorded");
    refuse_other_schema(recorded, file);
}

Error no_trace_of(const std::string& tenant) {
    return {
        ErrorKind::NotFound,
        fmt::format("tenant {} does not exist, and nothing is recorded for it", tenant)};
}

bool is_whole(const std::string& place) { return place.starts_with('/') || is_url(place); }

bool is_today(const std::string& place, const Applied& applied) {
    return !is_whole(place) && loader::absolute_location(place) == applied.base.today;
}

}  // namespace

Corrections::Corrections(
    const Dependencies& dependencies,
    const Inspection& inspection,
    Audit& audit,
    const Options& options
)
    : dependencies_(dependencies),
      inspection_(inspection),
      audit_(audit),
      source_(options.source),
      lock_timeout_(options.lock_timeout) {}

std::unique_ptr<db::Run> Corrections::lock(const std::string& what, const std::string& request_id)
    const {
    Patience patience(dependencies_.time, lock_timeout_, {});
    const auto us = [&] { return dependencies_.us(request_id, what); };
    return wait_for_lock(dependencies_.connector, us, patience, [](const std::string& news) {
        if (!news.empty()) log::warn(news);
    });
}

template <typename Work>
void Corrections::correct(
    const std::string& what, const Asker& asker, const AuditedChange& change, Work&& work
) {
    std::unique_ptr<db::Run> run;
    try {
        run = lock(what, change.request_id);
    } catch (const Error& error) {
        audit_.not_begun(asker, change, error.what(), error.kind());
        throw;
    }
    Audit::Entry entry = audit_.begin(asker, change);
    try {
        work(*run);
    } catch (const Error& error) {
        entry.failed(error.what());
        throw;
    }
    entry.done();
}

Corrections::Change Corrections::find_change(const std::string& file) {
    const std::vector<Migration> sources = inspection_.files();
    const Migration& source = find_source(sources, file);
    const Applied applied = dependencies_.connector.read_applied(sources);
    const auto recorded = applied.files.find(source.file);
    if (recorded == applied.files.end() || !recorded->second.as_migration()) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format("{} is not recorded as applied; nothing to accept", source.file)
        );
    }
    Change change{source, recorded->second.check_sum, {source.file}};
    add_other_names(applied, {source.file}, change.names);
    return change;
}

void Corrections::accept(const Change& change, const std::string& request_id, const Asker& asker) {
    const Migration& file = change.migration;
    const AuditedChange audited{
        .operation = "accept",
        .parameters =
            {{"file", file.file},
             {"recorded", change.recorded_check_sum},
             {"checksum", file.check_sum}},
        .request_id = request_id};
    correct("accept " + file.name, asker, audited, [&](db::Run& run) {
        run.accept(file, change.names);
    });
}

std::string Corrections::applied_text(const Change& change) const {
    auto text = inspection_.recorded_text(change.names);
    // Bytes that are not UTF-8 are not recorded as they were.
    if (text && sha256_hex(*text) == change.recorded_check_sum) return *std::move(text);
    throw Error(
        ErrorKind::NotFound,
        fmt::format(
            "the text of {} that was applied is not recorded byte for byte; restore it from your "
            "repository",
            change.migration.file
        )
    );
}

Corrections::Forgettable Corrections::find_forgettable(
    const std::string& tenant, const std::string& file
) {
    const std::string name = SchemaName::parse(tenant).str();
    const std::vector<Migration> sources = inspection_.files();
    const Migration& from = find_source(sources, file);
    if (!is_for_tenants(from.type)) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "{} is not a tenant migration; only tenant migrations can be forgotten", from.file
            )
        );
    }
    const Applied applied = dependencies_.connector.read_applied(sources);
    if (std::ranges::find(applied.tenants, name) == applied.tenants.end()) {
        throw Error(ErrorKind::NotFound, fmt::format("tenant {} does not exist", name));
    }
    const auto own = applied.files_of_tenant.find(name);
    const auto has = [&](const Migration& source) {
        if (own != applied.files_of_tenant.end()) return own->second.contains(source.file);
        return applied.counts.contains(name) && plan::is_recorded(applied, source);
    };
    Forgettable found;
    std::unordered_set<std::string> names;
    for (auto source = sources.begin() + (&from - sources.data()); source != sources.end();
         ++source) {
        if (!is_tenant_migration(source->type) || !has(*source)) continue;
        found.files.push_back(*source);
        names.insert(source->file);
    }
    add_other_names(applied, names, found.other_names);
    if (found.files.empty()) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format("tenant {} has no recorded migration at or after {}", name, from.file)
        );
    }
    return found;
}

void Corrections::forget(
    const std::string& tenant,
    const Forgettable& forgettable,
    const std::string& request_id,
    const Asker& asker
) {
    std::vector<const Migration*> pointers;
    for (const Migration& file : forgettable.files) pointers.push_back(&file);
    const AuditedChange audited{
        .operation = "forget",
        .parameters =
            {{"tenant", tenant},
             {"from", forgettable.files.empty() ? "" : forgettable.files.front().file},
             {"files", std::to_string(forgettable.files.size())}},
        .request_id = request_id};
    correct("forget " + tenant, asker, audited, [&](db::Run& run) {
        run.forget(SchemaName::parse(tenant), pointers, forgettable.other_names);
    });
}

db::TenantTraces Corrections::find_tenant(const std::string& tenant) {
    const SchemaName name = SchemaName::parse(tenant);
    db::TenantTraces traces = dependencies_.connector.find_tenant(name, inspection_.files());
    if (!traces.any()) throw no_trace_of(tenant);
    return traces;
}

db::TenantTraces Corrections::remove_tenant(
    const std::string& tenant, bool drop_schema, const std::string& request_id, const Asker& asker
) {
    const SchemaName name = SchemaName::parse(tenant);
    const std::vector<Migration> sources = inspection_.files();
    AuditedChange audited{
        .operation = "remove-tenant", .parameters = {{"tenant", tenant}}, .request_id = request_id};
    if (drop_schema) audited.parameters.emplace_back("dropSchema", "true");
    db::TenantTraces traces;
    correct("remove tenant " + tenant, asker, audited, [&](db::Run& run) {
        traces = run.remove_tenant(name, sources, drop_schema);
        if (!traces.any()) throw no_trace_of(tenant);
    });
    return traces;
}

std::string Corrections::move_tenant(
    const std::string& tenant,
    const std::string& server,
    const std::string& request_id,
    const Asker& asker
) {
    const SchemaName name = SchemaName::parse(tenant);
    const std::vector<Migration> sources = inspection_.files();
    const AuditedChange audited{
        .operation = "move-tenant",
        .parameters = {{"tenant", tenant}, {"to", server}},
        .request_id = request_id};
    std::string from;
    correct("move tenant " + tenant, asker, audited, [&](db::Run& run) {
        from = run.move_tenant(name, server, sources);
    });
    return from;
}

Corrections::Moved Corrections::find_moved(
    const std::string& from, const std::string& to, bool rewrite
) {
    const std::vector<Migration> sources = inspection_.files();
    const Applied applied = dependencies_.connector.read_applied(sources);
    const std::string place = whole(to);
    // Base locations may be written as in the configuration, relative to the working directory.
    const bool is_base = place == applied.base.today || is_today(to, applied);
    Moved moved;
    if (is_base) {
        moved = moved_base(identity::normalized(from), sources, applied, rewrite);
        if (moved.files == 0 && !is_whole(from)) {
            moved = moved_base(loader::absolute_location(from), sources, applied, rewrite);
        }
    } else {
        moved = moved_files(whole(from), place, sources, applied);
    }
    // Once the base location has rows of its own, nothing is adopted by itself any more.
    if (applied.base.adopted) {
        moved.places.push_back({*applied.base.adopted, applied.base.today});
    }
    if (moved.files == 0) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format(
                "no migration of {} is recorded below {}; nothing to accept",
                is_base ? "the configured directories" : "the source",
                is_base ? from : whole(from)
            )
        );
    }
    moved.from = from;
    moved.to = to;
    return moved;
}

std::string Corrections::whole(const std::string& place) const {
    return is_whole(place) ? identity::normalized(place) : identity::place_of(source_.base, place);
}

Corrections::Moved Corrections::moved_base(
    const std::string& from,
    const std::vector<Migration>& sources,
    const Applied& applied,
    bool rewrite
) const {
    Moved moved;
    std::unordered_map<std::string_view, const Migration*> by_name;
    for (const Migration& source : sources) by_name.emplace(source.file, &source);
    const identity::Names names(source_, identity::same_places(from, applied.places));
    const auto add = [&](const std::string& recorded, const AppliedFile& row) {
        std::string today = names.of(recorded).today;
        if (today == recorded) return;
        const auto source = by_name.find(today);
        if (source != by_name.end() && row.is_recorded_as(source->second->type)) {
            refuse_other_schema(recorded, *source->second);
        }
        if (row.as_migration()) ++moved.files;
        if (rewrite) moved.renames.push_back({recorded, std::move(today)});
    };
    for (const auto& [file, row] : applied.files) add(file, row);
    for (const auto& [recorded, today] : applied.renamed) add(recorded, {.kinds = kMigrationKinds});
    moved.places.push_back({from, applied.base.today});
    return moved;
}

Corrections::Moved Corrections::moved_files(
    const std::string& from,
    const std::string& to,
    const std::vector<Migration>& sources,
    const Applied& applied
) {
    std::unordered_map<std::string, std::vector<std::string>> other_names;
    for (const auto& [recorded, today] : applied.renamed) other_names[today].push_back(recorded);
    Moved moved;
    for (const Migration& source : sources) {
        if (is_script(source.type) || !is_within(source.file, to)) continue;
        const std::string recorded = from + source.file.substr(to.size());
        const auto row = applied.files.find(recorded);
        if (row == applied.files.end() || recorded == source.file) continue;
        check_same(recorded, row->second, source, applied);
        ++moved.files;
        moved.renames.push_back({recorded, source.file});
        for (const std::string& name : other_names[recorded]) {
            moved.renames.push_back({name, source.file});
        }
    }
    return moved;
}

void Corrections::declare_new(
    const std::vector<std::string>& places, const std::string& request_id, const Asker& asker
) {
    std::vector<SamePlace> own;
    for (const std::string& place : places) own.push_back({place, place});
    const AuditedChange audited{
        .operation = "accept-as-new",
        .parameters = {{"place", places.front()}, {"places", std::to_string(places.size())}},
        .request_id = request_id};
    correct("accept " + places.front(), asker, audited, [&](db::Run& run) { run.add_places(own); });
}

void Corrections::move(const Moved& moved, const std::string& request_id, const Asker& asker) {
    const AuditedChange audited{
        .operation = "accept-moved",
        .parameters =
            {{"from", moved.from},
             {"to", moved.to},
             {"files", std::to_string(moved.files)},
             {"renames", std::to_string(moved.renames.size())}},
        .request_id = request_id};
    correct("accept moved files", asker, audited, [&](db::Run& run) {
        if (!moved.places.empty()) run.add_places(moved.places);
        if (!moved.renames.empty()) run.rename(moved.renames);
    });
}

std::vector<std::string> Corrections::find_new(const std::string& place) {
    const std::vector<Migration> sources = inspection_.files();
    const Applied applied = dependencies_.connector.read_applied(sources);
    const bool is_base = place.empty() || is_today(place, applied);
    const std::string wanted = is_base ? applied.base.today : whole(place);
    if (wanted == applied.base.today) {
        if (!applied.base.elsewhere.empty() || applied.base.adopted) return {wanted};
        throw Error(
            ErrorKind::NotFound,
            fmt::format("{} is not mistaken for another place; nothing to accept", wanted)
        );
    }
    std::vector<std::string> files;
    for (const plan::Move& move : plan::findings(sources, applied).moved) {
        for (const Migration& source : sources) {
            if (is_within(source.file, move.to) && is_within(source.file, wanted)) {
                files.push_back(source.file);
            }
        }
    }
    if (files.empty()) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format("no new file at {} seems to be moved; nothing to accept", wanted)
        );
    }
    return files;
}

}  // namespace migrator::coordinator

#include "db/sqlite/places.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "db/sqlite/pragmas.hpp"

namespace migrator::db::sqlite {
namespace {

constexpr std::string_view kMain = "main";
constexpr std::string_view kTemp = "temp";

bool is(std::string_view name, std::string_view schema) {
    return equal_ignoring_case(name, schema);
}

bool is_of_sqlite(std::string_view name) { return starts_with_ignoring_case(name, "sqlite_"); }

bool is_temporary(const Target& target) {
    return target.is_temporary || is(target.place.schema, kTemp);
}

/// What is reached without a schema, or in the metadata file.
bool may_be_in_main(const TargetName& name) {
    return !name.empty() && (name.schema.empty() || is(name.schema, kMain));
}

Refusal own_table(const TargetName& name) {
    Refusal refusal = own_table_refusal(name.written);
    refusal.offset = name.offset;
    return refusal;
}

}  // namespace

bool is_own_table(std::string_view table) noexcept {
    return starts_with_ignoring_case(table, "migrator_");
}

Refusal own_table_refusal(std::string_view table) {
    return {
        .why = fmt::format(
            "would change {}, one of migrator's own tables, which no file can change. To add a "
            "tenant, use create-tenant; to keep tenants in another table, set tenantSelect and "
            "tenantInsert",
            table
        )};
}

void TemporaryObjects::add(const Target& target, std::string_view statement) {
    names_.push_back(lower_case(target.place.name));
    if (!target.is_code) return;
    code_ += statement;
    code_ += "\n;";
}

void TemporaryObjects::add_renamed(const Target& target) {
    for (const std::string& name : target.renamed) names_.push_back(lower_case(name));
}

bool TemporaryObjects::contains(std::string_view name) const {
    return std::ranges::find(names_, lower_case(name)) != names_.end();
}

void TemporaryObjects::clear() noexcept {
    names_.clear();
    code_.clear();
}

std::string Places::written(const TargetName& name) const {
    return fmt::format("{}.{}", written_, name.written);
}

Refusal Places::judge(std::string_view statement, bool in_transaction) {
    const auto target = target_of(statement);
    if (!target) return {};
    const TargetName& place = target->place;
    if (target->kind == Target::Kind::Sets) {
        return judge_pragma(
            {.schema = place.schema, .name = place.name, .value = target->value},
            in_transaction,
            written_
        );
    }
    if (target->kind == Target::Kind::Tends && place.empty()) return about_all_files(*target);
    if (is_temporary(*target)) {
        if (Refusal refusal = unqualified_temporary_trigger(*target)) return refusal;
        if (target->kind == Target::Kind::Creates) temporary_.add(*target, statement);
        if (target->kind == Target::Kind::Alters) temporary_.add_renamed(*target);
        return {};
    }
    if (place.schema.empty()) return unqualified(*target, statement);
    if (!is(place.schema, kMain) || target->kind == Target::Kind::Tends) return {};
    if (is_own_table(place.name) || is_of_sqlite(place.name)) return own_table(place);
    return is_own_table(target->on.name) ? own_table(target->on) : Refusal();
}

Refusal Places::unqualified(const Target& target, std::string_view statement) {
    const TargetName& place = target.place;
    if (target.kind == Target::Kind::Creates) {
        // An index or trigger goes where its table is, if that is temporary.
        if (!target.on.empty() && temporary_.contains(target.on.name)) {
            temporary_.add(target, statement);
            return {};
        }
    } else if (temporary_.contains(place.name)) {
        temporary_.add_renamed(target);
        return {};
    }
    if (target.kind == Target::Kind::Tends) {
        const bool is_schema =
            is(place.name, own_) || is(place.name, kMain) || is(place.name, kTemp);
        if (target.verb == "vacuum" || is_schema) return {};
    } else if (is_own_table(place.name)) {
        return own_table(place);
    } else if (is_own_table(target.on.name)) {
        return own_table(target.on);
    }
    return {
        .why = fmt::format(
            "does not name a schema, so it would {}; write {}",
            target.kind == Target::Kind::Creates
                ? fmt::format("create {} in the metadata file", place.written)
                : fmt::format(
                      "use {} of the metadata file or of whichever attached file has it",
                      place.written
                  ),
            written(place)
        ),
        .offset = place.offset};
}

/// Nobody is told where SQLite finds its table.
Refusal Places::unqualified_temporary_trigger(const Target& target) const {
    const TargetName& on = target.on;
    if (on.empty()) return {};
    if (may_be_in_main(on) && is_own_table(on.name)) return own_table(on);
    if (!on.schema.empty() || temporary_.contains(on.name)) return {};
    return {
        .why = fmt::format(
            "does not name the schema of {}, so it would use the metadata file or whichever "
            "attached file has such a table; write {}",
            on.written,
            written(on)
        ),
        .offset = on.offset};
}

Refusal Places::about_all_files(const Target& target) const {
    return {
        .why = fmt::format(
            "does not name a schema, so it would change the metadata file{}; write {} {}{}",
            target.verb == "vacuum" ? "" : " and all other files",
            target.verb,
            written_,
            target.verb == "reindex" ? ".NAME" : ""
        )};
}

bool Places::is_explicit(const Access& access, std::string_view statement) const {
    const Mentions here = mentions_of(statement, access.schema, access.name);
    if (!access.is_within_code) {
        // What is not named at all is what a foreign key or a virtual table leads to.
        return here.qualified || (here.names_schema && !here.unqualified);
    }
    // Only temporary code reaches other files than its own.
    const Mentions made = mentions_of(temporary_.code(), access.schema, access.name);
    return made.qualified || (!made.unqualified && (here.names_schema || made.names_schema));
}

Refusal Places::judge_accesses(
    std::string_view statement,
    std::span<const Access> accesses,
    const std::function<std::string(const std::string& name)>& schema_of
) const {
    if (accesses.empty()) return {};
    const auto target = target_of(statement);
    const bool is_unqualified = target && target->kind != Target::Kind::Sets &&
                                target->place.schema.empty() && !target->is_temporary;
    for (Access access : accesses) {
        if (is(access.schema, kTemp)) continue;
        // `judge` has let it pass for a temporary object, which it is not, or no longer.
        const bool misses = is_unqualified && access.writes && !access.is_within_code &&
                            is(access.name, target->place.name);
        if (!misses && is_settled(access, statement)) continue;
        if (!access.writes && (access.schema.empty() || is(access.schema, kMain))) {
            const std::string found = schema_of(access.name);
            if (found.empty() || is(found, kTemp) || is(found, own_)) continue;
            access.schema = found;
        }
        const Mentions here = mentions_of(statement, access.schema, access.name);
        return {
            .why = fmt::format(
                "{} {}.{} without naming that schema{}; write {}.{}, or {}.{} if that is meant",
                access.writes ? "would change" : "would read",
                access.schema,
                access.name,
                is(access.schema, kMain) ? ", which is the metadata file" : "",
                written_,
                access.name,
                access.schema,
                access.name
            ),
            .offset = here.unqualified.value_or(0)};
    }
    return {};
}

/// Whether it needs no look at where the name leads.
bool Places::is_settled(const Access& access, std::string_view statement) const {
    if (is(access.schema, own_)) return !access.schema.empty();
    const std::string_view where = access.is_within_code ? temporary_.code() : statement;
    const bool is_named = mentions_of(where, {}, access.name).unqualified.has_value();
    // What SQLite itself uses for a statement; writes of a script are seen by `judge`.
    if (is_of_sqlite(access.name) && (access.writes || !is_named)) return true;
    if (!access.schema.empty()) {
        const bool is_main = is(access.schema, kMain);
        if (is_main && !access.writes && is_own_table(access.name)) return true;
        return is_explicit(access, statement);
    }
    if (is_own_table(access.name)) return true;
    // Code that is not temporary reaches its own file alone.
    return !is_named || makes_common_table(where, access.name);
}

}  // namespace migrator::db::sqlite

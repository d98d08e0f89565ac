#include "access/grants.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "access/jws.hpp"
#include "access/words.hpp"
#include "core/ascii.hpp"

namespace migrator::access {
namespace {

constexpr std::size_t kLongestName = 512;

/// Null when there is none.
const boost::json::value* claim_at(const boost::json::object& claims, std::string_view path) {
    if (const auto* whole = claims.if_contains({path.data(), path.size()})) return whole;
    for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
        const auto* outer = claims.if_contains({path.data(), dot});
        const auto* object = outer == nullptr ? nullptr : outer->if_object();
        if (object == nullptr) continue;
        if (const auto* inner = claim_at(*object, path.substr(dot + 1))) return inner;
    }
    return nullptr;
}

void add_value(std::vector<std::string>& values, const boost::json::value& value) {
    if (const auto* text = value.if_string()) {
        values.emplace_back(text->data(), text->size());
    } else if (value.is_bool() || value.is_int64() || value.is_uint64()) {
        values.push_back(boost::json::serialize(value));
    }
}

}  // namespace

std::vector<std::string> values_of_claim(const boost::json::object& claims, std::string_view path) {
    std::vector<std::string> values;
    const auto* found = claim_at(claims, path);
    if (found == nullptr) return values;
    if (const auto* list = found->if_array()) {
        for (const auto& element : *list) add_value(values, element);
    } else if (found->is_string() && (path == "scope" || path == "scp")) {
        const std::string text(found->get_string().data(), found->get_string().size());
        for (std::size_t from = 0; from < text.size();) {
            const auto blank = std::min(text.find(' ', from), text.size());
            if (blank > from) values.push_back(text.substr(from, blank - from));
            from = blank + 1;
        }
    } else {
        add_value(values, *found);
    }
    return values;
}

bool applies(const Grant& grant, const boost::json::object& claims) {
    return std::ranges::all_of(grant.required, [&](const auto& required) {
        const auto values = values_of_claim(claims, required.first);
        return std::ranges::any_of(values, [&](const std::string& value) {
            return matches_pattern(required.second, value);
        });
    });
}

Role role_by(const Grant& grant, const boost::json::object& claims) {
    if (!applies(grant, claims)) return Role::None;
    if (grant.claim.empty()) return grant.role;
    Role highest = Role::None;
    for (const std::string& value : values_of_claim(claims, grant.claim)) {
        for (const auto& [pattern, role] : grant.roles) {
            if (matches_pattern(pattern, value)) highest = std::max(highest, role);
        }
    }
    return highest;
}

std::string name_by(const Grant& grant, const boost::json::object& claims) {
    auto names = values_of_claim(claims, grant.name_claim);
    if (names.empty()) names = values_of_claim(claims, "sub");
    if (names.empty() || names.front().empty()) refuse_token("the token has no subject (`sub`)");
    std::string name = std::move(names.front());
    const bool has_control_character = std::ranges::any_of(name, [](char c) {
        return static_cast<unsigned char>(c) < 0x20U || c == '\x7f';
    });
    if (has_control_character || name.size() > kLongestName) {
        refuse_token("the token's subject is too long or has control characters");
    }
    return name;
}

}  // namespace migrator::access

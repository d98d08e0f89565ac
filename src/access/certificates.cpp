#include "access/certificates.hpp"

#include <algorithm>

#include "access/words.hpp"

namespace migrator::access {
namespace {

/// The first of `names` that the pattern means; null when there is none.
const std::string* first_match(const std::string& pattern, const std::vector<std::string>& names) {
    const auto found = std::ranges::find_if(names, [&](const std::string& name) {
        return matches_pattern(pattern, name);
    });
    return found == names.end() ? nullptr : &*found;
}

/// What matched, most particular first; null when a pattern of the rule does not match.
const std::string* matched_name(const CertificateRule& rule, const CertificateNames& names) {
    const std::string* matched = nullptr;
    if (!rule.subject.empty()) {
        if (!matches_pattern(rule.subject, names.subject)) return nullptr;
        matched = &names.subject;
    }
    if (!rule.dns.empty()) {
        matched = first_match(rule.dns, names.dns);
        if (matched == nullptr) return nullptr;
    }
    if (!rule.uri.empty()) matched = first_match(rule.uri, names.uris);
    return matched;
}

}  // namespace

std::optional<Principal> principal_of(
    const std::vector<CertificateRule>& rules, const CertificateNames& names
) {
    std::optional<Principal> principal;
    for (const CertificateRule& rule : rules) {
        const std::string* matched = matched_name(rule, names);
        if (matched == nullptr || (principal && principal->role >= rule.role)) continue;
        principal = Principal{
            .name = rule.name.empty() ? *matched : rule.name,
            .proof = "certificate",
            .role = rule.role};
    }
    return principal;
}

}  // namespace migrator::access

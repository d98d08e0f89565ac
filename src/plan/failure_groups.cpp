#include "plan/failure_groups.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace migrator::plan {
namespace {

bool is_of_word(char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80U;
}

/// Not in the middle of a word: the tenant `a` is not the `a` of `table`.
std::string without_name(const std::string& message, const std::string& tenant) {
    if (tenant.empty()) return message;
    std::string text;
    std::size_t begin = 0;
    while (true) {
        const auto at = message.find(tenant, begin);
        if (at == std::string::npos) return text + message.substr(begin);
        const auto end = at + tenant.size();
        const bool is_whole = (at == 0 || !is_of_word(message[at - 1])) &&
                              (end == message.size() || !is_of_word(message[end]));
        text += message.substr(begin, at - begin) + (is_whole ? "{tenant}" : tenant);
        begin = end;
    }
}

}  // namespace

void FailureGroups::add(const TenantFailure& failure) {
    std::string message = without_name(failure.message, failure.tenant);
    if (message.size() > kLongestMessage) message.resize(kLongestMessage);
    const auto is_same = [&](const FailureGroup& group) {
        return group.file == failure.file && group.sqlstate == failure.sqlstate &&
               group.statement == failure.statement && group.message == message;
    };
    auto group = std::ranges::find_if(groups_, is_same);
    if (group == groups_.end()) {
        if (groups_.size() == kMostGroups) {
            ++left_out_;
            return;
        }
        groups_.push_back(
            {.message = std::move(message),
             .sqlstate = failure.sqlstate,
             .file = failure.file,
             .statement = failure.statement}
        );
        group = groups_.end() - 1;
    }
    ++group->count;
    if (group->tenants.size() < kMostTenants) group->tenants.push_back(failure.tenant);
}

}  // namespace migrator::plan

#include "plan/plan_digest.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "core/sha256.hpp"

namespace migrator::plan {
namespace {

void add_sized(std::string& text, std::string_view part) {
    text += fmt::format("{}:{},", part.size(), part);
}

std::string digest_of_schemas(const std::vector<std::string>& schemas) {
    std::string text;
    for (const std::string& schema : schemas) add_sized(text, schema);
    return sha256_hex(text);
}

}  // namespace

std::string digest(const Plan& plan) {
    // Thousands of files share a list of thousands of tenants.
    std::unordered_map<const void*, std::string> known;
    std::string text;
    for (const PlannedFile& file : plan.files) {
        std::string& schemas = known[file.schemas.get()];
        if (schemas.empty()) schemas = digest_of_schemas(*file.schemas);
        add_sized(text, file.migration->file);
        add_sized(text, file.migration->check_sum);
        add_sized(text, schemas);
    }
    return sha256_hex(text);
}

}  // namespace migrator::plan

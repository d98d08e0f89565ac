#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace migrator::db::sqlite {

/// NAME of `create schema [if not exists] NAME`, without quotes. Nothing for any other form, such
/// as one with an owner or with tables behind the name.
std::optional<std::string> created_schema(std::string_view statement);

}  // namespace migrator::db::sqlite

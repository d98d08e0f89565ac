#pragma once

namespace migrator::api {

inline constexpr const char* kJson = "application/json; charset=utf-8";
inline constexpr const char* kText = "text/plain; charset=utf-8";
inline constexpr const char* kYamlV1 = "application/x-yaml; charset=utf-8";
inline constexpr const char* kYamlV2 = "application/yaml; charset=utf-8";

}  // namespace migrator::api

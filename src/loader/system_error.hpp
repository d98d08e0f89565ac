#pragma once

#include <string>

namespace migrator::loader {

/// What errno's value `number` means, as the Go program words it: "no such file or directory".
std::string system_error(int number);

}  // namespace migrator::loader

#pragma once

#include <string>

namespace migrator {

/// A random UUID (RFC 9562, version 4), 36 characters. From the system's random source.
std::string random_uuid();

}  // namespace migrator

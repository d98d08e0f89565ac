#include "core/error.hpp"

#include <array>

namespace migrator {
namespace {

constexpr std::array kEdgeCodes{
    EdgeCodes{ErrorKind::InvalidRequest, 400, "BAD_USER_INPUT", 2},
    EdgeCodes{ErrorKind::Unauthenticated, 401, "UNAUTHENTICATED", 1},
    EdgeCodes{ErrorKind::Forbidden, 403, "FORBIDDEN", 1},
    EdgeCodes{ErrorKind::Configuration, 500, "CONFIGURATION", 2},
    EdgeCodes{ErrorKind::NotFound, 404, "NOT_FOUND", 1},
    EdgeCodes{ErrorKind::ChecksumMismatch, 424, "CHECKSUM_MISMATCH", 4},
    EdgeCodes{ErrorKind::FileMoved, 424, "FILE_MOVED", 4},
    EdgeCodes{ErrorKind::OutOfOrder, 424, "OUT_OF_ORDER", 4},
    EdgeCodes{ErrorKind::MissingFiles, 424, "MISSING_FILES", 4},
    EdgeCodes{ErrorKind::Locked, 409, "LOCKED", 5},
    EdgeCodes{ErrorKind::Busy, 503, "BUSY", 1},
    EdgeCodes{ErrorKind::MigrationFailed, 500, "MIGRATION_FAILED", 1},
    EdgeCodes{ErrorKind::PartlyFailed, 500, "TENANT_FAILED", 6},
    EdgeCodes{ErrorKind::Unavailable, 500, "UNAVAILABLE", 1},
    EdgeCodes{ErrorKind::Cancelled, 500, "CANCELLED", 1},
    EdgeCodes{ErrorKind::Internal, 500, "INTERNAL", 1},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kEdgeCodes.size(); ++i) {
        if (static_cast<std::size_t>(kEdgeCodes[i].kind) != i) return false;
    }
    return kEdgeCodes.size() == static_cast<std::size_t>(ErrorKind::Internal) + 1;
}
static_assert(in_order(), "kEdgeCodes has a row for each ErrorKind, in the order of the enum");

}  // namespace

const EdgeCodes& edge_codes(ErrorKind kind) noexcept {
    return kEdgeCodes[static_cast<std::size_t>(kind)];
}

}  // namespace migrator

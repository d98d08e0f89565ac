#pragma once

namespace migrator {

/// Deleter for a C handle that one C function frees:
/// `std::unique_ptr<PGconn, FreedBy<PQfinish>>`.
template <auto Free>
struct FreedBy {
    void operator()(auto* handle) const noexcept { Free(handle); }
};

}  // namespace migrator

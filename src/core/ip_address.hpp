#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migrator {

/// An IPv4 or IPv6 address. An IPv4 address and its form in IPv6 (`::ffff:10.0.0.1`) are the same.
class IpAddress {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    /// Nothing unless `text` is an address and nothing else. The zone of `fe80::1%eth0` is dropped.
    static std::optional<IpAddress> parse(std::string_view text);

    /// As IPv6, whatever it is; IPv4 after `::ffff:`.
    const Bytes& bytes() const noexcept { return bytes_; }
    bool is_v4() const noexcept;
    bool is_loopback() const noexcept;
    /// Not routed on the public Internet: private, shared (100.64/10) and link-local networks, and
    /// loopback.
    bool is_private() const noexcept;

    /// "10.0.0.1", "2001:db8::1".
    std::string str() const;

    bool operator==(const IpAddress&) const = default;

private:
    explicit IpAddress(const Bytes& bytes) : bytes_(bytes) {}

    Bytes bytes_;
};

}  // namespace migrator

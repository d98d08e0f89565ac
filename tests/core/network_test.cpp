#include "core/network.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator {
namespace {

TEST(IpAddress, ReadsAddressesAndNothingElse) {
    const struct {
        const char* text;
        const char* shown;
    } addresses[] = {
        {"10.0.0.1", "10.0.0.1"},
        {"::ffff:10.0.0.1", "10.0.0.1"},
        {"2001:DB8:0::1", "2001:db8::1"},
        {"fe80::1%eth0", "fe80::1"},
        {"::1", "::1"}};
    for (const auto& c : addresses) {
        SCOPED_TRACE(c.text);
        const auto address = IpAddress::parse(c.text);
        ASSERT_TRUE(address);
        EXPECT_EQ(address->str(), c.shown);
    }
    for (const char* text :
         {"",
          "10.0.0",
          "10.0.0.1 ",
          "10.0.0.256",
          "010.0.0.1",
          "1",
          "host",
          "::1]",
          "10.0.0.1%x",
          "10.0.0.1 method=GET",
          "::g"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(IpAddress::parse(text));
    }
    EXPECT_FALSE(IpAddress::parse(std::string_view("10.0.0.1\0x", 10)));
}

TEST(IpAddress, KnowsWhatIsNotPublic) {
    for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
        SCOPED_TRACE(text);
        EXPECT_TRUE(IpAddress::parse(text)->is_loopback());
        EXPECT_TRUE(IpAddress::parse(text)->is_private());
    }
    for (const char* text :
         {"10.1.2.3",
          "172.16.0.1",
          "172.31.255.255",
          "192.168.1.1",
          "100.64.0.1",
          "169.254.1.1",
          "fd00::1",
          "fe80::1"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(IpAddress::parse(text)->is_loopback());
        EXPECT_TRUE(IpAddress::parse(text)->is_private());
    }
    for (const char* text :
         {"8.8.8.8",
          "172.15.255.255",
          "172.32.0.1",
          "192.169.0.1",
          "100.128.0.1",
          "2001:db8::1",
          "::2",
          "126.255.255.255"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(IpAddress::parse(text)->is_private());
    }
}

TEST(Network, ContainsItsAddresses) {
    const struct {
        const char* network;
        const char* address;
        bool contains;
    } cases[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"10.0.0.7/8", "10.255.0.1", true},
        {"10.0.0.0/8", "::ffff:10.1.1.1", true},
        {"192.168.4.0/22", "192.168.7.255", true},
        {"192.168.4.0/22", "192.168.8.0", false},
        {"10.0.0.1", "10.0.0.1", true},
        {"10.0.0.1", "10.0.0.2", false},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.network) + " " + c.address);
        EXPECT_EQ(Network::parse(c.network)->contains(*IpAddress::parse(c.address)), c.contains);
    }
}

TEST(Network, RefusesWhatIsNone) {
    for (const char* text :
         {"",
          "/8",
          "10.0.0.0/",
          "10.0.0.0/33",
          "::/129",
          "10.0.0.0/8/8",
          "10.0.0.0/-1",
          "10.0.0/8",
          "private"}) {
        SCOPED_TRACE(text);
        EXPECT_FALSE(Network::parse(text));
    }
    EXPECT_THROW(networks_of({"10.0.0.0/8", "x"}), Error);
}

}  // namespace
}  // namespace migrator

#include "http/client_address.hpp"

#include <gtest/gtest.h>

namespace migrator::http {
namespace {

struct Case {
    const char* name;
    const char* peer;
    std::vector<std::string> forwarded_for;
    const char* client;
};

std::string client(const Case& c, const Networks& proxies) {
    Request request;
    for (const std::string& value : c.forwarded_for) {
        request.headers.emplace_back("x-forwarded-FOR", value);
    }
    return client_address(request, *IpAddress::parse(c.peer), proxies).str();
}

TEST(ClientAddress, IsTheLastOneThatNoProxyHas) {
    const Networks proxies = networks_of({"203.0.113.0/24", "2001:db8::/32"});
    const Case cases[] = {
        {"no proxy", "198.51.100.1", {}, "198.51.100.1"},
        {"no proxy, but a header", "198.51.100.1", {"192.0.2.1"}, "198.51.100.1"},
        {"a private peer is none", "10.0.0.1", {"192.0.2.1"}, "10.0.0.1"},
        {"one proxy", "203.0.113.1", {"192.0.2.1"}, "192.0.2.1"},
        {"what the client had sent itself", "203.0.113.1", {"8.8.8.8, 192.0.2.1"}, "192.0.2.1"},
        {"two proxies", "203.0.113.1", {"8.8.8.8,192.0.2.1 ,\t203.0.113.2"}, "192.0.2.1"},
        {"two headers", "203.0.113.1", {"192.0.2.1", "203.0.113.2"}, "192.0.2.1"},
        {"a proxy asks for itself", "203.0.113.1", {"203.0.113.3, 203.0.113.2"}, "203.0.113.3"},
        {"a port", "203.0.113.1", {"192.0.2.1:4711"}, "192.0.2.1"},
        {"IPv6", "2001:db8::1", {"[2001:DB9::1]:4711"}, "2001:db9::1"},
        {"IPv6 without brackets", "203.0.113.1", {"2001:db9::1"}, "2001:db9::1"},
        {"IPv4 as IPv6", "::ffff:203.0.113.1", {"192.0.2.1"}, "192.0.2.1"},
        {"a sentence", "203.0.113.1", {"192.0.2.1 method=GET"}, "203.0.113.1"},
        {"a sentence before it", "203.0.113.1", {"x y=z, 192.0.2.1"}, "192.0.2.1"},
        {"a sentence behind it", "203.0.113.1", {"192.0.2.1, x"}, "203.0.113.1"},
        {"a sentence between", "203.0.113.1", {"192.0.2.1, unknown, 203.0.113.2"}, "203.0.113.2"},
        {"nothing", "203.0.113.1", {""}, "203.0.113.1"},
        {"nothing behind it", "203.0.113.1", {"192.0.2.1,"}, "203.0.113.1"},
        {"an open bracket", "203.0.113.1", {"[::1"}, "203.0.113.1"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(client(c, proxies), c.client);
    }
}

TEST(ClientAddress, IsTakenFromPrivatePeersWhereNoProxyIsConfigured) {
    const Case cases[] = {
        {"a balancer", "10.0.0.1", {"198.51.100.1"}, "198.51.100.1"},
        {"two of them", "10.0.0.1", {"192.0.2.1, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
        {"only private ones", "127.0.0.1", {"10.0.0.7, 10.0.0.8"}, "10.0.0.7"},
        {"a stranger", "198.51.100.1", {"10.0.0.7"}, "198.51.100.1"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(client(c, {}), c.client);
    }
}

}  // namespace
}  // namespace migrator::http

#include "core/sha256.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/hex.hpp"

namespace migrator {
namespace {

TEST(Sha256, GivesThePublishedDigests) {
    const struct {
        const char* name;
        std::string bytes;
        const char* digest;
    } cases[] = {
        {"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"FIPS 180-4, one block",
         "abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"FIPS 180-4, two blocks",
         "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"FIPS 180-4, a million letters",
         std::string(1'000'000, 'a'),
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
        {"a NUL byte",
         std::string(1, '\0'),
         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(sha256_hex(c.bytes), c.digest);
    }
}

TEST(Sha256, GivesTheCodesOfRfc4231) {
    EXPECT_EQ(
        to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    EXPECT_EQ(
        to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

TEST(Sha256, ThreadsDoNotDisturbEachOther) {
    const std::string expected = sha256_hex("thread");
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) wrong += sha256_hex("thread") != expected ? 1 : 0;
            });
        }
    }
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace migrator

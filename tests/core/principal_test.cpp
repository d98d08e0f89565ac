#include "core/principal.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

constexpr Role kRoles[] = {Role::Read, Role::Plan, Role::Apply, Role::Admin};

TEST(PrincipalTest, ARoleMayDoWhatThoseBeforeItMay) {
    for (const Role has : kRoles) {
        for (const Role needed : kRoles) {
            EXPECT_EQ((Principal{.name = "ci", .role = has}.may(needed)), has >= needed);
        }
        EXPECT_FALSE(Principal{}.may(has));
    }
}

TEST(PrincipalTest, RolesHaveNames) {
    for (const Role role : kRoles) EXPECT_EQ(role_called(name_of(role)), role);
    for (const char* name : {"none", "", "Admin", "admin ", "root"}) {
        EXPECT_EQ(role_called(name), std::nullopt) << name;
    }
}

}  // namespace
}  // namespace migrator

#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "db/driver.hpp"

namespace migrator::test {

struct MaskedDataSource {
    const char* data_source;
    const char* shown;
};

/// Whether the driver shows each data source as expected, without what is secret.
inline void expect_masked(const db::Driver& driver, const std::vector<MaskedDataSource>& cases) {
    for (const MaskedDataSource& c : cases) {
        SCOPED_TRACE(c.data_source);
        EXPECT_EQ(driver.mask(c.data_source), c.shown);
    }
}

}  // namespace migrator::test

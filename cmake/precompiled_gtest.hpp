// What most tests include, precompiled in the dev preset (precompiled.cmake).
#pragma once

#include <gtest/gtest.h>

#include "precompiled_std.hpp"

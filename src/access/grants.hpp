#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "access/options.hpp"

namespace migrator::access {

/// The values of a claim as texts: of a list each, of `scope` and `scp` each word; none when it is
/// absent or an object. `path` is the name of a claim, or names of nested ones with dots between
/// them; a name may hold dots itself.
std::vector<std::string> values_of_claim(const boost::json::object& claims, std::string_view path);

/// None when the claims are not what the grant requires, or nothing in them gives a role.
Role role_by(const Grant& grant, const boost::json::object& claims);

/// Whether the claims have what the grant requires.
bool applies(const Grant& grant, const boost::json::object& claims);

/// Of the principal; `sub` where the grant's claim is absent. Throws Unauthenticated when neither
/// is there or the name is longer than 512 bytes or has control characters.
std::string name_by(const Grant& grant, const boost::json::object& claims);

}  // namespace migrator::access

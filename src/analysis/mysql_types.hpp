#pragma once

#include <string>
#include <string_view>

namespace migrator::analysis {

/// A type of MySQL or MariaDB as information_schema spells it, whatever its synonyms: `INTEGER(11)`
/// is "int", `Dec` is "decimal(10,0)". What is in quotes stays as it is.
std::string mysql_type(std::string_view text);

/// Whether a column of the first type becomes one of the second without a look at the rows. Both as
/// `mysql_type` gives them; `bytes`: that a character of the column takes at most; `mariadb`: of
/// version 10.4 or later, else MySQL.
bool is_free_in_mysql(std::string_view from, std::string_view to, int bytes, bool mariadb);

}  // namespace migrator::analysis

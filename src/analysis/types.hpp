#pragma once

#include <string_view>

namespace migrator::analysis {

/// Whether PostgreSQL writes a table anew to give a column another type: `from` as format_type says
/// it ("character varying(20)"), `to` as a statement does ("varchar(40)"). True when unknown.
/// `utc`: the session's time zone is UTC.
bool needs_rewrite(std::string_view from, std::string_view to, bool utc = false);

}  // namespace migrator::analysis

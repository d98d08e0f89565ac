#pragma once

#include <span>
#include <string_view>

#include "console/files.hpp"
#include "http/message.hpp"

namespace migrator::console {

/// The answer to a request for the file `name` of `files`: the page itself is asked for anew each
/// time and answered with 304 while it is the same; all others have a hash in their names and are
/// kept for a year. Compressed as far as the browser understands it. Throws NotFound when there is
/// no such file, with another text when there are none at all.
http::Response answer(
    const http::Request& request, std::string_view name, std::span<const File> files
);

/// Sends a browser from `…/console` to `…/console/`, whatever a proxy has put before it.
http::Response redirect_to_folder();

}  // namespace migrator::console

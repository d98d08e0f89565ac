#include "api/routes.hpp"

#include <utility>

namespace migrator::api {

void Routes::add(
    const char* method, const std::string& path, http::Lane lane, http::Handler handler
) {
    router_.add(method, prefix_ + path, lane, std::move(handler));
}

void Routes::add_with_id(
    const char* method, const std::string& path, http::Lane lane, http::Handler handler
) {
    router_.add_with_id(method, prefix_ + path, lane, std::move(handler));
}

void Routes::add_bare(
    const char* method, const std::string& path, http::Lane lane, http::Handler handler
) {
    if (!prefix_.empty()) router_.add_bare(method, prefix_ + path, lane, handler);
    router_.add_bare(method, path, lane, std::move(handler));
}

}  // namespace migrator::api

#include "api/routes.hpp"

#include <utility>

namespace migrator::api {

void Routes::add(
    const char* method, const std::string& path, http::Lane lane, http::Handler handler
) {
    const Permission& needed = permission_for(std::string(method) + " " + path);
    router_.add(
        method,
        prefix_ + path,
        gate_.lane(needed, lane),
        gate_.around(needed, lane, std::move(handler))
    );
}

void Routes::add_with_id(
    const char* method,
    const std::string& path,
    http::Lane lane,
    http::Handler handler,
    const std::string& suffix
) {
    const Permission& needed = permission_for(std::string(method) + " " + path + "/:id" + suffix);
    router_.add_with_id(
        method,
        prefix_ + path,
        gate_.lane(needed, lane),
        gate_.around(needed, lane, std::move(handler)),
        suffix
    );
}

void Routes::add_open(
    const char* method, const std::string& path, http::Lane lane, http::Handler handler
) {
    permission_for(std::string(method) + " " + path);
    const http::Lane first = gate_.is_open() ? lane : http::Lane::Gate;
    router_.add(method, prefix_ + path, first, gate_.around_open(lane, std::move(handler)));
}

void Routes::add_bare(
    const char* method, const std::string& path, http::Lane lane, http::Handler handler
) {
    const Permission& needed = permission_for(std::string(method) + " " + path);
    const http::Lane first = gate_.lane(needed, lane);
    const http::Handler guarded = gate_.around(needed, lane, std::move(handler));
    if (!prefix_.empty()) router_.add_bare(method, prefix_ + path, first, guarded);
    router_.add_bare(method, path, first, guarded);
}

}  // namespace migrator::api

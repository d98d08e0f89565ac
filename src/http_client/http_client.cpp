#include "http_client/http_client.hpp"

#include "http_client/transport.hpp"

namespace migrator::http_client {

Response send(const Request& request, const Limits& limits) {
    return make_transport()->send(request, limits);
}

}  // namespace migrator::http_client

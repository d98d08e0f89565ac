#include "http/listener.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

void check(const error_code& error, const std::string& where) {
    if (!error) return;
    std::string reason = error.message();
    if (!reason.empty()) reason[0] = to_lower(reason[0]);
    throw Error(ErrorKind::Unavailable, where + ": " + reason);
}

tcp::endpoint endpoint_of(const Options& options) {
    std::string_view text = options.listen_address;
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    error_code error;
    const asio::ip::address address = asio::ip::make_address(text, error);
    if (!error) return {address, options.port};
    throw Error(
        ErrorKind::Configuration,
        fmt::format(
            "listen tcp {}:{}: listenAddress must be an IP address, such as 0.0.0.0 or ::",
            options.listen_address,
            options.port
        )
    );
}

}  // namespace

std::string to_text(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
    return fmt::format("{}:{}", host, endpoint.port());
}

tcp::acceptor open_listener(asio::io_context& io, const Options& options) {
    const tcp::endpoint endpoint = endpoint_of(options);
    const std::string where = "listen tcp " + to_text(endpoint);
    tcp::acceptor acceptor(io);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    check(error, where);
    // A port whose last owner has just gone can be had at once.
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
    check(error, where);
    if (endpoint.address().is_v6()) {
        acceptor.set_option(asio::ip::v6_only(false), error);  // "::" takes IPv4 as well
        check(error, where);
    }
    acceptor.bind(endpoint, error);
    check(error, where);
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    check(error, where);
    return acceptor;
}

std::size_t connections_within_file_limit(const Options& options) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return options.max_connections;
    const auto wanted = static_cast<rlim_t>(options.max_connections + options.other_files);
    if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{
            .rlim_cur = std::min(wanted, limit.rlim_max), .rlim_max = limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    if (limit.rlim_cur >= wanted) return options.max_connections;
    const auto all = static_cast<std::size_t>(limit.rlim_cur);
    const std::size_t others = std::min(options.other_files, all / 2);
    const std::size_t connections =
        std::clamp<std::size_t>(all - others, 1, options.max_connections);
    log::warn(fmt::format(
        "the limit on open files (ulimit -n) is {}, so that {} connections are accepted instead of "
        "{}; raise the limit to {}",
        all,
        connections,
        options.max_connections,
        wanted
    ));
    return connections;
}

}  // namespace migrator::http

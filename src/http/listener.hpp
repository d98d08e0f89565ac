#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "http/options.hpp"

namespace migrator::http {

/// Opens the port. Throws Configuration when the address is none, Unavailable when it or the
/// port can't be had.
boost::asio::ip::tcp::acceptor open_listener(boost::asio::io_context& io, const Options& options);

/// "127.0.0.1:8080", "[::1]:8080".
std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

/// Raises the process's soft limit for open files, as far as the hard one, to what
/// `max_connections` and `other_files` need. Returns how many connections there may be: when that
/// isn't enough, fewer, so that files stay for databases, which is logged as a warning.
std::size_t connections_within_file_limit(const Options& options);

}  // namespace migrator::http

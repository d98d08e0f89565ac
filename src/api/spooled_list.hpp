#pragma once

#include <boost/json/fwd.hpp>
#include <memory>

#include "http/message.hpp"
#include "http/spool.hpp"

namespace migrator::api {

/// A JSON array that is written while its elements arrive: only one of them is ever a tree.
class SpooledList {
public:
    explicit SpooledList(http::SpoolSpace& space) : spool_(space.open()) {}

    void add(const boost::json::object& element);
    /// Puts it between `head` and `tail` as the body of `response`; an empty list is "[]".
    http::Response in(http::Response response, std::string head = {}, std::string tail = {}) &&;

private:
    std::shared_ptr<http::Spool> spool_;
};

}  // namespace migrator::api

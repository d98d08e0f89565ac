#include "api/spooled_list.hpp"

#include <boost/json.hpp>

namespace migrator::api {

void SpooledList::add(const boost::json::object& element) {
    if (spool_->size() > 0) spool_->append(",");
    spool_->append(boost::json::serialize(element));
}

http::Response SpooledList::in(http::Response response, std::string head, std::string tail) && {
    response.body = std::move(head) + "[";
    response.spooled = std::move(spool_);
    response.tail = "]" + std::move(tail);
    return response;
}

}  // namespace migrator::api

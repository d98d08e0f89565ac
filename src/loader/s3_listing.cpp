#include "loader/s3_listing.hpp"

#include <algorithm>
#include <pugixml.hpp>
#include <string_view>

#include "core/count_of.hpp"
#include "core/error.hpp"
#include "core/number.hpp"
#include "core/percent.hpp"

namespace migrator::loader {
namespace {

/// `encoding-type=url`: AWS writes a space as `+`, others as `%20`; a real plus is `%2B`. A key
/// that was not encoded after all stays as it is.
std::string decoded(std::string_view text) {
    return percent_decoded(text, Plus::IsBlank).value_or(std::string(text));
}

[[noreturn]] void refuse_listing(const std::string& what) {
    throw Error(ErrorKind::Unavailable, "the server did not return a list of objects: " + what);
}

std::size_t size_of(const pugi::xml_node& object, const std::string& key) {
    const std::string_view text = object.child_value("Size");
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
        refuse_listing("missing size of " + key);
    }
    return object.child("Size").text().as_ullong();
}

/// A list that says nothing here may be one that was cut.
bool is_truncated(const pugi::xml_node& list) {
    const std::string_view text = list.child_value("IsTruncated");
    if (text != "true" && text != "false") {
        refuse_listing("it does not say whether more objects follow (IsTruncated)");
    }
    // One more request costs less than an object that nobody hears of.
    return text == "true" || !std::string_view(list.child_value("NextContinuationToken")).empty();
}

void check_count(const pugi::xml_node& list, std::size_t objects) {
    const auto count = parse_number<std::size_t>(list.child_value("KeyCount"));
    const auto prefixes = list.children("CommonPrefixes");
    const auto found = objects + static_cast<std::size_t>(std::ranges::distance(prefixes));
    if (count && found < *count) {
        refuse_listing(
            "it should hold " + count_of(*count, "object", "objects") + " and holds " +
            std::to_string(found)
        );
    }
}

}  // namespace

S3Page parse_s3_page(const std::string& xml) {
    pugi::xml_document document;
    const auto result = document.load_buffer(
        xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single
    );
    if (!result) refuse_listing(result.description());
    const pugi::xml_node root = document.child("ListBucketResult");
    if (!root)
        refuse_listing(std::string("the response is <") + document.document_element().name() + ">");
    // A server that ignores the parameter sends keys as they are, and a `+` is a plus there.
    const bool is_encoded = root.child_value("EncodingType") == std::string_view("url");
    const auto text = [&](const pugi::xml_node& node, const char* name) {
        const char* value = node.child_value(name);
        return is_encoded ? decoded(value) : std::string(value);
    };
    S3Page page;
    for (const pugi::xml_node& object : root.children("Contents")) {
        S3Object& added = page.objects.emplace_back();
        added.key = text(object, "Key");
        if (added.key.empty()) refuse_listing("an object has no key");
        added.etag = object.child_value("ETag");
        added.size = size_of(object, added.key);
    }
    check_count(root, page.objects.size());
    page.is_truncated = is_truncated(root);
    page.next_token = root.child_value("NextContinuationToken");
    if (page.is_truncated && page.next_token.empty() && !root.child("KeyCount")) {
        page.next_marker = text(root, "NextMarker");
        if (page.next_marker.empty() && !page.objects.empty()) {
            page.next_marker = page.objects.back().key;
        }
    }
    return page;
}

}  // namespace migrator::loader

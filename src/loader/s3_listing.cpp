#include "loader/s3_listing.hpp"

#include <pugixml.hpp>
#include <string_view>

#include "core/error.hpp"

namespace migrator::loader {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// `encoding-type=url`: AWS writes a space as `+`, others as `%20`; a real plus is `%2B`.
std::string decoded(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            result += static_cast<char>(16 * high + low);
            i += 2;
        } else {
            result += text[i] == '+' ? ' ' : text[i];
        }
    }
    return result;
}

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::Unavailable, "the server's answer is no list of objects: " + what);
}

std::size_t size_of(const pugi::xml_node& object, const std::string& key) {
    const std::string_view text = object.child_value("Size");
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
        refuse("no size of " + key);
    }
    return object.child("Size").text().as_ullong();
}

}  // namespace

S3Page parse_s3_page(const std::string& xml) {
    pugi::xml_document document;
    const auto result = document.load_buffer(
        xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single
    );
    if (!result) refuse(result.description());
    const pugi::xml_node root = document.child("ListBucketResult");
    if (!root) refuse(std::string("it is <") + document.document_element().name() + ">");
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
        if (added.key.empty()) refuse("an object without a key");
        added.etag = object.child_value("ETag");
        added.size = size_of(object, added.key);
    }
    page.is_truncated = root.child_value("IsTruncated") == std::string_view("true");
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

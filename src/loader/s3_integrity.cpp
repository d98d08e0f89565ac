#include "loader/s3_integrity.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cloud/aws/answers.hpp"
#include "core/hex.hpp"

namespace migrator::loader {
namespace {

/// The bytes of a digest, the highest first; nothing when OpenSSL does not have it (MD5 in FIPS
/// mode).
std::optional<std::string> digest(std::string_view bytes, const EVP_MD* method) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), result.data(), &length, method, nullptr) != 1) {
        return std::nullopt;
    }
    return std::string(result.begin(), result.begin() + length);
}

/// A CRC of the reflected kind, from all ones and inverted at the end. The polynomial is reflected.
template <typename Word>
std::string crc(std::string_view bytes, Word polynomial) {
    std::array<Word, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        Word word = static_cast<Word>(i);
        for (int bit = 0; bit < 8; ++bit) {
            word = (word & 1U) != 0 ? (word >> 1U) ^ polynomial : word >> 1U;
        }
        table[i] = word;
    }
    Word sum = ~Word{0};
    for (const char c : bytes) {
        sum = table[(sum ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (sum >> 8U);
    }
    sum = ~sum;
    std::string result;
    for (std::size_t i = sizeof(Word); i-- > 0;) {
        result += static_cast<char>(static_cast<unsigned char>(sum >> (8 * i)));
    }
    return result;
}

std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    text.resize(static_cast<std::size_t>(length));
    return text;
}

/// Of a whole object, not of its parts.
bool is_whole(const std::string& check_sum) {
    return !check_sum.empty() && check_sum.find('-') == std::string::npos;
}

bool is_md5(std::string_view etag) {
    return etag.size() == 34 && etag.front() == '"' && etag.back() == '"' &&
           etag.substr(1, 32).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

bool agrees_with_checksums(const http_client::Response& response) {
    using cloud::aws::header;
    const std::string_view body = response.body;
    if (header(response, "x-amz-checksum-type") != "COMPOSITE") {
        using Sum = std::optional<std::string> (*)(std::string_view);
        const struct {
            const char* name;
            Sum sum;
        } sums[] = {
            {"x-amz-checksum-crc64nvme",
             [](std::string_view bytes) -> std::optional<std::string> {
                 return crc<std::uint64_t>(bytes, 0x9A6C9329AC4BC9B5U);
             }},
            {"x-amz-checksum-crc32c",
             [](std::string_view bytes) -> std::optional<std::string> {
                 return crc<std::uint32_t>(bytes, 0x82F63B78U);
             }},
            {"x-amz-checksum-crc32",
             [](std::string_view bytes) -> std::optional<std::string> {
                 return crc<std::uint32_t>(bytes, 0xEDB88320U);
             }},
            {"x-amz-checksum-sha1",
             [](std::string_view bytes) { return digest(bytes, EVP_sha1()); }},
            {"x-amz-checksum-sha256",
             [](std::string_view bytes) { return digest(bytes, EVP_sha256()); }}};
        for (const auto& [name, sum] : sums) {
            const std::string wanted = header(response, name);
            if (!is_whole(wanted)) continue;
            const auto found = sum(body);
            if (found) return base64(*found) == wanted;
        }
    }
    const std::string etag = header(response, "etag");
    const std::string encryption = header(response, "x-amz-server-side-encryption");
    const bool has_customer_key =
        !header(response, "x-amz-server-side-encryption-customer-algorithm").empty();
    if (!is_md5(etag) || has_customer_key || (!encryption.empty() && encryption != "AES256")) {
        return true;
    }
    const auto found = digest(body, EVP_md5());
    return !found || "\"" + to_hex(*found) + "\"" == etag;
}

}  // namespace migrator::loader

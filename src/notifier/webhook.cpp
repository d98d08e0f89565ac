#include <strings.h>

#include <algorithm>

#include "http_client/http_client.hpp"
#include "notifier/notifier.hpp"

namespace migrator::notifier {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kShownBytes = 1'024;  // of an answer: it goes into a log

/// The beginning of `text`, not cut within a character.
std::string beginning_of(std::string text) {
    if (text.size() <= kShownBytes) return text;
    std::size_t end = kShownBytes;
    while (end > kShownBytes - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    return text;
}

class Webhook : public Notifier {
public:
    explicit Webhook(const Options& options)
        : request_{.method = "POST", .url = options.url, .headers = options.headers},
          body_template_(options.body_template) {
        const bool has_type = std::ranges::any_of(options.headers, [](const auto& header) {
            return strcasecmp(header.first.c_str(), "Content-Type") == 0;
        });
        if (!has_type) request_.headers.emplace_back("Content-Type", "application/json");
    }

    std::string notify(const Summary& summary) override {
        http_client::Request request = request_;
        request.body = webhook_body(summary, body_template_);
        return beginning_of(http_client::send(request, {.total = kPatience}).body);
    }

private:
    http_client::Request request_;  // without its body
    std::string body_template_;
};

class Nobody : public Notifier {
public:
    std::string notify(const Summary&) override { return "noop"; }
};

}  // namespace

std::unique_ptr<Notifier> make_notifier(const Options& options) {
    if (options.url.empty()) return std::make_unique<Nobody>();
    return std::make_unique<Webhook>(options);
}

}  // namespace migrator::notifier

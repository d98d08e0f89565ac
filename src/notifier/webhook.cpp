#include <algorithm>

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "http_client/http_client.hpp"
#include "notifier/notifier.hpp"

namespace migrator::notifier {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kShownBytes = 1'024;  // of an answer: it goes into a log

class Webhook : public Notifier {
public:
    explicit Webhook(const Options& options)
        : request_{.method = "POST", .url = options.url, .headers = options.headers},
          body_template_(options.body_template) {
        const bool has_type = std::ranges::any_of(options.headers, [](const auto& header) {
            return equal_ignoring_case(header.first, "Content-Type");
        });
        if (!has_type) request_.headers.emplace_back("Content-Type", "application/json");
    }

    std::string notify(const Summary& summary) override {
        http_client::Request request = request_;
        request.body = webhook_body(summary, body_template_);
        const std::string answer = http_client::send(request, {.total = kPatience}).body;
        return std::string(utf8_prefix(answer, kShownBytes));
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

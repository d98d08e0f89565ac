#include "http/request_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/optional.hpp>
#include <limits>

#include "core/ascii.hpp"
#include "http/target.hpp"
#include "http/text.hpp"

namespace migrator::http {

namespace beast = boost::beast::http;

namespace {

std::uint32_t clamped(std::size_t bytes) {
    const std::size_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(bytes, most));
}

/// "0\r\n\r\n". A chunked body can't end with fewer bytes, and Beast 1.81 asserts that it is not
/// called with fewer when the last chunk has begun.
constexpr std::size_t kShortestChunkedEnd = 5;

/// Takes memory as bytes come. Beast's own string_body takes all that a client announces.
struct GrowingBody {
    using value_type = std::string;

    static std::uint64_t size(const value_type& body) { return body.size(); }

    class reader {  // NOLINT(readability-identifier-naming): Beast asks for this name
    public:
        template <bool is_request, class Fields>
        reader(beast::header<is_request, Fields>& /*header*/, value_type& body) : body_(body) {}

        void init(
            const boost::optional<std::uint64_t>& /*length*/, boost::system::error_code& error
        ) {
            error = {};
        }

        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
            error = {};
            const std::size_t before = body_.size();
            for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
                body_.append(static_cast<const char*>(buffer.data()), buffer.size());
            }
            return body_.size() - before;
        }

        void finish(boost::system::error_code& error) { error = {}; }

    private:
        value_type& body_;
    };
};

std::size_t count(const Request& request, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(
        request.headers.begin(),
        request.headers.end(),
        [&](const auto& header) { return equal_ignoring_case(header.first, name); }
    ));
}

/// What the parser lets pass although two programs could read it in two ways, which is how
/// requests are smuggled past a proxy (RFC 9112, section 11.2).
std::optional<std::string> ambiguity(const Request& request, unsigned version) {
    const auto encoding = request.header("Transfer-Encoding");
    if (encoding && version < 11) return "Transfer-Encoding in an HTTP/1.0 request";
    if (encoding && !equal_ignoring_case(trimmed(*encoding), "chunked")) {
        return "the only supported Transfer-Encoding is chunked";
    }
    const auto length = request.header("Content-Length");
    const bool repeated = length && length->find(',') != std::string_view::npos;
    if (repeated || count(request, "Content-Length") > 1) return "more than one Content-Length";
    if (encoding && length) return "both Content-Length and Transfer-Encoding";
    const std::size_t hosts = count(request, "Host");
    if (hosts > 1) return "more than one Host";
    if (hosts == 0 && version >= 11) return "the Host header is missing";
    return std::nullopt;
}

}  // namespace

struct RequestParser::State {
    explicit State(const Limits& given) : limits(given) {
        parser.header_limit(clamped(limits.header_bytes));
        parser.body_limit(limits.body_bytes);
        // Stop after the header: it is checked before anything of the body is believed.
        parser.eager(false);
    }

    /// Always false, as `step` is when it can't go on.
    bool refuse(int status, std::string message) {
        refusal = Refusal{.status = status, .message = std::move(message)};
        return false;
    }

    bool refuse_header_size() {
        return refuse(
            431, fmt::format("the request header is larger than {} bytes", limits.header_bytes)
        );
    }

    bool refuse(const boost::system::error_code& error) {
        if (error == beast::error::header_limit) return refuse_header_size();
        if (error == beast::error::body_limit && !header_done) note_path();
        if (error == beast::error::body_limit) {
            const std::size_t limit = limits.body_bytes;
            return refuse(413, fmt::format("the request body is larger than {} bytes", limit));
        }
        return refuse(400, "malformed request: " + error.message());
    }

    /// A body that is announced as too large ends the header: who is told so is known by then.
    void note_path() {
        const auto& target = parser.get().target();
        if (auto parsed = parse_target({target.data(), target.size()})) {
            request.path = std::move(parsed->path);
        }
    }

    bool check_header() {
        header_done = true;
        parser.eager(true);
        const auto& message = parser.get();
        request.method = std::string(message.method_string());
        // Trailers of a chunked body would be added to the parser's fields: they are no headers.
        for (const auto& field : message) {
            request.headers.emplace_back(field.name_string(), field.value());
        }
        const std::string_view sent(message.target().data(), message.target().size());
        std::optional<Target> target = parse_target(sent);
        if (!target) return refuse(400, "malformed request: invalid target");
        request.target = std::move(target->text);
        request.path = std::move(target->path);
        request.query = std::move(target->query);
        if (const auto problem = ambiguity(request, message.version())) {
            return refuse(400, "malformed request: " + *problem);
        }
        return check_expectation();
    }

    bool check_expectation() {
        const auto expectation = request.header("Expect");
        if (!expectation || parser.get().version() < 11) return true;
        if (!equal_ignoring_case(trimmed(*expectation), "100-continue")) {
            return refuse(417, "the only supported expectation is 100-continue");
        }
        wants_continue = !parser.is_done();
        return true;
    }

    /// One call of the parser. False when it can't go on with the bytes that are here.
    bool step(std::string_view input, std::size_t& used) {
        const std::string_view rest = input.substr(used);
        if (header_done && parser.chunked() && rest.size() < kShortestChunkedEnd) return false;
        boost::system::error_code error;
        const std::size_t taken = parser.put({rest.data(), rest.size()}, error);
        used += taken;
        const bool starved = error == beast::error::need_more;
        if (!header_done) {
            header_bytes += taken;
            // The parser's own limit is for the request line and the fields, each.
            const std::size_t waiting = starved ? rest.size() - taken : 0;
            if (header_bytes + waiting > limits.header_bytes) return refuse_header_size();
        } else if (starved && rest.size() - taken > limits.header_bytes) {
            return refuse(431, "the chunk header or trailer is too large");
        }
        if (starved) return false;
        if (error) return refuse(error);
        if (!header_done) return check_header();
        wants_continue = false;  // it sends its body without waiting
        return true;
    }

    const Limits limits;
    beast::request_parser<GrowingBody> parser;
    Request request;
    std::optional<Refusal> refusal;
    std::size_t header_bytes = 0;
    bool begun = false;
    bool header_done = false;
    bool wants_continue = false;
};

RequestParser::RequestParser(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view input) {
    std::size_t used = 0;
    if (!state_->begun) {
        // Some clients end a body with an extra CRLF; RFC 9112, section 2.2 has it ignored.
        used = std::min(input.find_first_not_of("\r\n"), input.size());
        state_->begun = used < input.size();
    }
    while (used < input.size() && !state_->refusal && !state_->parser.is_done()) {
        if (!state_->step(input, used)) break;
    }
    return used;
}

bool RequestParser::begun() const { return state_->begun; }
bool RequestParser::header_complete() const { return state_->header_done; }
void RequestParser::drop_body() { std::string().swap(state_->parser.get().body()); }
std::size_t RequestParser::body_bytes() const { return state_->parser.get().body().size(); }
bool RequestParser::complete() const { return !state_->refusal && state_->parser.is_done(); }
const std::optional<Refusal>& RequestParser::refusal() const { return state_->refusal; }
const std::string& RequestParser::path() const { return state_->request.path; }

bool RequestParser::take_continue() { return std::exchange(state_->wants_continue, false); }

bool RequestParser::keep_alive() const { return state_->parser.get().keep_alive(); }
unsigned RequestParser::version() const { return state_->parser.get().version(); }

Request RequestParser::take() {
    state_->request.body = std::move(state_->parser.get().body());
    return std::move(state_->request);
}

}  // namespace migrator::http

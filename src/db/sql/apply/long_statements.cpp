#include "db/sql/apply/long_statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/ascii.hpp"
#include "core/count_of.hpp"
#include "core/duration.hpp"
#include "core/log.hpp"
#include "core/utf8.hpp"
#include "script/first_words.hpp"

namespace migrator::db::sql::apply {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestSilence{60'000};
constexpr std::size_t kTextKept = 1'000;  // of a message; servers keep as much

/// The statements that may be the one at work.
struct Stretch {
    const ScriptRun* script;
    std::size_t first;
    std::size_t count;
};

std::string sent_text(const Stretch& stretch, std::size_t index) {
    const script::Statement& statement = stretch.script->script->statements.at(index);
    return stretch.script->text.piece(statement.begin, statement.end);
}

bool is_of_name(char c) {
    return is_letter_or_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80U;
}

/// Whether the name stands in the text, as a word.
bool mentions(std::string_view text, std::string_view name) {
    const std::string in = lower_case(text);
    const std::string word = lower_case(name);
    for (std::size_t at = in.find(word); at != std::string::npos; at = in.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool begins = at == 0 || !is_of_name(in[at - 1]);
        if (begins && (end == in.size() || !is_of_name(in[end]))) return true;
    }
    return false;
}

/// What of the message may be at work once `ran` statements of it have run.
std::vector<Stretch> open_stretches(const Sent& sent, std::size_t ran) {
    std::vector<Stretch> open;
    for (const SentPart& part : sent.parts) {
        const std::size_t done = std::min(ran, part.count);
        ran -= done;
        if (done == part.count || part.is_ours) continue;
        open.push_back({part.script, part.first + done, part.count - done});
    }
    return open;
}

bool is_dml(std::string_view statement) {
    const std::string_view word = statement.substr(0, statement.find_first_of(kWhiteSpace));
    return is_one_of_ignoring_case(
        word, {"select", "insert", "update", "delete", "merge", "with", "values", "copy", "explain"}
    );
}

/// Those of the stretch, from the first to the last, that may want what is waited for.
std::optional<Stretch> matching(const Stretch& stretch, const FoundWait& wait) {
    std::optional<Stretch> found;
    for (std::size_t i = stretch.first; i < stretch.first + stretch.count; ++i) {
        const std::string text = sent_text(stretch, i);
        if (!mentions(text, wait.table)) continue;
        if (wait.is_of_ddl && *wait.is_of_ddl == is_dml(text)) continue;
        if (!found) found = Stretch{stretch.script, i, 0};
        found->count = i - found->first + 1;
    }
    return found;
}

/// Narrows it down to what belongs to the table that is waited for.
void narrow(std::vector<Stretch>& open, const FoundWait& wait) {
    const auto is_for_schema = [&](const Stretch& stretch) {
        return stretch.script->schema == wait.schema;
    };
    if (!wait.schema.empty() && std::ranges::any_of(open, is_for_schema)) {
        std::erase_if(open, std::not_fn(is_for_schema));
    }
    if (wait.table.empty()) return;
    std::vector<Stretch> found;
    for (const Stretch& stretch : open) {
        if (const auto part = matching(stretch, wait)) found.push_back(*part);
    }
    if (found.empty()) return;
    open = std::move(found);
    if (!wait.is_of_ddl) return;
    // Behind the first that wants such a lock the transaction has it.
    open.erase(std::next(open.begin()), open.end());
    open.front().count = 1;
}

/// The part of our own that is at work, if it is one.
const SentPart* own_part(const Sent& sent, std::size_t ran) {
    for (const SentPart& part : sent.parts) {
        if (ran < part.count) return part.is_ours ? &part : nullptr;
        ran -= part.count;
    }
    return nullptr;
}

std::uint32_t line_at(const Stretch& stretch, std::size_t index) {
    return stretch.script->script->statements.at(index).line;
}

void place(LongStatement& found, const ScriptRun& run) {
    found.schema = run.schema;
    if (run.migration == nullptr) return;
    found.file = run.migration->file;
    found.is_of_tenant = is_for_tenants(run.migration->type);
}

/// Which statement it is that the server is at, as far as that is known.
LongStatement statement_of(
    const Sent& sent, std::size_t ran, const std::optional<FoundWait>& wait
) {
    LongStatement found;
    found.about = sent.parts.empty() ? std::string(sent.about) : "a statement of migrator's own";
    if (const SentPart* own = sent.is_told_of_each ? own_part(sent, ran) : nullptr) {
        if (own->script != nullptr) place(found, *own->script);
        return found;
    }
    std::vector<Stretch> open = open_stretches(sent, ran);
    if (open.empty()) {
        const auto last =
            std::ranges::find(sent.parts.rbegin(), sent.parts.rend(), false, &SentPart::is_ours);
        if (last != sent.parts.rend() && last->script != nullptr) place(found, *last->script);
        return found;
    }
    if (sent.is_told_of_each) {
        open.erase(std::next(open.begin()), open.end());
        open.front().count = 1;
    } else if (wait) {
        narrow(open, *wait);
    }
    const Stretch& first = open.front();
    const Stretch& last = open.back();
    place(found, *first.script);
    if (open.size() > 1) {
        found.about = fmt::format(
            "this file or one of the {} sent with it, up to {} for {},",
            open.size() - 1,
            last.script->migration == nullptr ? "" : last.script->migration->name,
            last.script->schema
        );
        return found;
    }
    found.line = line_at(first, first.first);
    if (first.count > 1) {
        found.last_line = line_at(first, first.first + first.count - 1);
        found.about = fmt::format("one of {} statements", first.count);
    } else {
        found.about.clear();
        found.statement = script::first_words(sent_text(first, first.first));
    }
    return found;
}

}  // namespace

std::string told(const LongStatement& statement, std::chrono::nanoseconds age) {
    std::string text = statement.file;
    const auto add = [&](const std::string& fact) { text += (text.empty() ? "" : ", ") + fact; };
    if (statement.last_line > statement.line) {
        add(fmt::format("lines {} to {}", statement.line, statement.last_line));
    } else if (statement.line > 0) {
        add(fmt::format("line {}", statement.line));
    }
    if (!statement.schema.empty()) {
        add((statement.is_of_tenant ? "tenant " : "schema ") + statement.schema);
    }
    text += fmt::format(
        "{}{} has been running for {}",
        text.empty() ? "" : ": ",
        statement.statement.empty() ? statement.about : '"' + statement.statement + '"',
        format_duration(std::chrono::floor<std::chrono::seconds>(age))
    );
    if (statement.wait) text += "; it waits for " + sql::told(*statement.wait);
    return text;
}

/// What one worker waits for.
class LongStatements::Seat : public Observer {
public:
    Seat(std::size_t worker, LongStatements& all) : worker_(worker), all_(all) {}

    void sent(const Sent& message) override {
        const std::lock_guard lock(mutex_);
        sent_ = message;
        ran_ = 0;
        seen_.reset();
        begin();
    }
    void ran() override {
        const std::lock_guard lock(mutex_);
        ++ran_;
        // Else the news may be old, and come together with the error of the wait.
        if (sent_->is_told_of_each) seen_.reset();
        end();
        begin();
    }
    void answered() noexcept override {
        const std::lock_guard lock(mutex_);
        end();
        sent_.reset();
    }
    void said(const ScriptRun& script, Notice notice) override {
        if (script.migration == nullptr) return;
        all_.notices_.add(*script.migration, script.schema, std::move(notice));
    }

    /// A message that is due for a look, as it stands.
    struct Due {
        std::size_t turn = 0;
        std::string session;
        std::string text;
    };
    /// Nothing: it is not due at `now`, and `next` becomes earlier when it will be before that.
    std::optional<Due> due(Clock::time_point now, Clock::time_point& next) {
        const std::lock_guard lock(mutex_);
        if (!sent_) return std::nullopt;
        if (due_ <= now) {
            return Due{turn_, session_, std::string(utf8_prefix(sent_->text, kTextKept))};
        }
        next = std::min(next, due_);
        return std::nullopt;
    }
    /// Takes in what was found out for `due`, and tells of it. Does nothing when that is over.
    void take(const Due& due, std::optional<FoundWait> wait, Clock::time_point now) {
        // Held to the end: that the statement has ended must not be told before.
        const std::lock_guard lock(mutex_);
        if (!sent_ || turn_ != due.turn) return;
        if (wait) seen_ = *wait;
        const Clock::duration age = now - since_;
        if (age < all_.rules_.first) {
            due_ = since_ + all_.rules_.first;
            return;
        }
        due_ = now + pause_;
        pause_ = std::min(pause_ * 2, kLongestSilence);
        LongStatement statement = statement_of(*sent_, ran_, wait);
        using Wall = std::chrono::system_clock;
        statement.since = Wall::now() - std::chrono::duration_cast<Wall::duration>(age);
        if (wait) statement.wait = std::move(*wait);
        const std::string text = told(statement, age);
        const log::Fields fields = {
            {"schema", statement.schema},
            {"file", statement.file},
            {"line", std::int64_t{statement.line}},
            {"duration", std::chrono::duration<double>(age).count()}};
        // Where nobody looks at the progress, the log is all there is.
        if (all_.progress_.is_shown()) {
            log::answered(log::Level::Warn, text, fields);
        } else {
            log::warn(text, fields);
        }
        all_.progress_.long_statement(worker_, std::move(statement), text);
        is_told_ = true;
    }

    std::string session() {
        const std::lock_guard lock(mutex_);
        return session_;
    }
    std::optional<Wait> seen() {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

private:
    void begin() {
        ++turn_;
        session_ = sent_->session;
        since_ = Clock::now();
        pause_ = all_.rules_.first * 2;
        due_ = since_ + all_.first_look();
    }
    void end() {
        ++turn_;
        if (std::exchange(is_told_, false)) all_.progress_.long_statement(worker_, std::nullopt);
    }

    const std::size_t worker_;
    LongStatements& all_;
    std::mutex mutex_;
    std::optional<Sent> sent_;
    std::size_t turn_ = 0;  ///< another one for each statement that is known to begin
    std::size_t ran_ = 0;
    std::string session_;
    Clock::time_point since_;
    Clock::time_point due_;
    milliseconds pause_{};
    bool is_told_ = false;
    std::optional<Wait> seen_;
};

LongStatements::LongStatements(
    Server& server, SharedProgress& progress, Notices& notices, Rules rules
)
    : server_(server), progress_(progress), notices_(notices), rules_(std::move(rules)) {
    if (rules_.first.count() == 0) return;
    thread_ = std::jthread([this](const std::stop_token& over) { work(over); });
}

LongStatements::~LongStatements() = default;

Observer& LongStatements::observer(std::size_t worker) { return seat(worker); }

std::optional<Wait> LongStatements::last_wait(std::size_t worker) { return seat(worker).seen(); }

LongStatements::Seat& LongStatements::seat(std::size_t worker) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Seat>& seat = seats_[worker];
    if (!seat) seat = std::make_unique<Seat>(worker, *this);
    return *seat;
}

std::chrono::milliseconds LongStatements::first_look() const {
    constexpr milliseconds kSoonest{800};
    const milliseconds before_end = rules_.lock_timeout.value_or(milliseconds(0)) * 4 / 5;
    return before_end < kSoonest ? rules_.first : std::min(before_end, rules_.first);
}

void LongStatements::work(const std::stop_token& over) {
    const log::RequestScope scope(rules_.request_id);
    WaitSearch search(server_, over);
    while (!over.stop_requested()) {
        const auto next = look_around(search);
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, over, next, [] { return false; });
    }
}

LongStatements::Clock::time_point LongStatements::look_around(WaitSearch& search) {
    std::vector<Seat*> seats;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [worker, seat] : seats_) seats.push_back(seat.get());
    }
    const auto now = Clock::now();
    auto next = now + first_look();  // what begins from now on is not due before
    std::vector<std::string> sessions;
    for (Seat* seat : seats) sessions.push_back(seat->session());
    for (Seat* seat : seats) {
        const auto due = seat->due(now, next);
        if (!due) continue;
        auto wait = search.find(due->session, due->text, sessions);
        seat->take(*due, std::move(wait), Clock::now());
        next = Clock::now();  // when it is due again
    }
    return next;
}

}  // namespace migrator::db::sql::apply

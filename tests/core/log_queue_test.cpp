#include "core/log_queue.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "core/log.hpp"

namespace migrator::log {
namespace {

class Pipe {
public:
    Pipe() {
        if (::pipe(ends_.data()) != 0) throw std::runtime_error("no pipe");
    }
    ~Pipe() {
        close_reader();
        close_writer();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int writer() const { return ends_[1]; }
    void close_reader() { close(ends_[0]); }
    void close_writer() { close(ends_[1]); }

    /// Until the writer is closed, or `end` has come.
    std::string read_until(const std::string& end = "") {
        std::string text;
        std::array<char, 4096> bytes{};
        while (end.empty() || text.find(end) == std::string::npos) {
            const auto got = ::read(ends_[0], bytes.data(), bytes.size());
            if (got <= 0) break;
            text.append(bytes.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

private:
    static void close(int& end) {
        if (end >= 0) ::close(end);
        end = -1;
    }

    std::array<int, 2> ends_{};
};

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(LogQueue, WritesAllLinesInOrder) {
    Pipe pipe;
    {
        const Queue queue(pipe.writer());
        for (int i = 0; i < 100; ++i) warn("line " + std::to_string(i) + ".");
    }
    pipe.close_writer();
    const std::string text = pipe.read_until();
    EXPECT_EQ(count(text, "\n"), 100);
    EXPECT_LT(text.find("line 3."), text.find("line 99."));
}

TEST(LogQueue, LosesNothingToAReaderThatIsLate) {
    Pipe pipe;
    const std::string large(10'000, 'x');
    {
        const Queue queue(pipe.writer());
        for (int i = 0; i < 50; ++i) warn(large);  // more than a pipe takes, less than the queue
        warn("the last one");
        EXPECT_EQ(count(pipe.read_until("the last one"), large + "\n"), 50);
        EXPECT_EQ(queue.dropped(), 0);
    }
}

TEST(LogQueue, DropsAndCountsWhatNobodyReadsAndSaysSoLater) {
    Pipe pipe;
    const std::string large(10'000, 'x');
    const Queue queue(pipe.writer());
    for (int i = 0; i < 300; ++i) warn(large);
    EXPECT_GT(queue.dropped(), 100);
    EXPECT_LT(queue.dropped(), 300);
    const std::string text = pipe.read_until("log lines were dropped");
    EXPECT_EQ(count(text, large), 300 - queue.dropped());
    EXPECT_NE(text.find(std::to_string(queue.dropped()) + " log lines"), std::string::npos);
}

TEST(LogQueue, EndsAlthoughNobodyReads) {
    Pipe pipe;
    const std::string large(10'000, 'x');
    const Queue queue(pipe.writer());
    for (int i = 0; i < 50; ++i) warn(large);
}

TEST(LogQueue, CountsWhatCanNotBeWritten) {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    pipe.close_reader();
    {
        Pipe closed;
        const int file = closed.writer();
        closed.close_writer();
        for (const int target : {pipe.writer(), file}) {
            Queue queue(target);
            warn("lost");
            while (queue.dropped() == 0) std::this_thread::yield();
        }
    }
    std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace migrator::log

// A wire between a client and a server of this machine: adds latency, counts round trips.
//
//   wire PORT MICROSECONDS
//
// Listens on a free port of 127.0.0.1, prints that port, passes everything on to PORT, each way
// after half of MICROSECONDS, which therefore is the time of a round trip. The first bytes of a
// client wait for a round trip more: on a real wire the connection is made first. On SIGTERM it
// prints what it saw as JSON and ends.
//
// A round trip is counted when the server sends after the client has sent: what a client waits for.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostWaiting = 8 << 20;  // of one direction; then the sender is not read

struct Chunk {
    Clock::time_point due;
    std::string bytes;
};

struct Direction {
    int from = -1;
    int to = -1;
    Clock::duration delay{};
    std::deque<Chunk> waiting;
    std::size_t size = 0;
    std::size_t passed = 0;
    bool ended = false;   // nothing more comes
    bool closed = false;  // and the other side was told
    short readable = 0;
    short writable = 0;
};

struct Pair {
    Direction up;
    Direction down;
    bool client_spoke = false;
    bool first = true;
};

struct Seen {
    long connections = 0;
    long round_trips = 0;
    std::size_t bytes_up = 0;
    std::size_t bytes_down = 0;
};

volatile std::sig_atomic_t stopped = 0;

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

void prepare(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int listen_somewhere() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd, generic, length) != 0 || listen(fd, 128) != 0) give_up("listen");
    getsockname(fd, generic, &length);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return fd;
}

std::optional<Pair> accept_pair(int listener, int port, Clock::duration half) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return std::nullopt;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close(server);
        close(client);
        return std::nullopt;
    }
    prepare(client);
    prepare(server);
    Pair pair;
    pair.up = {.from = client, .to = server, .delay = half};
    pair.down = {.from = server, .to = client, .delay = half};
    return pair;
}

/// Takes what has come; false when the peer is gone for good.
void take(Direction& way, Clock::duration extra) {
    static char buffer[65536];
    const ssize_t size = read(way.from, buffer, sizeof buffer);
    if (size > 0) {
        const auto count = static_cast<std::size_t>(size);
        way.waiting.push_back({Clock::now() + way.delay + extra, std::string(buffer, count)});
        way.size += count;
        way.passed += count;
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        way.ended = true;
    }
}

/// Passes on what is due.
void pass(Direction& way) {
    const auto now = Clock::now();
    while (!way.waiting.empty() && way.waiting.front().due <= now) {
        std::string& bytes = way.waiting.front().bytes;
        const ssize_t size = send(way.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size < 0) {
            if (errno == EAGAIN || errno == EINTR) {
                way.writable = POLLOUT;
                return;
            }
            way.waiting.clear();
            way.ended = true;
            break;
        }
        way.size -= static_cast<std::size_t>(size);
        if (static_cast<std::size_t>(size) < bytes.size()) {
            bytes.erase(0, static_cast<std::size_t>(size));
            way.writable = POLLOUT;
            return;
        }
        way.waiting.pop_front();
    }
    if (way.ended && way.waiting.empty() && !way.closed) {
        shutdown(way.to, SHUT_WR);
        way.closed = true;
    }
}

class Wire {
public:
    Wire(int listener, int port, Clock::duration round_trip)
        : listener_(listener), port_(port), round_trip_(round_trip) {}

    void run() {
        while (stopped == 0) {
            wait();
            for (Pair& pair : pairs_) serve(pair);
            pairs_.remove_if([](Pair& pair) {
                if (!pair.up.closed || !pair.down.closed) return false;
                close(pair.up.from);
                close(pair.down.from);
                return true;
            });
        }
        std::printf(
            "{\"connections\": %ld, \"round_trips\": %ld, \"bytes_up\": %zu, \"bytes_down\": "
            "%zu}\n",
            seen_.connections,
            seen_.round_trips,
            seen_.bytes_up,
            seen_.bytes_down
        );
    }

private:
    void wait() {
        std::vector<pollfd> polled{{listener_, POLLIN, 0}};
        std::optional<Clock::time_point> due;
        for (Pair& pair : pairs_) {
            for (Direction* way : {&pair.up, &pair.down}) {
                const bool reads = !way->ended && way->size < kMostWaiting;
                polled.push_back({reads ? way->from : -1, POLLIN, 0});
                polled.push_back({way->writable != 0 ? way->to : -1, POLLOUT, 0});
                if (way->writable == 0 && !way->waiting.empty()) {
                    const auto next = way->waiting.front().due;
                    if (!due || next < *due) due = next;
                }
            }
        }
        timespec timeout{.tv_sec = 1, .tv_nsec = 0};
        if (due) {
            const auto left = std::max(Clock::duration::zero(), *due - Clock::now());
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
            timeout.tv_sec = seconds.count();
            timeout.tv_nsec =
                std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds).count();
        }
        if (ppoll(polled.data(), polled.size(), &timeout, nullptr) < 0 && errno != EINTR) {
            give_up("ppoll");
        }
        std::size_t at = 1;
        for (Pair& pair : pairs_) {
            for (Direction* way : {&pair.up, &pair.down}) {
                way->readable = polled[at].fd >= 0 ? polled[at].revents : short{0};
                if (polled[at + 1].revents != 0) way->writable = 0;
                at += 2;
            }
        }
        if ((polled[0].revents & POLLIN) != 0) {
            if (auto pair = accept_pair(listener_, port_, round_trip_ / 2)) {
                pairs_.push_back(std::move(*pair));
                ++seen_.connections;
            }
        }
    }

    void serve(Pair& pair) {
        if (pair.up.readable != 0) {
            const std::size_t before = pair.up.passed;
            take(pair.up, pair.first ? round_trip_ : Clock::duration::zero());
            seen_.bytes_up += pair.up.passed - before;
            pair.first = false;
            if (pair.up.passed > before) pair.client_spoke = true;
        }
        if (pair.down.readable != 0) {
            const std::size_t before = pair.down.passed;
            take(pair.down, Clock::duration::zero());
            seen_.bytes_down += pair.down.passed - before;
            if (pair.down.passed > before && pair.client_spoke) {
                ++seen_.round_trips;
                pair.client_spoke = false;
            }
        }
        pair.up.readable = pair.down.readable = 0;
        pass(pair.up);
        pass(pair.down);
    }

    int listener_;
    int port_;
    Clock::duration round_trip_;
    std::list<Pair> pairs_;
    Seen seen_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fputs("usage: wire PORT MICROSECONDS\n", stderr);
        return 2;
    }
    struct sigaction stop {};
    stop.sa_handler = [](int) { stopped = 1; };
    sigaction(SIGTERM, &stop, nullptr);
    // The kernel may be late with a timer by this much; its default is 50 microseconds.
    prctl(PR_SET_TIMERSLACK, 1UL);
    Wire wire(
        listen_somewhere(),
        std::atoi(arguments[1]),
        std::chrono::microseconds(std::atoi(arguments[2]))
    );
    wire.run();
}

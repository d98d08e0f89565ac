#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "http/spool.hpp"
#include "running_server.hpp"

namespace migrator::http::test {

/// An answer of any size that needs no room: the byte at `offset` is `byte_at(offset)`. Tells when
/// it is gone.
class FakeSpool : public Spool {
public:
    struct Watch {
        Event gone;
        std::atomic<std::size_t> read_up_to = 0;
    };

    /// From `broken_at` on, reading throws.
    FakeSpool(std::size_t size, Watch& watch, std::size_t broken_at = SIZE_MAX)
        : size_(size), watch_(watch), broken_at_(broken_at) {}
    FakeSpool(const FakeSpool&) = delete;
    FakeSpool& operator=(const FakeSpool&) = delete;
    ~FakeSpool() override { watch_.gone.set(); }

    static char byte_at(std::size_t offset) { return static_cast<char>('a' + offset / 7 % 26); }
    static std::string text(std::size_t size) {
        std::string text(size, '\0');
        for (std::size_t i = 0; i < size; ++i) text[i] = byte_at(i);
        return text;
    }

    void append(std::string_view) override { throw std::logic_error("not for a fake"); }
    void cut(std::size_t) override { throw std::logic_error("not for a fake"); }
    std::size_t size() const override { return size_; }
    std::size_t read(std::size_t offset, char* bytes, std::size_t length) override {
        length = std::min(length, size_ - offset);
        if (offset + length > broken_at_) throw std::runtime_error("the file is broken");
        for (std::size_t i = 0; i < length; ++i) bytes[i] = byte_at(offset + i);
        watch_.read_up_to = offset + length;
        return length;
    }

private:
    const std::size_t size_;
    Watch& watch_;
    const std::size_t broken_at_;
};

}  // namespace migrator::http::test

#include "http/spool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "http/spool_file.hpp"

namespace migrator::http {

namespace {

/// Most answers are small; large ones shouldn't be made of too many pieces.
constexpr std::size_t kFirstChunk = 4'096;
constexpr std::size_t kChunk = 65'536;

/// A number of bytes that has a limit.
class Room {
public:
    explicit Room(std::size_t limit) : limit_(limit) {}

    /// Takes as much of `wanted` as there is left, at least `least`, and says how much that was;
    /// or takes nothing.
    std::size_t take(std::size_t wanted, std::size_t least) {
        std::size_t used = used_;
        std::size_t taken = 0;
        do {
            taken = std::min(wanted, limit_ - used);
            if (taken < least) return 0;
        } while (!used_.compare_exchange_weak(used, used + taken));
        return taken;
    }
    void give_back(std::size_t bytes) { used_ -= bytes; }

    std::size_t used() const { return used_; }
    std::size_t limit() const { return limit_; }

private:
    const std::size_t limit_;
    std::atomic<std::size_t> used_ = 0;
};

/// The first part of an answer. Takes from `room` what it allocates beyond its first
/// `always` bytes, to the byte.
class SpoolMemory {
public:
    SpoolMemory(Room& room, std::size_t limit, std::size_t always)
        : room_(room), limit_(limit), always_(std::min(always, limit)) {}
    SpoolMemory(const SpoolMemory&) = delete;
    SpoolMemory& operator=(const SpoolMemory&) = delete;
    ~SpoolMemory() { cut(0); }

    /// Appends what there is room for and says how much that was.
    std::size_t append(std::string_view text) {
        std::size_t done = 0;
        while (done < text.size() && (size_ < allocated() || grow())) {
            const Chunk& chunk = chunks_.back();
            const std::size_t filled = size_ - chunk.begin;
            const std::size_t count = std::min(text.size() - done, chunk.size - filled);
            std::memcpy(chunk.bytes.get() + filled, text.data() + done, count);
            size_ += count;
            done += count;
        }
        return done;
    }

    std::size_t size() const { return size_; }

    void cut(std::size_t size) {
        size_ = size;
        while (!chunks_.empty() && chunks_.back().begin >= size) {
            room_.give_back(chunks_.back().counted);
            chunks_.pop_back();
        }
    }

    std::size_t read(std::size_t offset, char* bytes, std::size_t length) const {
        const std::size_t end = std::min(offset + length, size_);
        auto chunk = std::upper_bound(
            chunks_.begin(),
            chunks_.end(),
            offset,
            [](std::size_t at, const Chunk& one) { return at < one.begin + one.size; }
        );
        std::size_t done = 0;
        for (; offset + done < end; ++chunk) {
            const std::size_t in_chunk = offset + done - chunk->begin;
            const std::size_t count = std::min(chunk->size - in_chunk, end - offset - done);
            std::memcpy(bytes + done, chunk->bytes.get() + in_chunk, count);
            done += count;
        }
        return done;
    }

private:
    struct Chunk {
        std::size_t begin;
        std::size_t size;
        std::size_t counted;  ///< taken from the room
        std::unique_ptr<char[]> bytes;
    };

    std::size_t allocated() const {
        return chunks_.empty() ? 0 : chunks_.back().begin + chunks_.back().size;
    }

    bool grow() {
        const std::size_t begin = allocated();
        const std::size_t chunk = begin == 0 ? kFirstChunk : kChunk;
        std::size_t size = 0;
        std::size_t counted = 0;
        if (begin < always_) {
            size = std::min(chunk, always_ - begin);
        } else {
            size = counted = room_.take(std::min(chunk, limit_ - begin), 1);
        }
        if (size == 0) return false;
        try {
            chunks_.push_back({begin, size, counted, std::unique_ptr<char[]>(new char[size])});
        } catch (...) {
            room_.give_back(counted);
            throw;
        }
        return true;
    }

    Room& room_;
    const std::size_t limit_;
    const std::size_t always_;
    std::vector<Chunk> chunks_;
    std::size_t size_ = 0;
};

/// What all spools share; they keep it.
struct SharedSpace {
    explicit SharedSpace(SpoolOptions given)
        : options(std::move(given)), memory(options.all_memory_bytes), files(options.total_bytes) {}

    const SpoolOptions options;
    Room memory;
    Room files;
};

/// The memory is first. Once the file has begun the memory doesn't grow, until the file is empty
/// again.
class MemoryThenFile : public Spool {
public:
    explicit MemoryThenFile(std::shared_ptr<SharedSpace> space)
        : space_(std::move(space)),
          memory_(
              space_->memory, space_->options.memory_bytes, space_->options.always_memory_bytes
          ) {}
    MemoryThenFile(const MemoryThenFile&) = delete;
    MemoryThenFile& operator=(const MemoryThenFile&) = delete;
    ~MemoryThenFile() override { space_->files.give_back(in_file()); }

    void append(std::string_view text) override {
        const std::size_t before = size();
        try {
            if (in_file() == 0) text.remove_prefix(memory_.append(text));
            if (!text.empty()) append_to_file(text);
        } catch (...) {
            cut(before);
            throw;
        }
    }

    std::size_t size() const override { return memory_.size() + in_file(); }

    void cut(std::size_t new_size) override {
        if (new_size >= size()) return;
        const std::size_t left = new_size - std::min(new_size, memory_.size());
        if (file_ && left < in_file()) {
            space_->files.give_back(in_file() - left);
            file_->cut(left);
        }
        if (new_size < memory_.size()) memory_.cut(new_size);
    }

    std::size_t read(std::size_t offset, char* bytes, std::size_t length) override {
        if (offset >= size()) return 0;
        length = std::min(length, size() - offset);
        const std::size_t from_memory =
            offset < memory_.size() ? memory_.read(offset, bytes, length) : 0;
        if (from_memory == length) return length;
        const std::size_t begin = offset + from_memory - memory_.size();
        const std::size_t wanted = length - from_memory;
        if (file_->read(begin, bytes + from_memory, wanted) == wanted) return length;
        throw Error(
            ErrorKind::Unavailable,
            "the spool file of a large response in " + space_->options.directory +
                " is shorter than what was written to it"
        );
    }

private:
    std::size_t in_file() const { return file_ ? file_->size() : 0; }

    void append_to_file(std::string_view text) {
        if (space_->files.take(text.size(), text.size()) == 0) {
            throw Error(
                ErrorKind::Busy,
                fmt::format(
                    "large responses together exceed {} bytes in {}; request less data, or try "
                    "again later",
                    space_->files.limit(),
                    space_->options.directory
                )
            );
        }
        try {
            if (!file_) file_.emplace(UnlinkedFile::in(space_->options.directory));
            file_->append(text);
        } catch (...) {
            space_->files.give_back(text.size());
            throw;
        }
    }

    const std::shared_ptr<SharedSpace> space_;
    SpoolMemory memory_;
    std::optional<SpoolFile> file_;
};

}  // namespace

struct SpoolSpace::State : SharedSpace {
    using SharedSpace::SharedSpace;
};

SpoolSpace::SpoolSpace(SpoolOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}
SpoolSpace::~SpoolSpace() = default;

std::shared_ptr<Spool> SpoolSpace::open() { return std::make_shared<MemoryThenFile>(state_); }

std::size_t SpoolSpace::bytes_in_files() const { return state_->files.used(); }

}  // namespace migrator::http

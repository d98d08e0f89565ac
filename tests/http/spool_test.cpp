#include "http/spool.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "http/spool_file.hpp"
#include "support/temp_dir.hpp"
#include "support/unprivileged.hpp"

using namespace migrator;
using namespace migrator::http;

namespace {

std::string read(Spool& spool, std::size_t offset, std::size_t length) {
    std::string bytes(length, '?');
    bytes.resize(spool.read(offset, bytes.data(), length));
    return bytes;
}

std::string whole(Spool& spool) { return read(spool, 0, spool.size() + 1); }

/// Bytes that tell where they are.
std::string pattern(std::size_t size, char salt = 0) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<char>(i * 31 + i / 251 + static_cast<unsigned char>(salt));
    }
    return text;
}

template <typename Work>
std::string error_of(ErrorKind kind, Work work) {
    try {
        work();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), kind) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "no error";
    return "";
}

/// A limit for the size of files, so that writes fail where no disk is full.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("setrlimit failed");
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

class SpoolTest : public ::testing::Test {
protected:
    SpoolOptions options() const { return {.directory = dir.path().string()}; }

    test::TempDir dir;
};

}  // namespace

TEST_F(SpoolTest, KeepsWhatIsAppendedCutAndRead) {
    const struct {
        std::size_t memory;
        std::size_t all_memory;
    } cases[] = {
        {0, 0},
        {1, 1},
        {4'095, 1 << 20},
        {4'097, 1 << 20},
        {100'000, 1 << 20},
        {300'000, 90'001},
        {1 << 20, 1 << 20},
        {8 << 20, 32 << 20}};
    for (const auto& c : cases) {
        SCOPED_TRACE(std::to_string(c.memory) + " of " + std::to_string(c.all_memory));
        SpoolOptions limits = options();
        limits.memory_bytes = c.memory;
        limits.all_memory_bytes = c.all_memory;
        limits.always_memory_bytes = 0;
        SpoolSpace space(limits);
        const auto spool = space.open();
        std::string expected;
        std::mt19937 random(7);
        const auto up_to = [&](std::size_t most) { return random() % (most + 1); };
        for (int round = 0; round < 400; ++round) {
            const std::size_t kind = up_to(9);
            if (kind < 7) {
                const std::string text =
                    pattern(up_to(kind == 0 ? 150'000 : 2'000), static_cast<char>(round));
                spool->append(text);
                expected += text;
            } else if (kind == 7 && up_to(3) == 0) {
                const std::size_t size = up_to(expected.size());
                spool->cut(size);
                expected.resize(size);
            } else {
                const std::size_t offset = up_to(expected.size());
                const std::size_t length = up_to(200'000);
                ASSERT_TRUE(read(*spool, offset, length) == expected.substr(offset, length));
            }
            ASSERT_EQ(spool->size(), expected.size());
            // What doesn't fit into the memory is in the file, and nothing else is.
            const std::size_t memory = std::min(c.memory, c.all_memory);
            ASSERT_LE(space.bytes_in_files(), expected.size());
            ASSERT_GE(space.bytes_in_files() + memory, expected.size());
            if (expected.size() <= memory && memory == 8 << 20) {
                ASSERT_EQ(space.bytes_in_files(), 0U);
            }
        }
        EXPECT_TRUE(whole(*spool) == expected);
    }
}

TEST_F(SpoolTest, SmallAnswersHaveRoomWhateverTheLargeOnesTake) {
    SpoolOptions limits = options();
    limits.total_bytes = 10;
    limits.all_memory_bytes = 1000;
    limits.always_memory_bytes = 100;
    SpoolSpace space(limits);
    const auto large = space.open();
    EXPECT_THROW(large->append(std::string(2000, 'x')), Error);
    large->append(std::string(1110, 'x'));
    const auto small = space.open();
    small->append(std::string(100, 'y'));
    EXPECT_EQ(whole(*small), std::string(100, 'y'));
    EXPECT_THROW(small->append("y"), Error);
}

TEST_F(SpoolTest, CutsAcrossTheBorderOfMemoryAndFile) {
    SpoolOptions limits = options();
    limits.memory_bytes = 100;
    SpoolSpace space(limits);
    const std::string text = pattern(300);
    for (const std::size_t size : {301U, 300U, 299U, 200U, 101U, 100U, 99U, 50U, 1U, 0U}) {
        SCOPED_TRACE(size);
        const auto spool = space.open();
        spool->append(text);
        EXPECT_EQ(space.bytes_in_files(), 200U);
        const std::size_t kept = std::min<std::size_t>(size, 300);
        spool->cut(size);
        EXPECT_EQ(spool->size(), kept);
        EXPECT_EQ(space.bytes_in_files(), kept > 100 ? kept - 100 : 0);
        spool->append("more");
        EXPECT_EQ(whole(*spool), text.substr(0, kept) + "more");
        EXPECT_EQ(space.bytes_in_files(), kept + 4 > 100 ? kept + 4 - 100 : 0);
    }
    EXPECT_EQ(space.bytes_in_files(), 0U);
}

TEST_F(SpoolTest, ReadsNothingBehindTheEnd) {
    SpoolOptions limits = options();
    limits.memory_bytes = 2;
    SpoolSpace space(limits);
    const auto spool = space.open();
    EXPECT_EQ(whole(*spool), "");
    spool->append("abcd");
    EXPECT_EQ(read(*spool, 4, 10), "");
    EXPECT_EQ(read(*spool, 100, 10), "");
    EXPECT_EQ(read(*spool, 3, 10), "d");
    EXPECT_EQ(read(*spool, 1, 2), "bc");
}

TEST_F(SpoolTest, SharesTheMemoryOfAllAnswersToTheByte) {
    SpoolOptions limits = options();
    limits.memory_bytes = 70'000;
    limits.all_memory_bytes = 100'000;
    limits.always_memory_bytes = 0;
    SpoolSpace space(limits);
    for (int round = 0; round < 3; ++round) {
        auto first = space.open();
        first->append(std::string(70'000, 'a'));
        EXPECT_EQ(space.bytes_in_files(), 0U);
        const auto second = space.open();
        second->append(std::string(30'000, 'b'));
        EXPECT_EQ(space.bytes_in_files(), 0U);
        const auto third = space.open();
        third->append("c");
        EXPECT_EQ(space.bytes_in_files(), 1U);
        first->cut(4'096);  // a whole chunk; the rest is free again
        const auto fourth = space.open();
        fourth->append(std::string(65'904, 'd'));
        EXPECT_EQ(space.bytes_in_files(), 1U);
        fourth->append("d");
        EXPECT_EQ(space.bytes_in_files(), 2U);
        first.reset();
        const auto fifth = space.open();
        fifth->append(std::string(4'097, 'e'));
        EXPECT_EQ(space.bytes_in_files(), 3U);
    }
    EXPECT_EQ(space.bytes_in_files(), 0U);
}

TEST_F(SpoolTest, IsBusyWhenAllAnswersNeedTooMuch) {
    SpoolOptions limits = options();
    limits.memory_bytes = 10;
    limits.total_bytes = 1'000;
    SpoolSpace space(limits);
    const auto first = space.open();
    first->append(pattern(1'000));
    auto second = space.open();
    second->append(std::string(15, 'x'));
    const std::string message =
        error_of(ErrorKind::Busy, [&] { second->append(std::string(6, 'y')); });
    EXPECT_NE(message.find("exceed 1000 bytes in " + limits.directory), std::string::npos);
    // It is as it was before, and so is the room.
    EXPECT_EQ(whole(*second), std::string(15, 'x'));
    EXPECT_EQ(space.bytes_in_files(), 995U);
    second->append(std::string(5, 'y'));
    EXPECT_EQ(space.bytes_in_files(), 1'000U);
    error_of(ErrorKind::Busy, [&] { first->append("z"); });
    second.reset();
    EXPECT_EQ(space.bytes_in_files(), 990U);
    first->append(pattern(10, 1));
    EXPECT_EQ(whole(*first), pattern(1'000) + pattern(10, 1));
}

TEST_F(SpoolTest, LeavesNoNameInTheDirectory) {
    SpoolOptions limits = options();
    limits.memory_bytes = 0;
    SpoolSpace space(limits);
    const auto spool = space.open();
    spool->append(pattern(200'000));
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
    const UnlinkedFile file = UnlinkedFile::by_unlinking(limits.directory);
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
    file.write(3, "abc");
    char bytes[10];
    EXPECT_EQ(file.read(4, bytes, sizeof bytes), 2U);
    EXPECT_EQ(std::string(bytes, 2), "bc");
}

TEST_F(SpoolTest, NamesTheDirectoryWhereItCantMakeAFile) {
    const auto locked = dir.path() / "locked";
    std::filesystem::create_directory(locked);
    std::filesystem::permissions(locked, std::filesystem::perms::none);
    const auto no_directory = dir.write("file", "");
    const struct {
        std::string directory;
        const char* reason;
    } cases[] = {
        {dir.path() / "none", "No such file or directory"},
        {no_directory, "Not a directory"},
        {locked, "Permission denied"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.directory);
        std::optional<test::Unprivileged> unprivileged;
        if (c.directory == locked) unprivileged.emplace();
        SpoolSpace space({.directory = c.directory, .memory_bytes = 3});
        auto spool = space.open();
        const std::string message =
            error_of(ErrorKind::Unavailable, [&] { spool->append("abcdef"); });
        EXPECT_NE(message.find(c.directory), std::string::npos) << message;
        EXPECT_NE(message.find(c.reason), std::string::npos) << message;
        EXPECT_EQ(whole(*spool), "");
        EXPECT_EQ(space.bytes_in_files(), 0U);
        spool->append("abc");  // there is memory for that
        EXPECT_EQ(whole(*spool), "abc");
    }
    const std::string message =
        error_of(ErrorKind::Unavailable, [&] { UnlinkedFile::by_unlinking(cases[0].directory); });
    EXPECT_NE(message.find(cases[0].directory), std::string::npos) << message;
}

TEST(SpoolFile, SaysThatTheDiskIsFull) {
    const int full = ::open("/dev/full", O_RDWR | O_CLOEXEC);
    ASSERT_GE(full, 0);
    SpoolFile file(UnlinkedFile(full, "/the/directory"));
    const std::string text = pattern(60'000);
    file.append(text);  // gathered
    const std::string message = error_of(ErrorKind::Unavailable, [&] { file.append(text); });
    EXPECT_NE(message.find("/the/directory"), std::string::npos) << message;
    EXPECT_NE(message.find("No space left on device"), std::string::npos) << message;
    EXPECT_EQ(file.size(), text.size());
    char byte = 0;
    error_of(ErrorKind::Unavailable, [&] { file.read(0, &byte, 1); });
    file.cut(0);
    error_of(ErrorKind::Unavailable, [&] { file.append(std::string(70'000, 'x')); });
    EXPECT_EQ(file.size(), 0U);
}

TEST_F(SpoolTest, GivesAllBackAfterAFailedWrite) {
    SpoolOptions limits = options();
    limits.memory_bytes = 1'000;
    SpoolSpace space(limits);
    auto spool = space.open();
    {
        const FileSizeLimit limit(300'000);
        const std::string part = pattern(10'000);
        std::size_t appended = 0;
        const std::string message = error_of(ErrorKind::Unavailable, [&] {
            for (; appended < 1'000'000; appended += part.size()) spool->append(part);
        });
        EXPECT_NE(message.find(limits.directory), std::string::npos) << message;
        EXPECT_NE(message.find("File too large"), std::string::npos) << message;
        EXPECT_EQ(spool->size(), appended);
        EXPECT_EQ(space.bytes_in_files(), appended - 1'000);
        error_of(ErrorKind::Unavailable, [&] { spool->append(std::string(400'000, 'x')); });
        EXPECT_EQ(spool->size(), appended);
        spool->cut(1'500);
        EXPECT_EQ(space.bytes_in_files(), 500U);
        EXPECT_EQ(whole(*spool), part.substr(0, 1'500));
    }
    spool.reset();
    EXPECT_EQ(space.bytes_in_files(), 0U);
}

TEST_F(SpoolTest, MayOutliveItsSpace) {
    SpoolOptions limits = options();
    limits.memory_bytes = 1;
    auto space = std::make_unique<SpoolSpace>(limits);
    const auto spool = space->open();
    spool->append("abc");
    space.reset();
    spool->append("def");
    EXPECT_EQ(whole(*spool), "abcdef");
}

TEST_F(SpoolTest, SharesItsRoomAmongThreads) {
    SpoolOptions limits = options();
    limits.memory_bytes = 50'000;
    limits.all_memory_bytes = 120'000;
    limits.always_memory_bytes = 0;
    SpoolSpace space(limits);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&space, thread] {
                const std::string text = pattern(30'000, static_cast<char>(thread));
                for (int round = 0; round < 50; ++round) {
                    const auto spool = space.open();
                    std::string expected;
                    for (int i = 0; i < round % 7; ++i) {
                        spool->append(text);
                        expected += text;
                    }
                    EXPECT_TRUE(whole(*spool) == expected);
                    spool->cut(expected.size() / 2);
                }
            });
        }
    }
    EXPECT_EQ(space.bytes_in_files(), 0U);
    const auto first = space.open();
    first->append(std::string(50'000, 'x'));
    const auto second = space.open();
    second->append(std::string(50'000, 'x'));
    EXPECT_EQ(space.bytes_in_files(), 0U);  // all the memory came back
}

#pragma once

#include <mysql.h>

#include <cstdint>
#include <optional>
#include <string>

namespace migrator::db::mysql {

/// Gives the server the files that LOAD DATA LOCAL and LOAD XML LOCAL read, in place of the client
/// library: that takes a folder for an empty file, and tells a server that a file which is missing
/// has no rows, so that the server runs what stands behind the statement. One thread at a time.
class LocalFiles {
public:
    /// Whether the message in work may ask for a file.
    enum class Asked : std::uint8_t {
        Never,     ///< the server gets none, and the connection is cut
        Alone,     ///< it is the one statement that asks
        Anywhere,  ///< more may stand behind: when the file fails, the connection is cut
    };

    /// `handle` is connected, and lent for good. Both stay where they are.
    void serve(MYSQL* handle);
    void expect(Asked asked) { asked_ = asked; }

    struct Problem {
        unsigned number = 0;  ///< of the system
        std::string message;
        bool cut = false;  ///< the connection is shut down, and the server has got no whole file
    };
    /// Why the last file that was asked for could not be read. Once.
    std::optional<Problem> take_problem();

private:
    static int begin(void** file, const char* name, void* self) noexcept;
    static int read(void* file, char* buffer, unsigned size) noexcept;
    static void end(void* file) noexcept;
    static int error(void* file, char* buffer, unsigned size) noexcept;

    bool open(const char* name);
    int refuse(int number, const std::string& what, bool cut);

    MYSQL* handle_ = nullptr;
    Asked asked_ = Asked::Never;
    int file_ = -1;
    std::string name_;
    std::optional<Problem> problem_;
};

}  // namespace migrator::db::mysql

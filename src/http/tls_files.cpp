#include "http/tls_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::http {

TlsFiles::TlsFiles(TlsOptions options)
    : options_(std::move(options)), stamps_(stamps()), context_(make_tls_context(options_)) {
    warn();
}

const TlsContext& TlsFiles::current() {
    const auto now = std::chrono::steady_clock::now();
    if (now - checked_ < options_.recheck) return context_;
    checked_ = now;
    // Before they are read: what changes meanwhile is seen the next time.
    const Stamps found = stamps();
    if (found == stamps_) return context_;
    stamps_ = found;
    try {
        context_ = make_tls_context(options_);
        log::info("read the changed TLS certificate: " + description_of(context_.get()));
        warn();
    } catch (const Error& error) {
        log::error(
            fmt::format("the changed TLS files are not used, the old ones are: {}", error.what())
        );
    }
    return context_;
}

TlsFiles::Stamp TlsFiles::stamp_of(const std::string& file) {
    struct stat status {};
    if (file.empty() || stat(file.c_str(), &status) != 0) return {};
    constexpr std::int64_t kSecond = 1'000'000'000;
    return {
        .device = status.st_dev,
        .inode = status.st_ino,
        .size = status.st_size,
        .modified_ns = status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec};
}

TlsFiles::Stamps TlsFiles::stamps() const {
    return {stamp_of(options_.certificate), stamp_of(options_.key), stamp_of(options_.client_ca)};
}

void TlsFiles::warn() const {
    struct stat status {};
    if (stat(options_.key.c_str(), &status) == 0 && (status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        log::warn(fmt::format(
            "tlsKey {}: every user of this machine has access to the key (mode {:04o}); make it "
            "0600 or 0640",
            options_.key,
            status.st_mode & 07777
        ));
    }
    if (has_expired(context_.get())) {
        log::warn(fmt::format(
            "tlsCertificate {}: the certificate has expired: {}",
            options_.certificate,
            description_of(context_.get())
        ));
    }
}

}  // namespace migrator::http

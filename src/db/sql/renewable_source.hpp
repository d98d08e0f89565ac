#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::db::sql {

/// The server has refused user or password.
class RefusedPassword : public Error {
public:
    using Error::Error;
};

/// What a server's connections are opened with. Its password may be rotated while the program runs:
/// when the server refuses it, the data source is read anew. All functions from any thread.
template <typename Source>
class RenewableSource {
public:
    /// `renewed` reads the text of the data source anew, `parse` takes it apart. A null `renewed`:
    /// there is nowhere to read it from.
    RenewableSource(
        Source source,
        std::function<std::string()> renewed,
        std::function<Source(const std::string& text)> parse
    )
        : source_(std::move(source)), renewed_(std::move(renewed)), parse_(std::move(parse)) {}

    Source current() const {
        const std::lock_guard guard(mutex_);
        return source_;
    }

    /// What `open(source)` gives. After a RefusedPassword it is called once more with the renewed
    /// data source, if that is another one, and from then on that is the current one, if it works.
    auto connect(const auto& open) {
        const Source source = current();
        try {
            return open(source);
        } catch (const RefusedPassword&) {
            if (!renewed_) throw;
            Source renewed = parse_(renewed_());
            if (renewed == source) throw;
            log::info("The database rejected the password; trying the new one");
            auto connection = open(renewed);
            const std::lock_guard guard(mutex_);
            source_ = std::move(renewed);
            return connection;
        }
    }

private:
    mutable std::mutex mutex_;
    Source source_;
    const std::function<std::string()> renewed_;
    const std::function<Source(const std::string& text)> parse_;
};

}  // namespace migrator::db::sql

#include "db/sql/apply/notices.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/log.hpp"

namespace migrator::db::sql::apply {

std::string told(const Notice& notice) {
    std::string text = notice.file;
    if (notice.line > 0) text += fmt::format(", line {}", notice.line);
    if (!notice.schema.empty()) text += ", schema " + notice.schema;
    text += ": ";
    if (!notice.level.empty()) text += notice.level + ": ";
    return text + notice.message;
}

void Notices::add(const Migration& migration, std::string_view schema, Notice notice) {
    {
        const std::lock_guard lock(mutex_);
        const std::size_t count = ++counts_[&migration];
        if (count == kKeptOfAFile + 1) files_.push_back(&migration);
        if (count > kKeptOfAFile) return;
        notice.file = migration.file;
        notice.schema = schema;
        kept_.push_back(notice);
    }
    const std::string text = told(notice);
    log::answered(
        notice.is_warning ? log::Level::Warn : log::Level::Info,
        text,
        {{"file", notice.file}, {"schema", notice.schema}}
    );
    progress_.news(text, notice.is_warning);
}

std::vector<Notice> Notices::take() {
    const std::lock_guard lock(mutex_);
    for (const Migration* file : files_) {
        kept_.push_back(
            {.file = file->file,
             .schema = {},
             .level = {},
             .sqlstate = {},
             .message = fmt::format(
                 "{} more notices and warnings of this file are not shown",
                 counts_[file] - kKeptOfAFile
             )}
        );
        log::answered(log::Level::Info, told(kept_.back()));
        progress_.news(told(kept_.back()), false);
    }
    files_.clear();
    return std::exchange(kept_, {});
}

}  // namespace migrator::db::sql::apply

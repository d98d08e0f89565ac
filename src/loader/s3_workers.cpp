#include "loader/s3_workers.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace migrator::loader {

void S3Workers::run(
    std::size_t count, const std::function<void(S3Bucket& bucket, std::size_t)>& job
) {
    ParallelJobs jobs(count, pace_);
    jobs.run([&](std::size_t number, std::size_t item) {
        Worker& worker = workers_[number];
        worker.jobs = &jobs;
        worker.item = item;
        worker.pace = pace_.count();
        if (!worker.bucket) open(worker);
        job(*worker.bucket, item);
    });
}

void S3Workers::open(Worker& worker) {
    cloud::aws::Surroundings surroundings = store_.surroundings();
    surroundings.sleep = [this, &worker](std::chrono::milliseconds time) { sleep(worker, time); };
    worker.bucket = std::make_unique<S3Bucket>(store_, std::move(surroundings), [this, &worker] {
        pace_.slow_down(worker.pace);
    });
}

/// In pieces, so that a load that has failed ends soon.
void S3Workers::sleep(const Worker& worker, std::chrono::milliseconds time) const {
    constexpr std::chrono::milliseconds kPiece{200};
    while (time.count() > 0) {
        if (worker.jobs->is_pointless(worker.item)) {
            throw Error(ErrorKind::Cancelled, "another object could not be read");
        }
        const auto piece = std::min(time, kPiece);
        store_.surroundings().sleep(piece);
        time -= piece;
    }
}

}  // namespace migrator::loader

// Only in builds with ThreadSanitizer. librdkafka starts its threads and locks by C11's <threads.h>, which the
// sanitizer does not see: it crashes in a thread it does not know. These definitions take precedence over libc's and
// do the same by POSIX calls, which it does see. glibc gives both families the same representation.
//
// librdkafka itself is not instrumented: its reference counts look like races. What it calls directly is therefore
// ignored, but not its locks, since they order our own threads: so its read-write locks also come through here.
// Compiled without sibling calls, or the sanitizer would take librdkafka for the caller.
#include <pthread.h>
#include <sched.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t) &&
              sizeof(thrd_t) == sizeof(pthread_t) && sizeof(once_flag) == sizeof(pthread_once_t));

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

void* run(void* raw) {
  const std::unique_ptr<Start> start(static_cast<Start*>(raw));
  const std::intptr_t result = start->function(start->argument);
  return reinterpret_cast<void*>(result);
}

pthread_mutex_t* posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

int outcome(int code) {
  switch (code) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    default:
      return thrd_error;
  }
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(function, argument);
  const int code = pthread_create(thread, nullptr, run, start.get());
  if (code == 0) {
    (void)start.release();
  }
  return outcome(code);
}

int thrd_join(thrd_t thread, int* result) {
  void* raw = nullptr;
  const int code = pthread_join(thread, &raw);
  if (result != nullptr) {
    *result = static_cast<int>(reinterpret_cast<std::intptr_t>(raw));
  }
  return outcome(code);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  const int code = pthread_mutex_init(posix(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return outcome(code);
}

// Who destroys a lock is decided by a reference count that the sanitizer cannot see; glibc's destruction does nothing.
void mtx_destroy(mtx_t*) {}
int mtx_lock(mtx_t* mutex) { return outcome(pthread_mutex_lock(posix(mutex))); }
int mtx_trylock(mtx_t* mutex) { return outcome(pthread_mutex_trylock(posix(mutex))); }
int mtx_unlock(mtx_t* mutex) { return outcome(pthread_mutex_unlock(posix(mutex))); }

int cnd_init(cnd_t* condition) { return outcome(pthread_cond_init(posix(condition), nullptr)); }
void cnd_destroy(cnd_t*) {}
int cnd_signal(cnd_t* condition) { return outcome(pthread_cond_signal(posix(condition))); }
int cnd_broadcast(cnd_t* condition) { return outcome(pthread_cond_broadcast(posix(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return outcome(pthread_cond_wait(posix(condition), posix(mutex))); }

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return outcome(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}

int __interceptor_pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes);
int __interceptor_pthread_rwlock_rdlock(pthread_rwlock_t* lock);
int __interceptor_pthread_rwlock_wrlock(pthread_rwlock_t* lock);
int __interceptor_pthread_rwlock_unlock(pthread_rwlock_t* lock);

int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) noexcept {
  return __interceptor_pthread_rwlock_init(lock, attributes);
}
int pthread_rwlock_destroy(pthread_rwlock_t*) noexcept { return 0; }
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept { return __interceptor_pthread_rwlock_rdlock(lock); }
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept { return __interceptor_pthread_rwlock_wrlock(lock); }
int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept { return __interceptor_pthread_rwlock_unlock(lock); }

const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() { return "called_from_lib:librdkafka.so\n"; }

}  // extern "C"

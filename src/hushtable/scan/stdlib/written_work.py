"""Queues, threads, processes, futures and event loops, written down in Python."""

from __future__ import annotations

QUEUE = """
class Queue:
    def __init__(self, maxsize=0):
        self._held = []
    def put(self, item, block=True, timeout=None):
        self._held.append(item)
    def get(self, block=True, timeout=None):
        waits(self._held)
        return self._held.pop(0)
    put_nowait = put
    get_nowait = get
    def qsize(self):
        return len(self._held)
    def empty(self):
        return not self._held
    def full(self):
        return False
    def task_done(self):
        pass
    def join(self):
        pass
    def close(self):
        pass
class LifoQueue(Queue):
    def get(self, block=True, timeout=None):
        waits(self._held)
        return self._held.pop()
    get_nowait = get
class PriorityQueue(Queue):
    def put(self, item, block=True, timeout=None):
        self._held.append(item)
        self._held.sort()
    put_nowait = put
class SimpleQueue(Queue):
    pass
"""
THREADS = """
class Thread:
    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, daemon=None):
        self._target = target
        self._args = args
        self._kwargs = kwargs if kwargs is not None else {}
        self.name = name
        self.daemon = daemon
    def run(self):
        if self._target is not None:
            self._target(*self._args, **self._kwargs)
    def start(self):
        self.run()
        parks(self.run)
    def join(self, timeout=None):
        resumes()
    def is_alive(self):
        return False
class Timer(Thread):
    def __init__(self, interval, function, args=None, kwargs=None):
        self._target = function
        self._args = args if args is not None else ()
        self._kwargs = kwargs if kwargs is not None else {}
    def cancel(self):
        pass
class Lock:
    def acquire(self, blocking=True, timeout=-1):
        return True
    def release(self):
        pass
    def locked(self):
        return False
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return None
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, trace):
        return None
class RLock(Lock):
    pass
class Semaphore(Lock):
    def __init__(self, value=1):
        pass
class BoundedSemaphore(Semaphore):
    pass
class Condition(Lock):
    def __init__(self, lock=None):
        pass
    def wait(self, timeout=None):
        return True
    def wait_for(self, predicate, timeout=None):
        waits(predicate())
        return predicate()
    def notify(self, n=1):
        pass
    def notify_all(self):
        pass
class Event:
    def __init__(self):
        self._set = False
    def set(self):
        self._set = True
    def clear(self):
        self._set = False
    def is_set(self):
        return self._set
    def wait(self, timeout=None):
        waits(self._set)
        return True
class Barrier:
    def __init__(self, parties, action=None, timeout=None):
        self._action = action
    def wait(self, timeout=None):
        if self._action is not None:
            self._action()
        return 0
class local:
    pass
"""
PROCESSES = """
class Process:
    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, daemon=None):
        self._target = target
        self._args = args
        self._kwargs = kwargs if kwargs is not None else {}
        self.name = name
    def run(self):
        if self._target is not None:
            self._target(*self._args, **self._kwargs)
    def start(self):
        self.run()
    def join(self, timeout=None):
        pass
    def terminate(self):
        pass
    def is_alive(self):
        return False
class AsyncResult:
    def __init__(self, value):
        self._value = value
    def get(self, timeout=None):
        return self._value
    def wait(self, timeout=None):
        pass
    def ready(self):
        return True
class Pool:
    def __init__(self, processes=None, initializer=None, initargs=()):
        if initializer is not None:
            initializer(*initargs)
    def map(self, function, iterable, chunksize=None):
        return list(map(function, iterable))
    def imap(self, function, iterable, chunksize=None):
        return map(function, iterable)
    imap_unordered = imap
    def starmap(self, function, iterable, chunksize=None):
        return [function(*row) for row in iterable]
    def apply(self, function, args=(), kwds={}):
        return function(*args, **kwds)
    def apply_async(self, function, args=(), kwds={}, callback=None, error_callback=None):
        value = function(*args, **kwds)
        if callback is not None:
            callback(value)
        return AsyncResult(value)
    def map_async(self, function, iterable, chunksize=None, callback=None):
        value = list(map(function, iterable))
        if callback is not None:
            callback(value)
        return AsyncResult(value)
    def close(self):
        pass
    def join(self):
        pass
    def terminate(self):
        pass
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return None
ThreadPool = Pool
class Value:
    def __init__(self, kind, value=None, lock=True):
        self.value = value
    def get_lock(self):
        return self
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return None
class Connection:
    def __init__(self, held):
        self._held = held
    def send(self, item):
        self._held.append(item)
    def recv(self):
        return self._held.pop(0)
    send_bytes = send
    recv_bytes = recv
    def poll(self, timeout=None):
        return True
    def close(self):
        pass
def Pipe(duplex=True):
    held = []
    return Connection(held), Connection(held)
class _Manager:
    def dict(self, *args, **kwargs):
        return dict(*args, **kwargs)
    def list(self, *args):
        return list(*args)
    def Value(self, kind, value):
        return Value(kind, value)
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return None
def Manager():
    return _Manager()
"""
FUTURES = """
class Future:
    def __init__(self, value=None, loop=None):
        self._value = value
        self._calls = []
        self._done = False
    def result(self, timeout=None):
        resumes()
        return self._value
    def exception(self, timeout=None):
        return None
    def set_result(self, value):
        self._value = value
        self._done = True
        for call in self._calls:
            call(self)
    def set_exception(self, error):
        pass
    def add_done_callback(self, call):
        self._calls.append(call)
        if self._done:
            call(self)
    def done(self):
        return self._done
    def cancel(self):
        return False
    def cancelled(self):
        return False
    def get_name(self):
        return ""
    def __await__(self):
        resumes()
        return self._value
class Task(Future):
    pass
def completed(value):
    future = Task(value)
    future._done = True
    return future
class Executor:
    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if initializer is not None:
            initializer(*initargs)
    def submit(self, function, /, *args, **kwargs):
        return completed(function(*args, **kwargs))
    def map(self, function, *iterables, timeout=None, chunksize=1):
        return map(function, *iterables)
    def shutdown(self, wait=True, cancel_futures=False):
        pass
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return None
class ThreadPoolExecutor(Executor):
    pass
class ProcessPoolExecutor(Executor):
    pass
def as_completed(futures, timeout=None):
    return list(futures)
def wait(futures, timeout=None, return_when=None):
    return list(futures), []
"""
ASYNC = """
class TaskGroup:
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, trace):
        return None
    def create_task(self, value, name=None, context=None):
        return completed(value)
class _Loop:
    def run_until_complete(self, value):
        return value
    def run_in_executor(self, executor, function, *args):
        return completed(function(*args))
    def create_task(self, value, name=None):
        return completed(value)
    def create_future(self):
        return Future()
    def call_soon(self, function, *args, context=None):
        function(*args)
    call_soon_threadsafe = call_soon
    def call_later(self, delay, function, *args, context=None):
        function(*args)
    call_at = call_later
    def add_signal_handler(self, *args):
        pass
    def run_forever(self):
        pass
    def stop(self):
        pass
    def close(self):
        pass
    def time(self):
        return 0.0
    def is_running(self):
        return True
def get_event_loop():
    return _Loop()
get_running_loop = get_event_loop
new_event_loop = get_event_loop
def set_event_loop(loop):
    pass
def run_coroutine_threadsafe(value, loop):
    return completed(value)
def run(value, debug=None, loop_factory=None):
    resumes()
    return value
async def wait_for(value, timeout=None):
    return await value
async def shield(value):
    return await value
async def sleep(delay, result=None):
    resumes()
    return result
async def to_thread(function, /, *args, **kwargs):
    return function(*args, **kwargs)
def wrap_future(value, loop=None):
    return value
class timeout:
    def __init__(self, delay=None):
        pass
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, trace):
        return None
class _Runner:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        return None
    def run(self, value, context=None):
        return value
Runner = _Runner
"""

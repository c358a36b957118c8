"""The same calls with Python's asgiref: prints one JSON object of microseconds a call."""
import asyncio
import json
import statistics
import time

from asgiref.sync import async_to_sync, sync_to_async

BATCHES = 10


def echo_sync(value):
    return value


async def echo(value):
    return value


def back(value):
    return async_to_sync(echo)(value)


async def awaited(function, calls):
    call = sync_to_async(function)
    means = []
    for batch in range(-2, BATCHES):
        start = time.perf_counter()
        for value in range(calls):
            assert await call(value) == value
        if batch >= 0:
            means.append((time.perf_counter() - start) * 1e6 / calls)
    return statistics.median(means)


def blocking(calls):
    call = async_to_sync(echo)
    means = []
    for batch in range(-2, BATCHES):
        start = time.perf_counter()
        for value in range(calls):
            assert call(value) == value
        if batch >= 0:
            means.append((time.perf_counter() - start) * 1e6 / calls)
    return statistics.median(means)


print(
    json.dumps(
        {
            "sync to async": asyncio.run(awaited(echo_sync, 200)),
            "async to sync": blocking(100),
            "around": asyncio.run(awaited(back, 100)),
        }
    )
)

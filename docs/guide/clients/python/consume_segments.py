import json
import os
import signal
import threading

from confluent_kafka import Consumer, KafkaException

TOPIC = os.environ.get("TOPIC", "segment.changed")

consumer = Consumer({
    "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "127.0.0.1:29092"),
    "client.id": "newsletter",
    "group.id": os.environ.get("GROUP", "newsletter"),
    # Where the group has no position yet.
    "auto.offset.reset": "earliest",
    # The position moves when an event was dealt with, not when it was received.
    "enable.auto.offset.store": False,
})

# The last state of each member. In your service a table, written in the transaction of what you do about it.
known = {}


def take(state):
    member = state["memberId"]
    before = known.get(member)
    if before is not None and version(state) <= version(before):
        return  # A repeat, or one that newer ones have overtaken.
    known[member] = state

    then, now = names(before), names(state)
    for segment in now:
        if segment not in then:
            print(f"{member} entered {segment} ({reason(state['entered'], segment)})", flush=True)
    for segment in then:
        if segment not in now:
            print(f"{member} left {segment} ({reason(state['left'], segment)})", flush=True)


def version(state):
    return state["epoch"], state["sequence"]


def names(state):
    return [entry["segment"] for entry in state["segments"]] if state else []


def reason(changes, segment):
    """Why, if this very event says so: a state in between may have been compacted away. Act on no history."""
    for change in changes:
        if change["segment"] == segment:
            cause = change["cause"]
            return "history" if cause.get("backfill") else cause["kind"]
    return "earlier"


stopping = threading.Event()
for name in (signal.SIGINT, signal.SIGTERM):
    signal.signal(name, lambda *_: stopping.set())

consumer.subscribe([TOPIC])
try:
    while not stopping.is_set():
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        if message.value() is not None:
            take(json.loads(message.value()))
        consumer.store_offsets(message)
finally:
    consumer.close()

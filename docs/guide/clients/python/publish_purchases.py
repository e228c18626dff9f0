import json
import os
import sys

from confluent_kafka import KafkaException, Producer

TOPIC = os.environ.get("TOPIC", "purchase.created")

producer = Producer({
    "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "127.0.0.1:29092"),
    "client.id": "checkout",
    # What is sent again after a broken connection is neither doubled nor reordered; acks=all comes with it.
    "enable.idempotence": True,
    "compression.type": "gzip",
    # Like Java's. librdkafka's own default is another hash.
    "partitioner": "murmur2_random",
})


def cloud_event(purchase):
    """Optional: whose event it is, where it comes from, what it is."""
    return {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_type": "purchase.created",
        "ce_source": "urn:shop:checkout",
        "ce_id": purchase["purchaseId"],
        "ce_time": purchase["purchasedAt"],
        "ce_subject": purchase["memberId"],
    }


def publish(purchase):
    def delivered(error, message):
        if error is not None:
            raise KafkaException(error)
        place = f"{message.topic()}/{message.partition()}/{message.offset()}"
        print(f"purchase {purchase['purchaseId']} is at {place}", flush=True)

    producer.produce(
        TOPIC,
        key=purchase["memberId"],
        value=json.dumps(purchase),
        headers=cloud_event(purchase),
        on_delivery=delivered,
    )
    producer.poll(0)


for line in sys.stdin:
    publish(json.loads(line))

# Only what was reported as delivered is there.
if producer.flush(30) > 0:
    sys.exit("some purchases were not delivered: send them again")

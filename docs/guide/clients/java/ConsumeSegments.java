import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

public class ConsumeSegments {
  private static final String TOPIC = System.getenv().getOrDefault("TOPIC", "segment.changed");

  private static final Map<String, Object> SETTINGS = Map.of(
      "bootstrap.servers", System.getenv().getOrDefault("KAFKA_BROKERS", "127.0.0.1:29092"),
      "client.id", "newsletter",
      "group.id", System.getenv().getOrDefault("GROUP", "newsletter"),
      "auto.offset.reset", "earliest", // where the group has no position yet
      "enable.auto.commit", false);

  /** The last state of each member. In your service a table, written in the transaction of what you do about it. */
  private static final Map<String, JsonNode> known = new HashMap<>();

  public static void main(String[] args) throws Exception {
    var json = new ObjectMapper();
    var text = new StringDeserializer();
    var main = Thread.currentThread();
    var consumer = new KafkaConsumer<>(SETTINGS, text, text);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      consumer.wakeup();
      try {
        main.join();
      } catch (InterruptedException ignored) {
        // It ends anyway.
      }
    }));

    try (consumer) {
      consumer.subscribe(List.of(TOPIC));
      while (true) {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          if (record.value() != null) take(json.readTree(record.value()));
        }
        consumer.commitSync(); // After what was done: what a crash comes between is delivered again.
      }
    } catch (WakeupException stopping) {
      // Asked to end: the group is left in order.
    }
  }

  private static void take(JsonNode state) {
    var member = state.get("memberId").asText();
    var before = known.get(member);
    if (before != null && !isNewer(state, before)) return; // A repeat, or one that newer ones have overtaken.
    known.put(member, state);

    var then = names(before);
    var now = names(state);
    for (var segment : now) {
      if (!then.contains(segment)) {
        System.out.printf("%s entered %s (%s)%n", member, segment, reason(state.get("entered"), segment));
      }
    }
    for (var segment : then) {
      if (!now.contains(segment)) {
        System.out.printf("%s left %s (%s)%n", member, segment, reason(state.get("left"), segment));
      }
    }
  }

  private static boolean isNewer(JsonNode a, JsonNode b) {
    long byEpoch = a.get("epoch").asLong() - b.get("epoch").asLong();
    return byEpoch != 0 ? byEpoch > 0 : a.get("sequence").asLong() > b.get("sequence").asLong();
  }

  private static List<String> names(JsonNode state) {
    if (state == null) return List.of();
    return StreamSupport.stream(state.get("segments").spliterator(), false)
        .map(entry -> entry.get("segment").asText())
        .toList();
  }

  /** Why, if this very event says so: a state in between may have been compacted away. Act on no history. */
  private static String reason(JsonNode changes, String segment) {
    for (var change : changes) {
      if (change.get("segment").asText().equals(segment)) {
        var cause = change.get("cause");
        return cause.path("backfill").asBoolean() ? "history" : cause.get("kind").asText();
      }
    }
    return "earlier";
  }
}

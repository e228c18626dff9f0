import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

public class PublishPurchases {
  private static final String TOPIC = System.getenv().getOrDefault("TOPIC", "purchase.created");

  // Idempotence, acks=all and murmur2 of the key are this client's defaults.
  private static final Map<String, Object> SETTINGS = Map.of(
      "bootstrap.servers", System.getenv().getOrDefault("KAFKA_BROKERS", "127.0.0.1:29092"),
      "client.id", "checkout",
      "compression.type", "gzip");

  public static void main(String[] args) throws Exception {
    var json = new ObjectMapper();
    var text = new StringSerializer();
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var producer = new KafkaProducer<>(SETTINGS, text, text)) {
      for (String line; (line = lines.readLine()) != null; ) {
        var purchase = json.readTree(line);
        var record = new ProducerRecord<>(TOPIC, purchase.get("memberId").asText(), purchase.toString());
        cloudEvent(purchase).forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));

        var sent = producer.send(record).get(); // Only then it is there; it throws if it is not.
        System.out.printf("purchase %s is at %s/%d/%d%n",
            purchase.get("purchaseId").asText(), sent.topic(), sent.partition(), sent.offset());
      }
    }
  }

  /** Optional: whose event it is, where it comes from, what it is. */
  private static Map<String, String> cloudEvent(JsonNode purchase) {
    return Map.of(
        "content-type", "application/json",
        "ce_specversion", "1.0",
        "ce_type", "purchase.created",
        "ce_source", "urn:shop:checkout",
        "ce_id", purchase.get("purchaseId").asText(),
        "ce_time", purchase.get("purchasedAt").asText(),
        "ce_subject", purchase.get("memberId").asText());
  }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/** A topic as those outside the pipeline see it: they write to it, and read all that is in it. For one thread. */
final class Topic implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final String name;
    private final KafkaProducer<String, String> producer;
    private final KafkaConsumer<String, String> consumer;
    private final List<ConsumerRecord<String, String>> records = new ArrayList<>();

    Topic(String brokers, String name) {
        this.name = name;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers), new StringSerializer(), new StringSerializer());
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers), new StringDeserializer(), new StringDeserializer());
        // a topic that has just been made is known to the broker a moment later
        List<TopicPartition> partitions = Awaitility.await("partitions of " + name)
                .pollInSameThread()
                .atMost(PATIENCE)
                .until(() -> consumer.partitionsFor(name), known -> !known.isEmpty())
                .stream()
                .map(partition -> new TopicPartition(name, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** The partition is the key's. */
    void send(String key, String text) {
        send(new ProducerRecord<>(name, key, text));
    }

    void send(int partition, String key, String text) {
        send(new ProducerRecord<>(name, partition, key, text));
    }

    void send(ProducerRecord<String, String> record) {
        producer.send(record);
    }

    /** What has come since the last look. */
    List<ConsumerRecord<String, String>> poll(Duration patience) {
        List<ConsumerRecord<String, String>> fresh = new ArrayList<>();
        consumer.poll(patience).forEach(fresh::add);
        records.addAll(fresh);
        return fresh;
    }

    /** All records, once they are as many. */
    List<ConsumerRecord<String, String>> await(int count) {
        Awaitility.await("records of " + name)
                .pollInSameThread()
                .atMost(PATIENCE)
                .until(() -> {
                    poll(Duration.ofMillis(50));
                    return records.size() >= count;
                });
        return List.copyOf(records);
    }

    /** A record header as text; null if there is none. */
    static String header(ConsumerRecord<?, ?> record, String header) {
        Header value = record.headers().lastHeader(header);
        return value == null ? null : new String(value.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        consumer.close(Duration.ofSeconds(5));
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import io.aipi.simulator.AvailablePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka broker in this process: one node in KRaft mode, broker and controller in one, without ZooKeeper. It listens on
 * the loopback interface only, and is the broker that one would install, not an imitation.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private final KafkaRaftServer server;
    private final String brokers;

    private EmbeddedKafka(KafkaRaftServer server, String brokers) {
        this.server = server;
        this.brokers = brokers;
    }

    /**
     * Starts a broker and waits until it serves.
     *
     * @param folder where it keeps its log; what an earlier one has left there is used again
     */
    public static EmbeddedKafka start(Path folder) {
        // the broker's and the controller's are part of the settings, before anything listens
        int[] ports = AvailablePorts.several(2);
        String broker = "127.0.0.1:" + ports[0];
        String controller = "127.0.0.1:" + ports[1];
        Path log = folder.resolve("log");
        format(log);
        Properties settings = new Properties();
        settings.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@" + controller),
                Map.entry("listeners", "PLAINTEXT://" + broker + ",CONTROLLER://" + controller),
                Map.entry("advertised.listeners", "PLAINTEXT://" + broker),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("log.dirs", log.toAbsolutePath().toString()),
                // there is one node, for Kafka's own topics too
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("auto.create.topics.enable", "false"),
                // the first instance of a group need not wait for others
                Map.entry("group.initial.rebalance.delay.ms", "0")));
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
        server.startup();
        return new EmbeddedKafka(server, broker);
    }

    /** What the storage tool writes: a broker starts on a folder of its own cluster only. */
    private static void format(Path log) {
        Path properties = log.resolve("meta.properties");
        if (Files.exists(properties)) {
            return;
        }
        try {
            Files.createDirectories(log);
            Files.write(
                    properties,
                    List.of(
                            "version=1",
                            "cluster.id=" + Uuid.randomUuid(),
                            "node.id=1",
                            "directory.id=" + Uuid.randomUuid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, as clients want it: {@code host:port}. */
    public String brokers() {
        return brokers;
    }

    /** Makes the topics that do not exist. */
    public void createTopics(int partitions, String... names) {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers))) {
            List<String> present = List.copyOf(admin.listTopics().names().get());
            admin.createTopics(Arrays.stream(names)
                            .filter(name -> !present.contains(name))
                            .map(name -> new NewTopic(name, partitions, (short) 1))
                            .collect(Collectors.toList()))
                    .all()
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while topics were made", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The topics cannot be made", e.getCause());
        }
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}

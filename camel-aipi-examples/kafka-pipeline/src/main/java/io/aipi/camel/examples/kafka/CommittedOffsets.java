/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.camel.Header;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.TopicPartition;

/**
 * What the consumer group has committed. A record is not submitted a second time while its job is stored, so a job must
 * not leave the store before its record is committed. That is the rule anyway, but for one record of a partition at most:
 * the one whose job was stored when the process was killed, which comes again at some time after the next start, when its
 * job may have long ended.
 */
public final class CommittedOffsets implements AutoCloseable {

    private final Admin admin;
    private final String group;
    /** Offsets only grow: what was committed stays committed. */
    private final Map<TopicPartition, Long> known = new ConcurrentHashMap<>();

    /** Made by the route's YAML file. */
    public CommittedOffsets(String brokers, String group) {
        this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers));
        this.group = group;
    }

    /**
     * Lets pass what is committed.
     *
     * @throws IllegalStateException if the record is not committed yet: the outcome of its job has to be routed later
     */
    public void require(
            @Header("kafka.TOPIC") String topic,
            @Header("kafka.PARTITION") Integer partition,
            @Header("kafka.OFFSET") Long offset)
            throws InterruptedException, ExecutionException {
        TopicPartition place = new TopicPartition(topic, partition);
        if (known.getOrDefault(place, 0L) <= offset) {
            // the committed offset is the next one to be read
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((each, committed) -> {
                        if (committed != null) {
                            known.merge(each, committed.offset(), Math::max);
                        }
                    });
        }
        if (known.getOrDefault(place, 0L) <= offset) {
            throw new IllegalStateException("The prompt " + place + " at offset " + offset
                    + " is not committed yet and comes again; until then its job stays stored");
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.simulator.SimulatorStats.AcceptedJob;
import io.aipi.testsupport.PostgresDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.main.Main;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routes of the example on a real broker: each test has topics, a consumer group and a store of its own. */
class KafkaPipelineTest {

    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final int PARTITIONS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path kafkaFolder;

    private static EmbeddedKafka kafka;

    @TempDir
    private Path storeFolder;

    private final String test = "test" + TESTS.incrementAndGet();
    private final List<Main> pipelines = new ArrayList<>();
    private AipiSimulator server;
    private Topic prompts;
    private Topic answers;
    private Topic failed;

    @BeforeAll
    static void startBroker() {
        kafka = EmbeddedKafka.start(kafkaFolder);
    }

    @AfterAll
    static void stopBroker() {
        kafka.close();
    }

    @BeforeEach
    void start() {
        kafka.createTopics(PARTITIONS, test + "-prompts", test + "-answers", test + "-failed");
        prompts = new Topic(kafka.brokers(), test + "-prompts");
        answers = new Topic(kafka.brokers(), test + "-answers");
        failed = new Topic(kafka.brokers(), test + "-failed");
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .workers(16)
                .computeTime(Duration.ofMillis(100))
                .start();
    }

    @AfterEach
    void stop() {
        pipelines.forEach(Main::stop);
        List.of(prompts, answers, failed).forEach(Topic::close);
        server.close();
    }

    private Main pipeline(String... settings) throws Exception {
        Main main = new Main(KafkaPipeline.class);
        main.addOverrideProperty("kafka.brokers", kafka.brokers());
        main.addOverrideProperty("camel.component.aipi.server-url", server.url());
        main.addOverrideProperty("camel.component.aipi.poll-interval", "50");
        main.addOverrideProperty("camel.component.aipi.redelivery-delay", "100");
        main.addOverrideProperty("topic.prompts", test + "-prompts");
        main.addOverrideProperty("topic.answers", test + "-answers");
        main.addOverrideProperty("topic.failed", test + "-failed");
        main.addOverrideProperty("kafka.group", test);
        main.addOverrideProperty(
                "jobs.url",
                "jdbc:h2:file:" + storeFolder + "/jobs-{{pipeline.instance}};WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
        for (int i = 0; i < settings.length; i += 2) {
            main.addOverrideProperty(settings[i], settings[i + 1]);
        }
        pipelines.add(main);
        main.start();
        return main;
    }

    private List<String> submitted() {
        return server.stats().jobs().stream().map(AcceptedJob::prompt).toList();
    }

    private void awaitSubmits(int count) {
        await().atMost(PATIENCE).until(() -> server.stats().submits() >= count);
    }

    /** Until each job is stored and looked at: what becomes of the server from here on, all have been submitted once. */
    private void awaitFollowed(int count) {
        awaitSubmits(count);
        await().atMost(PATIENCE)
                .until(() -> server.stats().jobs().stream()
                        .allMatch(job -> server.stats().pollsPerJob(job.jobId()) > 0));
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "number " + i).toList();
    }

    @Test
    void anAnswerHasTheKeyAndTheRecordHeadersOfItsPrompt() throws Exception {
        pipeline();
        ProducerRecord<String, String> prompt = new ProducerRecord<>(test + "-prompts", "anna", "What is a topic?");
        prompt.headers().add("trace", "0815".getBytes(StandardCharsets.UTF_8));

        prompts.send(prompt);

        ConsumerRecord<String, String> answer = answers.await(1).get(0);
        assertThat(answer.key()).isEqualTo("anna");
        assertThat(answer.value()).contains("What is a topic?");
        assertThat(Topic.header(answer, "trace")).isEqualTo("0815");
    }

    @Test
    void whatCannotBeAnsweredGoesToTheFailedTopicWithTheReasonAndTheRecordsBehindItGoOn() throws Exception {
        pipeline();

        prompts.send(0, "ben", "");
        prompts.send(0, "cleo", "Why? @error=out_of_memory");
        prompts.send(0, "anna", "And now?");

        assertThat(answers.await(1)).extracting(ConsumerRecord::key).containsExactly("anna");
        Map<String, ConsumerRecord<String, String>> failures = new HashMap<>();
        failed.await(2).forEach(record -> failures.put(record.key(), record));
        assertThat(Topic.header(failures.get("ben"), "errorType")).isEqualTo("InvalidRequestException");
        assertThat(Topic.header(failures.get("ben"), "reason")).isNotBlank();
        assertThat(failures.get("cleo").value()).isEqualTo("Why? @error=out_of_memory");
        assertThat(Topic.header(failures.get("cleo"), "errorType")).isEqualTo("JobFailedException");
        assertThat(Topic.header(failures.get("cleo"), "reason")).contains("out of memory");
        assertThat(submitted()).containsExactly("Why? @error=out_of_memory", "And now?");
    }

    @Test
    void jobsThatTheServerForgotAreSubmittedAgain() throws Exception {
        server.stopWorkers("llama2_chat");
        pipeline();
        prompts.send("anna", "one");
        prompts.send("ben", "two");
        awaitFollowed(2);

        server.restart();
        server.startWorkers("llama2_chat", 2);

        assertThat(answers.await(2)).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("anna", "ben");
        assertThat(server.stats().submits()).isEqualTo(4);
        assertThat(failed.poll(Duration.ZERO)).isEmpty();
    }

    @Test
    @Tag("nightly")
    void aPromptIsSubmittedAsOftenAsThePropertySaysAndThenGoesToTheFailedTopic() throws Exception {
        pipeline("pipeline.attempts", "2");
        prompts.send("anna", "one @sleep=3600");
        for (int attempt = 1; attempt <= 2; attempt++) {
            awaitFollowed(attempt);
            server.restart();
        }

        ConsumerRecord<String, String> failure = failed.await(1).get(0);
        assertThat(failure.key()).isEqualTo("anna");
        assertThat(failure.value()).isEqualTo("one @sleep=3600");
        assertThat(Topic.header(failure, "errorType")).isEqualTo("JobLapsedException");
        assertThat(Topic.header(failure, "attempt")).isEqualTo("2");
        assertThat(server.stats().submits()).isEqualTo(2);
    }

    @Test
    void whileTheServerIsDownRecordsWaitInTheirOrder() throws Exception {
        Main pipeline = pipeline();
        server.goDown();
        numbers(5).forEach(text -> prompts.send("anna", text));
        // the first is on its way, and finds nobody
        await().atMost(PATIENCE)
                .until(() -> pipeline.getCamelContext().getInflightRepository().size("prompts") == 1);

        server.comeUp();

        assertThat(answers.await(5)).extracting(ConsumerRecord::key).containsOnly("anna");
        assertThat(submitted()).isEqualTo(numbers(5));
    }

    @Test
    void theRecordsOfAPartitionAreSubmittedInTheirOrderAndAnsweredWhenTheirJobsEnd() throws Exception {
        pipeline();
        prompts.send("anna", "slow @sleep=3600");
        numbers(20).forEach(text -> prompts.send("anna", text));

        List<ConsumerRecord<String, String>> all = answers.await(20);

        assertThat(submitted().get(0)).isEqualTo("slow @sleep=3600");
        assertThat(submitted().subList(1, 21)).isEqualTo(numbers(20));
        // the first record's job is still computed, and the others have not waited for it
        assertThat(all).hasSize(20).noneMatch(answer -> answer.value().contains("slow"));
        assertThat(server.stats().jobsDone()).isEqualTo(20);
    }

    @Test
    void withTheOrderedRouteAKeysAnswersComeInTheOrderOfItsPrompts() throws Exception {
        pipeline("camel.main.routes-include-pattern", "classpath:ordered/*.camel.yaml");
        prompts.send("anna", "slow @sleep=1.5");
        prompts.send("anna", "quick");
        prompts.send("anna", "medium @sleep=0.5");

        assertThat(answers.await(3))
                .extracting(ConsumerRecord::value)
                .satisfiesExactly(
                        first -> assertThat(first).contains("slow"),
                        second -> assertThat(second).contains("quick"),
                        third -> assertThat(third).contains("medium"));
    }

    @Test
    void aRecordThatComesAgainIsNotSubmittedAgainWhileItsJobIsStored() throws Exception {
        Main first = pipeline();
        prompts.send(0, "anna", "long @sleep=3600");
        prompts.send(0, "anna", "longer @sleep=3600");
        awaitSubmits(2);
        first.stop();
        rewind();

        pipeline();
        prompts.send(0, "anna", "third");

        answers.await(1);
        assertThat(submitted()).containsExactly("long @sleep=3600", "longer @sleep=3600", "third");
    }

    @Test
    void anEndedJobStaysStoredUntilItsRecordIsCommitted() throws Exception {
        server.stopWorkers("llama2_chat");
        Main first = pipeline();
        prompts.send(0, "anna", "one @sleep=3600");
        prompts.send(0, "anna", "two");
        awaitSubmits(2);
        first.stop();
        rewind();
        server.startWorkers("llama2_chat", 2);

        Main second = pipeline(
                "camel.main.auto-startup-exclude-pattern",
                "prompts",
                "camel.component.aipi.redelivery-grace-period",
                "0");
        NotifyBuilder refused = new NotifyBuilder(second.getCamelContext())
                .fromRoute("answers")
                .whenFailed(1)
                .create();
        assertThat(refused.matches(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(answers.poll(Duration.ZERO)).isEmpty();
        second.getCamelContext().getRouteController().startRoute("prompts");

        assertThat(answers.await(1))
                .extracting(ConsumerRecord::value)
                .first()
                .asString()
                .contains("two");
        assertThat(server.stats().submits()).isEqualTo(2);
    }

    /** As if the process had been killed after its jobs were stored and before the offsets of their records were. */
    private void rewind() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.brokers()))) {
            // a static member stays in its group for a while, and meanwhile nobody can move the group's offsets
            admin.removeMembersFromConsumerGroup(test, new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .get();
            TopicPartition partition = new TopicPartition(test + "-prompts", 0);
            assertThat(admin.listConsumerGroupOffsets(test)
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .containsEntry(partition, new OffsetAndMetadata(2));
            admin.alterConsumerGroupOffsets(test, Map.of(partition, new OffsetAndMetadata(0)))
                    .all()
                    .get();
        }
    }

    @Test
    void twoInstancesOfAGroupShareTheLoad() throws Exception {
        pipeline("pipeline.instance", "1", "camel.main.name", "one");
        pipeline("pipeline.instance", "2", "camel.main.name", "two");
        awaitMembers(2);
        for (int i = 0; i < 20; i++) {
            prompts.send(i % PARTITIONS, "key-" + i % PARTITIONS, "number " + i);
        }

        List<ConsumerRecord<String, String>> all = answers.await(20);

        assertThat(server.stats().submits()).isEqualTo(20);
        assertThat(all.stream()
                        .map(answer -> answer.key() + " by " + Topic.header(answer, "instance"))
                        .collect(Collectors.toSet()))
                .isIn(Set.of("key-0 by 1", "key-1 by 2"), Set.of("key-0 by 2", "key-1 by 1"));
    }

    /** In every build a job store is shared in the tests of camel-aipi-jdbc and of the HTTP gateway. */
    @Test
    @Tag("nightly")
    void onOnePostgresAnInstanceGoesOnWithTheJobsOfAnother() throws Exception {
        server.stopWorkers("llama2_chat");
        try (PostgresDatabase postgres = PostgresDatabase.start()) {
            String[] settings = {"jobs.url", postgres.url("postgres"), "jobs.user", "postgres", "pipeline.instance"};
            Main first = pipeline(with(settings, "1", "camel.main.name", "one"));
            for (int i = 0; i < 10; i++) {
                prompts.send(i % PARTITIONS, "key", "number " + i);
            }
            awaitFollowed(10);
            Main second = pipeline(with(settings, "2", "camel.main.name", "two"));
            try {
                first.stop();
                server.startWorkers("llama2_chat", 2);

                assertThat(answers.await(10)).hasSize(10);
                assertThat(server.stats().submits()).isEqualTo(10);
            } finally {
                first.stop();
                second.stop();
            }
        }
    }

    private static String[] with(String[] settings, String... more) {
        return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
    }

    private void awaitMembers(int count) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.brokers()))) {
            await().atMost(PATIENCE).until(() -> {
                var group =
                        admin.describeConsumerGroups(List.of(test)).all().get().get(test);
                return group.members().stream()
                                .filter(member ->
                                        !member.assignment().topicPartitions().isEmpty())
                                .count()
                        == count;
            });
        }
    }
}

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
import io.aipi.testsupport.ApplicationProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The pipeline is a process that is killed at random points of its life, its start included, while hundreds of jobs are in
 * flight. Broker and server live on, here, and know what has become of each prompt.
 *
 * <p>A job counts as in flight while it is stored: submitted, and its answer not yet in its topic.
 *
 * <p>{@code -Dkills=20} is the whole of it, as in the nightly build; every build has one kill. {@code -Dseed=N} repeats
 * a run, as far as the machine's timing lets it be repeated.
 */
class KillTest {

    /** Prompts without an answer that the test keeps in the pipeline. */
    private static final int OUTSTANDING = 700;

    /** So many are there at the first kill: results are on their way, too. */
    private static final int FIRST_ANSWERS = 20;

    /** What the test calls in flight: so many jobs stored at a kill. */
    private static final int MANY = 200;

    /** So long a process lives at the longest after it has begun to route what it has recovered. */
    private static final Duration WORK = Duration.ofSeconds(3);

    /** A killed process keeps its jobs for so long. */
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** On its way to the store is nothing for longer, however busy the machine. */
    private static final Duration LONGEST_WAY = Duration.ofSeconds(10);

    private static final Path FOLDER = Path.of("target", "kill-test");
    private static final Path STORE = FOLDER.resolve("jobs");

    private final int kills = Integer.getInteger("kills", 20);
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Life> lives = new ArrayList<>();
    private final Map<String, String> prompts = new LinkedHashMap<>();
    private final Set<String> answered = new LinkedHashSet<>();
    private int answers;
    private long callsBefore;
    private Duration redeliveryGracePeriod = Duration.ofSeconds(1);

    private EmbeddedKafka kafka;
    private AipiSimulator server;
    private Topic promptsTopic;
    private Topic answersTopic;
    private Topic failedTopic;
    private ApplicationProcess process;

    /**
     * From a start of the process to the next one.
     *
     * @param store what was stored at the kill
     * @param contact whether the process had come so far as to call the server
     */
    private record Life(long startNanos, long killNanos, StoreSnapshot store, boolean contact) {}

    @BeforeEach
    void start() throws IOException {
        deleteFolder();
        Files.createDirectories(FOLDER);
        kafka = EmbeddedKafka.start(FOLDER.resolve("kafka"));
        kafka.createTopics(4, "prompts", "answers", "prompts-failed");
        promptsTopic = new Topic(kafka.brokers(), "prompts");
        answersTopic = new Topic(kafka.brokers(), "answers");
        failedTopic = new Topic(kafka.brokers(), "prompts-failed");
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .workers(0)
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.kill();
        }
        List.of(promptsTopic, answersTopic, failedTopic).forEach(Topic::close);
        server.close();
        kafka.close();
    }

    private static void deleteFolder() throws IOException {
        if (Files.exists(FOLDER)) {
            try (Stream<Path> files = Files.walk(FOLDER)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    @Tag("nightly")
    @Timeout(value = 15, unit = TimeUnit.MINUTES) // for any number of kills; each step has a bound of its own
    void whereverTheProcessIsKilledEveryPromptIsAnsweredAndComputedOnceButForWhatWasOnItsWay() throws Exception {
        System.out.println("Kill test: seed " + seed + ", " + kills + " kills");
        long begin = System.nanoTime();
        startProcess();
        Duration startup = awaitContact(begin);
        // on a busy machine everything takes longer, Kafka's redeliveries included
        redeliveryGracePeriod = startup.plusSeconds(1);
        long longest =
                startup.plus(LEASE).plus(redeliveryGracePeriod).plus(WORK).toNanos();
        feedUntil(() -> server.stats().submits() >= OUTSTANDING * 4 / 5, Duration.ofMinutes(3));
        // not before: however slow the submits are, none of many has ended meanwhile
        server.startWorkers("llama2_chat", 2 * OUTSTANDING);
        feedUntil(() -> answered.size() >= FIRST_ANSWERS, Duration.ofMinutes(1));
        // the first is killed at work; the others anywhere from their first instruction on
        kill(begin);
        while (lives.size() < kills) {
            long born = System.nanoTime();
            startProcess();
            long life = (long) (random.nextDouble() * longest);
            feedUntil(
                    () -> System.nanoTime() - born >= life,
                    Duration.ofNanos(life).plusSeconds(1));
            kill(born);
        }
        long last = System.nanoTime();
        startProcess();
        Set<String> all = prompts.keySet();
        readUntil(() -> answered.containsAll(all), Duration.ofMinutes(3));
        boolean orderly = process.stop(Duration.ofSeconds(90));
        StoreSnapshot end = StoreSnapshot.of(STORE);
        lives.add(new Life(last, System.nanoTime(), end, true));

        Verdict verdict = judge();
        System.out.println(summary(verdict, System.nanoTime() - begin));
        assertThat(all).allSatisfy(prompt -> assertThat(answered).contains(prompt));
        assertThat(verdict.unexplained()).isEmpty();
        assertThat(killsWithMany()).as("kills with many jobs in flight").isGreaterThan(kills / 2);
        assertThat(orderly).as("the last process ended when it was told to").isTrue();
        assertThat(end.isEmpty()).as("the store is empty: %s", end).isTrue();
        assertThat(failedTopic.poll(Duration.ofMillis(200))).isEmpty();
    }

    // ---- the process

    private void startProcess() throws IOException {
        Path log = FOLDER.resolve("life-" + (lives.size() + 1) + ".log");
        process = PipelineProcess.start(
                FOLDER,
                log,
                Map.of(
                        "camel.component.aipi.redelivery-grace-period",
                        Long.toString(redeliveryGracePeriod.toMillis()),
                        "jobs.lease",
                        Long.toString(LEASE.toMillis()),
                        "log4j2.configurationFile",
                        "log4j2.properties",
                        "kafka.brokers",
                        kafka.brokers(),
                        "camel.component.aipi.server-url",
                        server.url(),
                        "jobs.url",
                        "jdbc:h2:file:" + STORE.toAbsolutePath() + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"));
    }

    private void kill(long born) throws Exception {
        assertThat(process.isAlive()).as("the process ends by kills only").isTrue();
        long calls = calls();
        process.kill();
        long killed = System.nanoTime();
        // What it had sent is served before the next one starts: by their times, a submit and a result on its way
        // belong to the life that they were lost with. Not counted is a server so slow that it serves them when the
        // successor has begun. Such a submit was in flight at the kill, too; but no job tells who sent it, and so it
        // could not be told from one that the successor lost without being killed, which is a defect.
        await().atMost(Duration.ofMinutes(1)).until(() -> server.stats().connectionsOpen() == 0);
        Life life = new Life(born, killed, StoreSnapshot.of(STORE), calls > callsBefore);
        lives.add(life);
        callsBefore = calls();
        System.out.printf(
                Locale.ROOT,
                "Kill %2d: after %5.2f s, %s, %d jobs stored, %d with their result, %d prompts answered%n",
                lives.size(),
                (killed - born) / 1e9,
                life.contact() ? "at work" : "in its start",
                life.store().jobs().size(),
                life.store().jobs().values().stream().filter(result -> result).count(),
                answered.size());
    }

    private long calls() {
        return server.stats().requestsByRoute().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** From the start of the process to its login. */
    private Duration awaitContact(long begin) {
        feedUntil(() -> calls() > 0, Duration.ofMinutes(1));
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    // ---- what is outside of it

    private interface Condition {
        boolean isMet();
    }

    private void feedUntil(Condition condition, Duration patience) {
        run(condition, patience, true);
    }

    private void readUntil(Condition condition, Duration patience) {
        run(condition, patience, false);
        assertThat(condition.isMet())
                .as("%s of %s prompts answered within %s", answered.size(), prompts.size(), patience)
                .isTrue();
    }

    /** Ends at the latest when the patience does. */
    private void run(Condition condition, Duration patience, boolean feed) {
        long begin = System.nanoTime();
        while (!condition.isMet() && System.nanoTime() - begin < patience.toNanos()) {
            for (int i = prompts.size() - answered.size(); feed && i < OUTSTANDING; i++) {
                String key = "prompt-" + (prompts.size() + 1);
                String text = String.format(Locale.ROOT, "%s @sleep=%.1f", key, 2 + 20 * random.nextDouble());
                prompts.put(key, text);
                promptsTopic.send(key, text);
            }
            for (ConsumerRecord<String, String> answer : answersTopic.poll(Duration.ofMillis(20))) {
                assertThat(answer.value()).contains(prompts.get(answer.key()));
                answered.add(answer.key());
                answers++;
            }
        }
    }

    // ---- the judgement

    /**
     * Submits that were followed by another one of the same prompt.
     *
     * @param inFlight the submit was under way at a kill: accepted by the server, not yet stored
     * @param resultLost its result, which the server hands out once, was under way at a kill: handed out, not yet stored
     * @param submittedBefore how long before the kill the earliest of those submits was accepted
     * @param handedOutBefore how long before the kill the earliest of those results was handed out
     * @param unexplained neither: a defect
     */
    private record Verdict(
            int inFlight,
            int resultLost,
            Duration submittedBefore,
            Duration handedOutBefore,
            List<String> unexplained) {}

    private Verdict judge() {
        Map<String, List<AcceptedJob>> byPrompt = new LinkedHashMap<>();
        server.stats()
                .jobs()
                .forEach(job -> byPrompt.computeIfAbsent(job.prompt(), key -> new ArrayList<>())
                        .add(job));
        int inFlight = 0;
        int resultLost = 0;
        Duration submittedBefore = Duration.ZERO;
        Duration handedOutBefore = Duration.ZERO;
        List<String> unexplained = new ArrayList<>();
        for (List<AcceptedJob> jobs : byPrompt.values()) {
            for (int i = 0; i + 1 < jobs.size(); i++) {
                AcceptedJob job = jobs.get(i);
                AcceptedJob next = jobs.get(i + 1);
                if (wasInFlight(job, next)) {
                    inFlight++;
                    submittedBefore = longer(submittedBefore, beforeKill(job.submittedNanos()));
                } else if (wasLost(job, next)) {
                    resultLost++;
                    handedOutBefore = longer(
                            handedOutBefore, beforeKill(job.handedOutNanos().orElseThrow()));
                } else {
                    unexplained.add(describe(job) + " and again " + describe(next));
                }
            }
        }
        return new Verdict(inFlight, resultLost, submittedBefore, handedOutBefore, unexplained);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Negative for what a process had sent that the server got to after the kill. */
    private Duration beforeKill(long nanos) {
        return Duration.ofNanos(lifeAt(nanos).killNanos() - nanos);
    }

    private boolean isShortlyBeforeKill(long nanos) {
        return beforeKill(nanos).compareTo(LONGEST_WAY) < 0;
    }

    /** The process was killed before it had stored the job: nobody ever knew of it, and its result was never fetched. */
    private boolean wasInFlight(AcceptedJob job, AcceptedJob next) {
        Life life = lifeAt(job.submittedNanos());
        return job.handedOutNanos().isEmpty()
                && isShortlyBeforeKill(job.submittedNanos())
                && !life.store().holds(job.jobId())
                && next.submittedNanos() - life.killNanos() > 0;
    }

    /** The store has the job, and not the result that the killed process had been given. */
    private boolean wasLost(AcceptedJob job, AcceptedJob next) {
        if (job.handedOutNanos().isEmpty()) {
            return false;
        }
        Life life = lifeAt(job.handedOutNanos().getAsLong());
        return isShortlyBeforeKill(job.handedOutNanos().getAsLong())
                && life.store().holds(job.jobId())
                && !life.store().holdsResultOf(job.jobId())
                && next.submittedNanos() - life.killNanos() > 0;
    }

    /** Requests that a killed process had sent are served before the next one starts. */
    private Life lifeAt(long nanos) {
        Life found = lives.get(0);
        for (Life life : lives) {
            if (life.startNanos() - nanos <= 0) {
                found = life;
            }
        }
        return found;
    }

    private String describe(AcceptedJob job) {
        Life submitted = lifeAt(job.submittedNanos());
        String told = job.jobId() + " (" + job.prompt() + ") submitted in life " + (lives.indexOf(submitted) + 1) + ", "
                + millis(job.submittedNanos(), submitted) + " before its kill, stored: "
                + submitted.store().holds(job.jobId());
        if (job.handedOutNanos().isEmpty()) {
            return told + ", result never handed out";
        }
        Life fetched = lifeAt(job.handedOutNanos().getAsLong());
        return told + ", result handed out in life " + (lives.indexOf(fetched) + 1) + ", "
                + millis(job.handedOutNanos().getAsLong(), fetched) + " before its kill, stored: "
                + fetched.store().holds(job.jobId()) + ", with result: "
                + fetched.store().holdsResultOf(job.jobId());
    }

    private static String millis(long nanos, Life life) {
        return TimeUnit.NANOSECONDS.toMillis(life.killNanos() - nanos) + " ms";
    }

    private long killsWithMany() {
        return lives.subList(0, kills).stream()
                .filter(life -> life.store().jobs().size() >= MANY)
                .count();
    }

    private String summary(Verdict verdict, long nanos) {
        List<Integer> inFlight = lives.subList(0, kills).stream()
                .map(life -> life.store().jobs().size())
                .sorted()
                .toList();
        long starting =
                lives.subList(0, kills).stream().filter(life -> !life.contact()).count();
        return String.format(
                Locale.ROOT,
                "Kill test: seed %d, %d kills (%d during start), %d to %d jobs in flight at a kill (median %d, %d or more"
                        + " at %d kills); %d prompts,"
                        + " %d answered, by %d answers; %d jobs computed: %d again because their submit was in flight at a"
                        + " kill (accepted at most %d ms before), %d because their result was (handed out at most %d ms"
                        + " before), %d for no such reason;"
                        + " left in the store: %d; %.0f s",
                seed,
                kills,
                starting,
                inFlight.get(0),
                inFlight.get(inFlight.size() - 1),
                inFlight.get(inFlight.size() / 2),
                MANY,
                killsWithMany(),
                prompts.size(),
                answered.size(),
                answers,
                server.stats().submits(),
                verdict.inFlight(),
                verdict.submittedBefore().toMillis(),
                verdict.resultLost(),
                verdict.handedOutBefore().toMillis(),
                verdict.unexplained().size(),
                lives.get(lives.size() - 1).store().jobs().size()
                        + lives.get(lives.size() - 1).store().reservations(),
                nanos / 1e9);
    }
}

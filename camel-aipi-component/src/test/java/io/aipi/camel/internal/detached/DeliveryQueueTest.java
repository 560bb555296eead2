/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The order in which news of jobs reach a route. */
class DeliveryQueueTest {

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();
    private final Map<String, Runnable> unfinished = new java.util.LinkedHashMap<>();

    private DeliveryQueue deliveries(int concurrent) {
        DeliveryQueue deliveries = new DeliveryQueue(concurrent, threads::add, (job, progress, done) -> {
            String id = job.job().jobId();
            told.add(id + (progress == null ? " outcome" : " " + progress.progress()));
            assertThat(unfinished).as("exchanges of one job overlap").doesNotContainKey(id);
            unfinished.put(id, done);
        });
        deliveries.resume();
        return deliveries;
    }

    private void runThreads() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    private void finish(String id) {
        unfinished.remove(id).run();
        runThreads();
    }

    private static TrackedJob job(String id) {
        return new TrackedJob(
                new StoredJob(new DetachedJob("s", "e", id, null, Instant.EPOCH, "x", Map.of(), null), null, 0), null);
    }

    private static void end(TrackedJob job) {
        job.end(new JobOutcome.Done(new JobResult(
                "e", job.job().jobId(), "text", List.of(), null, null, null, null, Map.of("text", "text"))));
    }

    private static JobProgress progress(TrackedJob job, double value) {
        return new JobProgress(
                "e",
                job.job().jobId(),
                JobState.PROCESSING,
                "processing",
                value,
                0,
                null,
                null,
                null,
                null,
                List.of(),
                Map.of());
    }

    @Test
    void aSlowRouteSeesTheNewestProgressOnly_andThenTheOutcome() {
        DeliveryQueue deliveries = deliveries(1);
        TrackedJob a = job("a");

        deliveries.progress(a, progress(a, 1));
        runThreads();
        deliveries.progress(a, progress(a, 2));
        deliveries.progress(a, progress(a, 3));
        finish("a");
        deliveries.progress(a, progress(a, 4));
        end(a);
        deliveries.outcome(a);
        deliveries.progress(a, progress(a, 5));
        finish("a");
        finish("a");

        assertThat(told).containsExactly("a 1.0", "a 3.0", "a outcome");
        assertThat(deliveries.running()).isZero();
    }

    @Test
    void outcomesGoBeforeProgress() {
        DeliveryQueue deliveries = deliveries(1);
        TrackedJob a = job("a");
        TrackedJob b = job("b");
        TrackedJob c = job("c");
        deliveries.progress(a, progress(a, 1));
        deliveries.progress(b, progress(b, 1));
        end(c);
        deliveries.outcome(c);
        runThreads();

        finish("a");

        assertThat(told).containsExactly("a 1.0", "c outcome");
    }

    @Test
    void noMoreAreOnTheirWayThanAllowed_howeverLongEachTakes() {
        DeliveryQueue deliveries = deliveries(2);
        for (String id : List.of("a", "b", "c")) {
            TrackedJob job = job(id);
            end(job);
            deliveries.outcome(job);
        }
        runThreads();
        assertThat(told).containsExactly("a outcome", "b outcome");
        assertThat(deliveries.waiting()).isEqualTo(1);

        finish("b");

        assertThat(told).hasSize(3);
    }

    @Test
    void whilePausedNothingIsBegun() {
        DeliveryQueue deliveries = deliveries(1);
        deliveries.pause();
        TrackedJob a = job("a");
        end(a);
        deliveries.outcome(a);
        runThreads();
        assertThat(told).isEmpty();

        deliveries.resume();
        runThreads();

        assertThat(told).containsExactly("a outcome");
    }

    @Test
    void anOutcomeThatIsDeliveredAgainIsToldAgain() {
        DeliveryQueue deliveries = deliveries(1);
        TrackedJob a = job("a");
        end(a);
        deliveries.outcome(a);
        runThreads();
        finish("a");

        deliveries.outcome(a);
        runThreads();

        assertThat(told).containsExactly("a outcome", "a outcome");
    }

    /** Steps: 0-3 progress of a job, 4-7 its end, 8-11 its exchange ends, 12 a thread runs, 13 pause, 14 resume. */
    @Property(tries = 2000)
    void forEachJob_inOrder_withoutOverlap_andTheOutcomeOnceAndLast(
            @ForAll @Size(max = 80) List<@IntRange(max = 14) Integer> steps,
            @ForAll @IntRange(min = 1, max = 3) int many) {
        threads.clear();
        told.clear();
        unfinished.clear();
        DeliveryQueue deliveries = deliveries(many);
        List<TrackedJob> jobs = List.of(job("0"), job("1"), job("2"), job("3"));
        int clock = 0;
        for (int step : steps) {
            TrackedJob job = jobs.get(step % 4);
            String id = job.job().jobId();
            if (step < 4) {
                deliveries.progress(job, progress(job, ++clock));
            } else if (step < 8 && job.outcome() == null) {
                end(job);
                deliveries.outcome(job);
            } else if (step >= 8 && step < 12 && unfinished.containsKey(id)) {
                unfinished.remove(id).run();
            } else if (step == 12 && !threads.isEmpty()) {
                threads.remove().run();
            } else if (step == 13) {
                deliveries.pause();
            } else if (step == 14) {
                deliveries.resume();
            }
            assertThat(deliveries.running()).isBetween(unfinished.size(), many);
        }
        deliveries.resume();
        runThreads();
        while (!unfinished.isEmpty()) {
            finish(unfinished.keySet().iterator().next());
        }

        for (TrackedJob job : jobs) {
            List<String> ofJob = told.stream()
                    .filter(line -> line.startsWith(job.job().jobId() + " "))
                    .toList();
            List<Double> values = ofJob.stream()
                    .filter(line -> !line.endsWith("outcome"))
                    .map(line -> Double.valueOf(line.substring(2)))
                    .toList();
            assertThat(values).isSorted().doesNotHaveDuplicates();
            if (job.outcome() != null) {
                assertThat(ofJob.stream().filter(line -> line.endsWith("outcome")))
                        .hasSize(1);
                assertThat(ofJob.get(ofJob.size() - 1)).endsWith("outcome");
            }
        }
    }
}

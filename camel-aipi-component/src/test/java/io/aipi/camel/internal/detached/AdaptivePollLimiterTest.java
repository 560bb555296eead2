/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How many results can be out of the server and not yet in the store. */
class AdaptivePollLimiterTest {

    private final AdaptivePollLimiter window = new AdaptivePollLimiter(() -> true);
    private final List<CompletableFuture<JobStatus>> begun = new ArrayList<>();
    private final List<CompletableFuture<Void>> stored = new ArrayList<>();
    private final List<CompletableFuture<JobStatus>> seen = new ArrayList<>();

    private void polls(int count) {
        for (int i = 0; i < count; i++) {
            CompletableFuture<Void> kept = new CompletableFuture<>();
            stored.add(kept);
            seen.add(window.take(
                    () -> {
                        CompletableFuture<JobStatus> poll = new CompletableFuture<>();
                        begun.add(poll);
                        return poll;
                    },
                    kept));
        }
    }

    private static JobStatus underway() {
        return new JobStatus(JobProgress.of("e", "j", JobState.PROCESSING), null);
    }

    private static JobStatus done() {
        return new JobStatus(
                JobProgress.of("e", "j", JobState.DONE),
                new JobResult("e", "j", "text", List.of(), null, null, null, null, Map.of("text", "text")));
    }

    @Test
    void aPollWithAResultKeepsItsPlaceUntilTheResultIsStored() {
        polls(100);
        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST);

        List.copyOf(begun).forEach(poll -> poll.complete(done()));
        assertThat(seen.get(0)).isCompleted();
        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST);

        stored.get(3).complete(null);
        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST + 1);
    }

    @Test
    void aPollWithoutAResultOrAFailedOneGivesItsPlaceBackAtOnce() {
        polls(100);

        begun.get(0).complete(underway());
        begun.get(1).completeExceptionally(new IllegalStateException("no response"));

        assertThat(seen.get(0)).isCompletedWithValueMatching(status -> status.result() == null);
        assertThat(seen.get(1)).isCompletedExceptionally();
        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST + 3);
    }

    @Test
    void pollsWithoutResultsWidenTheWindow_andResultsNarrowIt() {
        polls(10_000);
        for (int i = 0; i < 2_000; i++) {
            begun.get(i).complete(underway());
        }
        assertThat(window.size()).isEqualTo(AdaptivePollLimiter.MOST);
        assertThat(begun).hasSize(2_000 + AdaptivePollLimiter.MOST);

        for (int i = 2_000; i < 2_000 + 100; i++) {
            begun.get(i).complete(done());
        }
        assertThat(window.size()).isEqualTo(AdaptivePollLimiter.LEAST);
        assertThat(begun).hasSize(2_000 + AdaptivePollLimiter.MOST);
    }

    @Test
    void aWorkersFailureIsHandedOutOnce_andKeepsItsPlaceAsAResultDoes() {
        polls(AdaptivePollLimiter.LEAST + 1);

        begun.get(0).completeExceptionally(new JobFailedException("out of memory", ErrorContext.of("e", "j")));
        assertThat(seen.get(0)).isCompletedExceptionally();
        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST);

        stored.get(0).complete(null);
        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST + 1);
    }

    @Test
    void aJobThatHasEndedWhileItsPollWaitedIsNotPolled() {
        polls(AdaptivePollLimiter.LEAST + 2);
        stored.get(AdaptivePollLimiter.LEAST).complete(null);

        begun.get(0).completeExceptionally(new IllegalStateException("no response"));

        assertThat(seen.get(AdaptivePollLimiter.LEAST)).isCancelled();
        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST + 1);
        assertThat(seen.get(AdaptivePollLimiter.LEAST + 1)).isNotDone();
    }

    @Test
    void afterItIsClosedNoPollIsBegun_andThoseUnderWayAreAnswered() {
        polls(AdaptivePollLimiter.LEAST + 1);

        window.close(new IllegalStateException("stopped"));
        begun.get(0).complete(done());
        stored.get(0).complete(null);
        polls(1);

        assertThat(begun).hasSize(AdaptivePollLimiter.LEAST);
        assertThat(seen.get(0)).isCompleted();
        assertThat(seen.get(AdaptivePollLimiter.LEAST)).isCompletedExceptionally();
        assertThat(seen.get(AdaptivePollLimiter.LEAST + 1)).isCompletedExceptionally();
    }
}

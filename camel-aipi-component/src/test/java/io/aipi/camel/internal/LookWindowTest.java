/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.JobStatus;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How many results can be out of the server and not yet in the store. */
class LookWindowTest {

    private final LookWindow window = new LookWindow();
    private final List<CompletableFuture<JobStatus>> begun = new ArrayList<>();
    private final List<CompletableFuture<Void>> stored = new ArrayList<>();
    private final List<CompletableFuture<JobStatus>> seen = new ArrayList<>();

    private void looks(int count) {
        for (int i = 0; i < count; i++) {
            CompletableFuture<Void> kept = new CompletableFuture<>();
            stored.add(kept);
            seen.add(window.take(
                    () -> {
                        CompletableFuture<JobStatus> look = new CompletableFuture<>();
                        begun.add(look);
                        return look;
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
    void aLookWithAResultKeepsItsPlaceUntilTheResultIsStored() {
        looks(100);
        assertThat(begun).hasSize(LookWindow.LEAST);

        List.copyOf(begun).forEach(look -> look.complete(done()));
        assertThat(seen.get(0)).isCompleted();
        assertThat(begun).hasSize(LookWindow.LEAST);

        stored.get(3).complete(null);
        assertThat(begun).hasSize(LookWindow.LEAST + 1);
    }

    @Test
    void aLookWithoutAResultOrAFailedOneGivesItsPlaceBackAtOnce() {
        looks(100);

        begun.get(0).complete(underway());
        begun.get(1).completeExceptionally(new IllegalStateException("no answer"));

        assertThat(seen.get(0)).isCompletedWithValueMatching(status -> status.result() == null);
        assertThat(seen.get(1)).isCompletedExceptionally();
        assertThat(begun).hasSize(LookWindow.LEAST + 3);
    }

    @Test
    void looksWithoutResultsWidenTheWindow_andResultsNarrowIt() {
        looks(10_000);
        for (int i = 0; i < 2_000; i++) {
            begun.get(i).complete(underway());
        }
        assertThat(window.size()).isEqualTo(LookWindow.MOST);
        assertThat(begun).hasSize(2_000 + LookWindow.MOST);

        for (int i = 2_000; i < 2_000 + 100; i++) {
            begun.get(i).complete(done());
        }
        assertThat(window.size()).isEqualTo(LookWindow.LEAST);
        assertThat(begun).hasSize(2_000 + LookWindow.MOST);
    }

    @Test
    void aWorkersFailureIsHandedOutOnce_andKeepsItsPlaceAsAResultDoes() {
        looks(LookWindow.LEAST + 1);

        begun.get(0).completeExceptionally(new JobFailedException("out of memory", ErrorContext.of("e", "j")));
        assertThat(seen.get(0)).isCompletedExceptionally();
        assertThat(begun).hasSize(LookWindow.LEAST);

        stored.get(0).complete(null);
        assertThat(begun).hasSize(LookWindow.LEAST + 1);
    }

    @Test
    void aJobThatHasEndedWhileItsLookWaitedIsNotLookedAt() {
        looks(LookWindow.LEAST + 2);
        stored.get(LookWindow.LEAST).complete(null);

        begun.get(0).completeExceptionally(new IllegalStateException("no answer"));

        assertThat(seen.get(LookWindow.LEAST)).isCancelled();
        assertThat(begun).hasSize(LookWindow.LEAST + 1);
        assertThat(seen.get(LookWindow.LEAST + 1)).isNotDone();
    }

    @Test
    void afterItIsClosedNoLookIsBegun_andThoseUnderWayAreAnswered() {
        looks(LookWindow.LEAST + 1);

        window.close(new IllegalStateException("stopped"));
        begun.get(0).complete(done());
        stored.get(0).complete(null);
        looks(1);

        assertThat(begun).hasSize(LookWindow.LEAST);
        assertThat(seen.get(0)).isCompleted();
        assertThat(seen.get(LookWindow.LEAST)).isCompletedExceptionally();
        assertThat(seen.get(LookWindow.LEAST + 1)).isCompletedExceptionally();
    }
}

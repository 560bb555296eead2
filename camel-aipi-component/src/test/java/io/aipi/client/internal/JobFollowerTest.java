/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.aipi.client.JobOptions;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.JobStatus;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.ResultLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class JobFollowerTest {

    private static final String JOB = "job#1";
    private static final ErrorContext PLACE = ErrorContext.of("llama2_chat", JOB);
    private static final JobResult RESULT =
            new JobResult("llama2_chat", JOB, "text", List.of(), null, null, null, null, Map.of("text", "text"));

    private final VirtualTimer timer = new VirtualTimer();
    private final List<Long> looks = new ArrayList<>();
    private final List<JobProgress> heard = new ArrayList<>();
    private JobOptions options = JobOptions.defaults();
    private Supplier<CompletableFuture<JobStatus>> server = () -> at(JobState.PROCESSING, 1);

    @Test
    void looksAtOnceAtFirstInCaseTheJobIsShort() {
        follow();
        timer.advance(Duration.ofMillis(300));
        assertThat(looks).startsWith(50L, 150L, 300L);
    }

    @Test
    void neverHasTwoLooksUnderWay() {
        CompletableFuture<JobStatus> slow = new CompletableFuture<>();
        server = () -> slow;
        follow();
        timer.advance(Duration.ofMinutes(10));
        assertThat(looks).hasSize(1);
        slow.complete(new JobStatus(progress(JobState.PROCESSING, 3), null));
        timer.advance(Duration.ofMillis(100));
        assertThat(looks).hasSize(2);
    }

    @Test
    void endsWithTheResult() {
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofSeconds(1));
        server = JobFollowerTest::done;
        timer.advance(Duration.ofSeconds(5));
        assertThat(result).isCompletedWithValue(RESULT);
        int looksAtTheEnd = looks.size();
        timer.advance(Duration.ofHours(2));
        assertThat(looks).hasSize(looksAtTheEnd);
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void doneWithoutAResultIsAResultLost() {
        server = () -> at(JobState.DONE, 0);
        assertThat(failureOf(follow(), Duration.ofSeconds(1)))
                .isInstanceOf(ResultLostException.class)
                .hasNoCause();
    }

    @Test
    void doneWithoutAResultAfterALostAnswerNamesTheLoss() {
        ConnectionFailedException loss = new ConnectionFailedException("reset", true, PLACE, null);
        server = () -> CompletableFuture.failedFuture(loss);
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofMillis(60));
        server = () -> at(JobState.DONE, 0);
        assertThat(failureOf(result, Duration.ofSeconds(1)))
                .isInstanceOf(ResultLostException.class)
                .hasCause(loss);
    }

    @Test
    void aLapsedJobThatComesBackIsFollowedToItsEnd() {
        server = JobFollowerTest::lapsed;
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofSeconds(50));
        assertThat(result).isNotDone();
        server = () -> at(JobState.PROCESSING, 5);
        timer.advance(Duration.ofSeconds(5));
        server = JobFollowerTest::lapsed;
        timer.advance(Duration.ofSeconds(50));
        assertThat(result).as("each lapse has the whole recoveryTimeout").isNotDone();
        server = JobFollowerTest::done;
        timer.advance(Duration.ofSeconds(5));
        assertThat(result).isCompletedWithValue(RESULT);
        assertThat(heard).extracting(JobProgress::state).contains(JobState.LAPSED, JobState.PROCESSING, JobState.DONE);
    }

    @Test
    void aJobThatStaysLapsedFailsAfterTheRecoveryTimeout() {
        server = JobFollowerTest::lapsed;
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofSeconds(59));
        assertThat(result).isNotDone();
        assertThat(failureOf(result, Duration.ofSeconds(2)))
                .isInstanceOfSatisfying(
                        JobLapsedException.class,
                        lapsed -> assertThat(lapsed.getReason()).isEqualTo(JobLapsedException.Reason.LAPSED));
    }

    @Test
    void aJobUnknownToTheServerFailsAtOnce() {
        server = () -> CompletableFuture.failedFuture(
                new JobLapsedException("unknown", JobLapsedException.Reason.UNKNOWN_TO_SERVER, PLACE));
        assertThat(failureOf(follow(), Duration.ofMillis(60))).isInstanceOf(JobLapsedException.class);
        assertThat(looks).hasSize(1);
    }

    @Test
    void aFailureOfTheWorkerEndsTheJobAndIsHeard() {
        server = () -> CompletableFuture.failedFuture(new JobFailedException("CUDA out of memory", PLACE));
        assertThat(failureOf(follow(), Duration.ofMillis(60)))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("CUDA out of memory");
        assertThat(heard).extracting(JobProgress::state).containsExactly(JobState.FAILED);
    }

    @Test
    void anUnknownStateIsPolledUntilTheJobTimeout() {
        options = options.withTimeouts(Duration.ofSeconds(30), Duration.ofMinutes(5));
        server = () -> CompletableFuture.completedFuture(new JobStatus(
                new JobProgress(
                        "llama2_chat",
                        JOB,
                        JobState.UNKNOWN,
                        "pondering",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        Map.of()),
                null));
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofMinutes(5).minusMillis(1));
        assertThat(result).isNotDone();
        assertThat(failureOf(result, Duration.ofSeconds(1)))
                .isInstanceOf(JobTimeoutException.class)
                .hasMessageContaining(JOB)
                .hasMessageContaining("pondering");
    }

    @Test
    void takesAResultThatIsThereAtTheDeadline() {
        options = options.withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(61));
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofSeconds(60));
        long before = looks.size();
        server = JobFollowerTest::done;
        timer.advance(Duration.ofSeconds(1));
        assertThat(looks.size() - before).isPositive();
        assertThat(result).isCompletedWithValue(RESULT);
    }

    @Test
    void aServerThatIsDownForAWhileLosesNothing() {
        server = () -> CompletableFuture.failedFuture(new ConnectionFailedException("refused", false, PLACE, null));
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofSeconds(40));
        server = JobFollowerTest::done;
        timer.advance(Duration.ofSeconds(6));
        assertThat(result).isCompletedWithValue(RESULT);
        assertThat(looks).as("a server that is down is not hammered").hasSizeLessThan(20);
    }

    @Test
    void aServerThatStaysDownFailsTheJobAfterTheRecoveryTimeout() {
        server = () -> CompletableFuture.failedFuture(new ConnectionFailedException("refused", false, PLACE, null));
        assertThat(failureOf(follow(), Duration.ofSeconds(62))).isInstanceOf(ConnectionFailedException.class);
    }

    @Test
    void garbageOnceDoesNotEndAJob() {
        server = () -> CompletableFuture.failedFuture(new ProtocolViolationException("HTML", PLACE, null));
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofMillis(60));
        server = JobFollowerTest::done;
        timer.advance(Duration.ofSeconds(1));
        assertThat(result).isCompletedWithValue(RESULT);
    }

    @Test
    void aResultTooLargeEndsTheJobAtOnce() {
        TransportException tooLarge = new TransportException(
                TransportException.Kind.ANSWER_TOO_LARGE, true, "longer than maxResponseSize", null);
        server = () -> CompletableFuture.failedFuture(new ProtocolViolationException("too large", PLACE, tooLarge));
        assertThat(failureOf(follow(), Duration.ofMillis(60))).isInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void aPollThatThrowsEndsTheJobWithATypedError() {
        server = () -> {
            throw new IllegalStateException("bug");
        };
        assertThat(failureOf(follow(), Duration.ofMillis(60))).isInstanceOf(AipiException.class);
    }

    @Test
    void anAbortEndsTheWaitingAtOnceAndForGood() {
        JobFollower follower = follower(heard::add);
        CompletableFuture<JobResult> result = follower.start();
        timer.advance(Duration.ofSeconds(1));
        int before = looks.size();
        follower.abort(new ClientClosedException("stopped", PLACE));
        assertThat(failureOf(result, Duration.ZERO)).isInstanceOf(ClientClosedException.class);
        timer.advance(Duration.ofHours(2));
        assertThat(looks).hasSize(before);
        assertThat(timer.waiting()).isZero();
    }

    @Test
    void anAnswerAfterAnAbortChangesNothing() {
        CompletableFuture<JobStatus> slow = new CompletableFuture<>();
        server = () -> slow;
        JobFollower follower = follower(heard::add);
        CompletableFuture<JobResult> result = follower.start();
        timer.advance(Duration.ofSeconds(1));
        follower.abort(new ClientClosedException("stopped", PLACE));
        slow.complete(new JobStatus(progress(JobState.DONE, 0), RESULT));
        assertThat(result).isCompletedExceptionally();
        assertThat(heard).isEmpty();
    }

    @Test
    void theListenerHearsChangesOnly() {
        follow();
        timer.advance(Duration.ofSeconds(10));
        assertThat(heard).hasSize(1);
        server = () -> at(JobState.PROCESSING, 2);
        timer.advance(Duration.ofSeconds(10));
        assertThat(heard).extracting(JobProgress::progress).containsExactly(1.0, 2.0);
    }

    @Test
    void theLastThingTheListenerHearsIsThatTheJobIsDone() {
        CompletableFuture<JobResult> result = follow();
        timer.advance(Duration.ofSeconds(1));
        List<JobProgress> heardBeforeTheResult = new ArrayList<>();
        result.thenRun(() -> heardBeforeTheResult.addAll(heard));
        server = JobFollowerTest::done;
        timer.advance(Duration.ofSeconds(5));
        assertThat(heardBeforeTheResult).isEqualTo(heard);
        assertThat(heard.get(heard.size() - 1).state()).isEqualTo(JobState.DONE);
    }

    @Test
    void aListenerThatThrowsHarmsNothing() {
        JobFollower follower = follower(progress -> {
            throw new IllegalStateException("listener");
        });
        CompletableFuture<JobResult> result = follower.start();
        timer.advance(Duration.ofSeconds(1));
        server = JobFollowerTest::done;
        timer.advance(Duration.ofSeconds(5));
        assertThat(result).isCompletedWithValue(RESULT);
    }

    private CompletableFuture<JobResult> follow() {
        return follower(heard::add).start();
    }

    private JobFollower follower(Consumer<JobProgress> listener) {
        return new JobFollower(
                "llama2_chat",
                JOB,
                options,
                timer,
                (id, timeout) -> {
                    looks.add(timer.millis());
                    return server.get();
                },
                listener);
    }

    private Throwable failureOf(CompletableFuture<JobResult> result, Duration within) {
        timer.advance(within);
        assertThat(result).isCompletedExceptionally();
        Throwable failure = catchThrowable(result::join);
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }

    private static CompletableFuture<JobStatus> at(JobState state, double progress) {
        return CompletableFuture.completedFuture(new JobStatus(progress(state, progress), null));
    }

    private static CompletableFuture<JobStatus> done() {
        return CompletableFuture.completedFuture(new JobStatus(progress(JobState.DONE, 100), RESULT));
    }

    private static CompletableFuture<JobStatus> lapsed() {
        return CompletableFuture.failedFuture(
                new JobLapsedException("lapsed", JobLapsedException.Reason.LAPSED, PLACE));
    }

    private static JobProgress progress(JobState state, double progress) {
        return new JobProgress(
                "llama2_chat", JOB, state, state.word(), progress, 0, null, 1, null, null, List.of(), Map.of());
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.JobStatus;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobPollerTest {

    private static final ErrorContext CONTEXT = ErrorContext.of("llama2_chat", "JID1");
    private static final Duration JOB_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration RECOVERY = Duration.ofMinutes(1);
    private static final JobResult RESULT =
            new JobResult("llama2_chat", "JID1", "hello", List.of(), null, null, null, null, Map.of("text", "hello"));

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final List<Duration> polls = new ArrayList<>();
    private final List<Duration> patience = new ArrayList<>();
    private final List<JobProgress> reported = new ArrayList<>();
    private JobOptions options = JobOptions.defaults()
            .withTimeouts(Duration.ofSeconds(30), JOB_TIMEOUT)
            .withPollFailureTimeout(RECOVERY);
    private IntFunction<CompletableFuture<JobStatus>> server = poll -> processing(poll);
    private Consumer<JobProgress> listener = reported::add;
    private JobPoller follower;
    private CompletableFuture<JobResult> outcome;
    private Duration ended;

    @AfterEach
    void leavesNothingWaitingAfterItsEnd() {
        if (outcome != null && outcome.isDone()) {
            int before = polls.size();
            assertThat(scheduler.waiting()).as("tasks left over").isZero();
            scheduler.advance(Duration.ofHours(2));
            assertThat(polls).as("looks after the end").hasSize(before);
        }
    }

    @Test
    void pollsSoonAtFirst_inCaseTheJobIsShort() {
        follow();

        scheduler.advance(Duration.ofMillis(300));

        assertThat(polls).containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(300));
    }

    @Test
    void neverPollsTwiceAtOnce() {
        server = poll -> new CompletableFuture<>();
        follow();

        scheduler.advance(JOB_TIMEOUT.minusSeconds(1));

        assertThat(polls).hasSize(1);
    }

    @Test
    void endsWithTheResult() {
        server = poll -> poll < 5 ? processing(poll) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofSeconds(5));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(polls).hasSize(5);
    }

    @Test
    @Tag("case-A18")
    void beingToldToWaitIsNoTrouble_howeverLongItGoesOn() {
        Duration asked = Duration.ofMinutes(2);
        server = poll -> poll < 4 ? told(asked) : poll < 30 ? told(null) : done(RESULT);
        follow();

        scheduler.advance(JOB_TIMEOUT.minusSeconds(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(polls.get(1).minus(polls.get(0))).isEqualTo(asked);
        assertThat(polls.get(28).minus(polls.get(27))).isEqualTo(options.maxPollInterval());
    }

    @Test
    @Tag("case-A18")
    void whoIsToldToWaitForEverEndsByItsTimeout() {
        server = poll -> told(Duration.ofMinutes(2));
        follow();

        failure(JobTimeoutException.class);
        assertThat(ended).isBetween(JOB_TIMEOUT, JOB_TIMEOUT.plusSeconds(121));
    }

    private static CompletableFuture<JobStatus> told(Duration retryAfter) {
        return CompletableFuture.failedFuture(new QueueFullException("wait", retryAfter, CONTEXT));
    }

    @Test
    void doneWithoutAResultIsALostResult() {
        server = poll -> poll < 3 ? processing(poll) : done(null);
        follow();

        assertThat(failure(ResultLostException.class).getCause()).isNull();
    }

    @Test
    void releasedBetweenTwoPolls_endsAtOnce() {
        follow();
        scheduler.advance(Duration.ofMillis(400));
        int before = polls.size();

        follower.release(new ClientClosedException("stopped", CONTEXT));

        failure(ClientClosedException.class);
        assertThat(polls).hasSize(before);
    }

    @Test
    void releasedDuringALook_takesTheResultThatItBrings() {
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = poll -> underWay;
        follow();
        scheduler.advance(Duration.ofMillis(100));

        follower.release(new ClientClosedException("stopped", CONTEXT));
        assertThat(outcome).isNotDone();
        underWay.complete(done(RESULT).join());

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void releasedDuringALook_endsWhenItBringsNoResult() {
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = poll -> underWay;
        follow();
        scheduler.advance(Duration.ofMillis(100));
        follower.release(new ClientClosedException("stopped", CONTEXT));

        underWay.complete(processing(1).join());

        failure(ClientClosedException.class);
        scheduler.advance(JOB_TIMEOUT);
        assertThat(polls).hasSize(1);
    }

    @Test
    void releasedDuringALookThatFails_endsWithTheRelease_forTheJobMayStillEndWell() {
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = poll -> underWay;
        follow();
        scheduler.advance(Duration.ofMillis(100));
        follower.release(new ClientClosedException("stopped", CONTEXT));

        underWay.completeExceptionally(new ConnectionFailedException("broken", true, CONTEXT, null));

        failure(ClientClosedException.class);
    }

    /** Polls that wait until somebody lets them begin. */
    private List<Supplier<Duration>> pollInTurn() {
        List<Supplier<Duration>> turns = new ArrayList<>();
        turn = turns::add;
        server = poll -> new CompletableFuture<>();
        return turns;
    }

    @Test
    void whileItsPollWaitsForItsTurnAJobDoesNotTimeOut_howeverLongThatTakes() {
        List<Supplier<Duration>> turns = pollInTurn();
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = poll -> underWay;
        follow();
        scheduler.advance(JOB_TIMEOUT.multipliedBy(3));
        assertThat(outcome).isNotDone();

        assertThat(turns.get(0).get()).isPositive();
        underWay.complete(done(RESULT).join());

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aPollWhoseTurnComesWhenNobodyTakesItsResultAnyMoreIsNotBegun() {
        List<Supplier<Duration>> turns = pollInTurn();
        follow();
        scheduler.advance(Duration.ofSeconds(1));
        follower.abort(new ClientClosedException("stopped", CONTEXT));

        assertThatThrownBy(() -> turns.get(0).get()).isInstanceOf(ClientClosedException.class);
    }

    @Test
    void theTimeSinceTheSubmitCountsTowardsTheTimeoutOfAJobThatIsFollowedLater() {
        elapsed = JOB_TIMEOUT.minusSeconds(10);
        follow();

        scheduler.advance(Duration.ofSeconds(12));

        failure(JobTimeoutException.class);
        assertThat(ended).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));
    }

    @Test
    void aJobWhoseTimeIsUpIsPolledOnce_andItsResultTaken() {
        elapsed = JOB_TIMEOUT.multipliedBy(2);
        server = poll -> done(RESULT);
        follow();

        scheduler.advance(Duration.ofMillis(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(polls).hasSize(1);
    }

    static Stream<AipiException> lossesOfAResponse() {
        return Stream.of(
                new ConnectionFailedException("the connection broke", true, CONTEXT, null),
                new ProtocolViolationException("garbage", CONTEXT, null),
                new EndpointUnavailableException("bad gateway", true, CONTEXT.withStatus(502)));
    }

    @ParameterizedTest
    @MethodSource("lossesOfAResponse")
    void aLostResultNamesTheLossOfTheResponseThatMayHaveHeldIt(AipiException loss) {
        server = poll -> poll == 2 ? failed(loss) : poll < 4 ? processing(poll) : done(null);
        follow();

        assertThat(failure(ResultLostException.class)).hasCause(loss);
    }

    @Test
    void aPollThatNeverReachedTheServerLostNothing() {
        server = poll -> poll == 2 ? failed(refused()) : poll < 4 ? processing(poll) : done(null);
        follow();

        assertThat(failure(ResultLostException.class).getCause()).isNull();
    }

    @Test
    void aLapsedJobThatComesBackIsFollowedToItsResult() {
        server = poll -> switch (poll) {
            case 1, 2 -> processing(poll);
            case 3, 4, 5 -> failed(lapsed());
            case 6 -> processing(poll);
            default -> done(RESULT);
        };
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(reported)
                .extracting(JobProgress::state)
                .containsExactly(
                        JobState.PROCESSING, JobState.PROCESSING, JobState.LAPSED, JobState.PROCESSING, JobState.DONE);
    }

    @Test
    void aJobThatStaysLapsedForThePollFailureTimeoutHasLapsed() {
        server = poll -> poll < 4 ? processing(poll) : failed(lapsed());
        follow();

        JobLapsedException failure = failure(JobLapsedException.class);

        assertThat(failure.getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
        assertThat(ended.minus(polls.get(3))).isEqualTo(RECOVERY);
    }

    @Test
    void aLapseThatIsToldAsAStatusCountsAsWell() {
        server = poll -> poll < 4 ? processing(poll) : status(JobState.LAPSED, null, null);
        follow();

        assertThat(failure(JobLapsedException.class).getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
        assertThat(ended.minus(polls.get(3))).isEqualTo(RECOVERY);
    }

    @Test
    void withoutRecoveryTimeTheFirstLapseIsTheEnd() {
        options = options.withPollFailureTimeout(Duration.ZERO);
        server = poll -> failed(lapsed());
        follow();

        failure(JobLapsedException.class);

        assertThat(polls).hasSize(1);
    }

    @Test
    void aRecoveryStartsTheRecoveryTimeAnew() {
        // 40 s lapsed, back, 40 s lapsed, back: never a minute at a stretch
        server = poll -> {
            long second = scheduler.elapsed().toSeconds();
            return second % 50 < 40 ? failed(lapsed()) : second > 200 ? done(RESULT) : processing(poll);
        };
        follow();

        scheduler.advance(Duration.ofMinutes(5));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aStateThatIsNotKnownIsPolledUntilTheJobTimeout() {
        server = poll -> status(JobState.UNKNOWN, null, null);
        follow();

        JobTimeoutException failure = failure(JobTimeoutException.class);

        assertThat(failure).hasMessageContaining("JID1").hasMessageContaining("600000 ms");
        assertThat(ended).isEqualTo(JOB_TIMEOUT);
        assertThat(polls.size()).isGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 999, 1_000, 1_001, 7_000, 30_000, 599_500})
    void noSilenceOfTheServerDelaysTheTimeoutByMoreThanASecond(long requestTimeout) {
        options = options.withTimeouts(Duration.ofMillis(requestTimeout), JOB_TIMEOUT)
                .withPollFailureTimeout(Duration.ofHours(1));
        server = poll -> {
            CompletableFuture<JobStatus> response = new CompletableFuture<>();
            scheduler.schedule(
                    () -> response.completeExceptionally(
                            new ConnectionFailedException("no response in time", true, CONTEXT, null)),
                    patience.get(poll - 1));
            return response;
        };
        follow();

        failure(JobTimeoutException.class);

        assertThat(ended).isBetween(JOB_TIMEOUT, JOB_TIMEOUT.plusSeconds(1));
        scheduler.advance(Duration.ofHours(1));
    }

    @Test
    void aPollThatNeverEndsDoesNotDelayTheTimeoutEither() {
        server = poll -> poll < 4 ? processing(poll) : new CompletableFuture<>();
        follow();

        failure(JobTimeoutException.class);

        assertThat(ended).isEqualTo(JOB_TIMEOUT.plusSeconds(1));
    }

    @Test
    void theResultIsTakenWhereThePollOfTheDeadlineBringsIt() {
        server = poll -> scheduler.elapsed().compareTo(JOB_TIMEOUT) < 0 ? processing(poll) : done(RESULT);
        follow();

        scheduler.advance(JOB_TIMEOUT);

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aPollIsGivenNoMoreTimeThanTheJobHas() {
        options = options.withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(10));
        follow();

        failure(JobTimeoutException.class);

        assertThat(patience).first().isEqualTo(Duration.ofMillis(9_900));
        assertThat(patience).last().isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theLongestJobTimeoutIsNoOverflow() {
        options = options.withTimeouts(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE));
        server = poll -> poll < 100 ? processing(poll) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofHours(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aJobThatTheServerDoesNotKnowEndsAtOnce() {
        JobLapsedException unknown =
                new JobLapsedException("no such job", JobLapsedException.Reason.UNKNOWN_TO_SERVER, CONTEXT);
        server = poll -> failed(unknown);
        follow();

        assertThat(failure(JobLapsedException.class)).isSameAs(unknown);
        assertThat(polls).hasSize(1);
    }

    /** A login that fails in the middle of a job says nothing about the job. */
    @Test
    @Tag("case-D11")
    void refusedCredentialsAreTroubleWithinThePollFailureTimeout() {
        server = poll -> scheduler.elapsed().toSeconds() < 50
                ? failed(new AuthenticationException("refused", CONTEXT))
                : done(RESULT);
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    @Tag("case-D11")
    void refusedCredentialsEndItPastThePollFailureTimeout() {
        AuthenticationException refusal = new AuthenticationException("refused", CONTEXT);
        server = poll -> failed(refusal);
        follow();

        scheduler.advance(Duration.ofMinutes(2));

        assertThat(failure(AuthenticationException.class)).isSameAs(refusal);
    }

    @Test
    void aServerThatIsAwayForAWhileIsWaitedFor() {
        server = poll -> scheduler.elapsed().toSeconds() < 50 ? failed(refused()) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aServerThatIsAwayIsAskedLessAndLessOften() {
        server = poll -> failed(refused());
        follow();

        scheduler.advance(RECOVERY.plusSeconds(1));

        // 300, 600, 1200, 2400, 4800 ms, and so on
        assertThat(polls).hasSizeBetween(10, 18);
    }

    @Test
    void aServerThatIsAwayForThePollFailureTimeoutIsTheEnd() {
        ConnectionFailedException refused = refused();
        server = poll -> poll < 4 ? processing(poll) : failed(refused);
        follow();

        assertThat(failure(ConnectionFailedException.class)).isSameAs(refused);
        assertThat(ended.minus(polls.get(3))).isEqualTo(RECOVERY);
    }

    @Test
    void garbageOnceDoesNotEndTheJob() {
        server = poll -> poll < 3 ? failed(new ProtocolViolationException("not JSON", CONTEXT, null)) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofSeconds(5));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void garbageForThePollFailureTimeoutIsTheEnd() {
        server = poll -> failed(new ProtocolViolationException("not JSON", CONTEXT, null));
        follow();

        failure(ProtocolViolationException.class);

        assertThat(ended.minus(polls.get(0))).isEqualTo(RECOVERY);
    }

    @Test
    void aResultThatIsTooLargeStaysTooLarge() {
        TransportException tooLarge =
                new TransportException(TransportException.Kind.RESPONSE_TOO_LARGE, true, "too large", null);
        server = poll -> failed(new ProtocolViolationException("too large", CONTEXT, tooLarge));
        follow();

        failure(ProtocolViolationException.class);

        assertThat(polls).hasSize(1);
    }

    @Test
    void aFailureOfTheWorkerIsReportedAndEndsIt() {
        server = poll -> poll < 3 ? processing(poll) : failed(new JobFailedException("out of memory", CONTEXT));
        follow();

        assertThat(failure(JobFailedException.class).getWorkerMessage()).isEqualTo("out of memory");
        assertThat(reported).last().extracting(JobProgress::state).isEqualTo(JobState.FAILED);
    }

    @Test
    void canBeAbortedWhileItWaits() {
        follow();
        scheduler.advance(Duration.ofMillis(400));

        follower.abort(closed());

        failure(ClientClosedException.class);
        assertThat(polls).hasSize(3);
    }

    @Test
    void canBeAbortedDuringALook_whoseResponseThenIsNoNews() {
        CompletableFuture<JobStatus> response = new CompletableFuture<>();
        server = poll -> poll < 3 ? processing(poll) : response;
        follow();
        scheduler.advance(Duration.ofMillis(400));
        int before = reported.size();

        follower.abort(closed());
        response.completeExceptionally(new JobFailedException("out of memory", CONTEXT));

        failure(ClientClosedException.class);
        assertThat(reported).hasSize(before);
    }

    @Test
    void anAbortAfterTheResultChangesNothing() {
        server = poll -> done(RESULT);
        follow();
        scheduler.advance(Duration.ofSeconds(1));

        follower.abort(closed());

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void reportsEachChangeInOrder_andOnlyChanges() {
        server = poll -> poll < 20 ? processing(Math.floorDiv(poll, 4)) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(reported).extracting(JobProgress::progress).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, null);
    }

    @Test
    void reportsNothingAfterTheResult() {
        List<Boolean> doneWhenReported = new ArrayList<>();
        listener = progress -> doneWhenReported.add(outcome.isDone());
        server = poll -> poll < 5 ? processing(poll) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(doneWhenReported).hasSize(5).containsOnly(false);
    }

    static Stream<Throwable> misfortunes() {
        return Stream.of(new IllegalStateException("a listener's bug"), new NoClassDefFoundError("a listener's jar"));
    }

    @ParameterizedTest
    @MethodSource("misfortunes")
    void aListenerThatThrowsDoesNoHarm(Throwable misfortune) {
        listener = progress -> {
            if (misfortune instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) misfortune;
        };
        server = poll -> poll < 5 ? processing(poll) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void needsNoListener() {
        listener = null;
        server = poll -> poll < 5 ? processing(poll) : done(RESULT);
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aPollThatThrowsIsALookThatFailed() {
        server = poll -> {
            if (poll < 3) {
                throw refused();
            }
            return done(RESULT);
        };
        follow();

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aBugInALookEndsTheJobInsteadOfLeavingItWaiting() {
        server = poll -> {
            throw new IllegalStateException("a bug");
        };
        follow();

        assertThat(failure(ProtocolViolationException.class)).hasRootCauseMessage("a bug");
    }

    @Test
    void aResponseThatCannotBeJudgedEndsTheJobInsteadOfLeavingItWaiting() {
        server = poll -> CompletableFuture.completedFuture(new JobStatus(null, null));
        follow();

        failure(ProtocolViolationException.class);
    }

    private final JobDurationHistory times = new JobDurationHistory();
    private Duration elapsed = Duration.ZERO;
    private Consumer<Supplier<Duration>> turn;

    private void follow() {
        follower = new JobPoller(
                "llama2_chat",
                "JID1",
                elapsed,
                options,
                times,
                scheduler,
                (jobId, timeout) -> {
                    assertThat(jobId).isEqualTo("JID1");
                    polls.add(scheduler.elapsed());
                    if (turn != null) {
                        turn.accept(timeout);
                    } else {
                        patience.add(timeout.get());
                    }
                    return server.apply(polls.size());
                },
                listener);
        outcome = follower.start();
        outcome.whenComplete((result, failure) -> ended = scheduler.elapsed());
    }

    private <T extends AipiException> T failure(Class<T> type) {
        for (int i = 0; i < 10_000 && !outcome.isDone(); i++) {
            assertThat(scheduler.advanceToNext()).as("something to wait for").isTrue();
        }
        assertThat(outcome).isCompletedExceptionally();
        Throwable failure = outcome.handle((result, problem) -> problem).join();
        assertThat(failure).isInstanceOf(type);
        return type.cast(failure);
    }

    private static CompletableFuture<JobStatus> processing(double progress) {
        return status(JobState.PROCESSING, progress, null);
    }

    private static CompletableFuture<JobStatus> done(JobResult result) {
        return status(JobState.DONE, null, result);
    }

    private static CompletableFuture<JobStatus> status(JobState state, Double progress, JobResult result) {
        JobProgress seen = new JobProgress(
                "llama2_chat",
                "JID1",
                state,
                state.word(),
                progress,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                Map.of("num_generated_tokens", true));
        return CompletableFuture.completedFuture(new JobStatus(seen, result));
    }

    private static CompletableFuture<JobStatus> failed(AipiException problem) {
        return CompletableFuture.failedFuture(problem);
    }

    private static ConnectionFailedException refused() {
        return new ConnectionFailedException("connection refused", false, CONTEXT, null);
    }

    private static JobLapsedException lapsed() {
        return new JobLapsedException("lapsed", JobLapsedException.Reason.LAPSED, CONTEXT);
    }

    private static ClientClosedException closed() {
        return new ClientClosedException("closed", CONTEXT);
    }

    @Test
    @Tag("case-A18")
    void twoHiccupsWithATimeToldToWaitBetweenThemAreNoLastingTrouble() {
        server = poll -> poll == 1 || poll == 3 ? bad() : poll == 2 ? told(Duration.ofMinutes(2)) : done(RESULT);
        follow();

        scheduler.advance(JOB_TIMEOUT.minusSeconds(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    private static CompletableFuture<JobStatus> bad() {
        return CompletableFuture.failedFuture(new EndpointUnavailableException("bad gateway", true, CONTEXT));
    }
}

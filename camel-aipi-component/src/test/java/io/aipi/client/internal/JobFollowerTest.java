/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.client.JobOptions;
import io.aipi.client.JobProgress;
import io.aipi.client.JobResult;
import io.aipi.client.JobState;
import io.aipi.client.JobStatus;
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

class JobFollowerTest {

    private static final ErrorContext CONTEXT = ErrorContext.of("llama2_chat", "JID1");
    private static final Duration JOB_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration RECOVERY = Duration.ofMinutes(1);
    private static final JobResult RESULT =
            new JobResult("llama2_chat", "JID1", "hello", List.of(), null, null, null, null, Map.of("text", "hello"));

    private final VirtualTimer timer = new VirtualTimer();
    private final List<Duration> looks = new ArrayList<>();
    private final List<Duration> patience = new ArrayList<>();
    private final List<JobProgress> reported = new ArrayList<>();
    private JobOptions options = JobOptions.defaults()
            .withTimeouts(Duration.ofSeconds(30), JOB_TIMEOUT)
            .withRecoveryTimeout(RECOVERY);
    private IntFunction<CompletableFuture<JobStatus>> server = look -> processing(look);
    private Consumer<JobProgress> listener = reported::add;
    private JobFollower follower;
    private CompletableFuture<JobResult> outcome;
    private Duration ended;

    @AfterEach
    void leavesNothingWaitingAfterItsEnd() {
        if (outcome != null && outcome.isDone()) {
            int before = looks.size();
            assertThat(timer.waiting()).as("tasks left over").isZero();
            timer.advance(Duration.ofHours(2));
            assertThat(looks).as("looks after the end").hasSize(before);
        }
    }

    @Test
    void looksSoonAtFirst_inCaseTheJobIsShort() {
        follow();

        timer.advance(Duration.ofMillis(300));

        assertThat(looks).containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(300));
    }

    @Test
    void neverLooksTwiceAtOnce() {
        server = look -> new CompletableFuture<>();
        follow();

        timer.advance(JOB_TIMEOUT.minusSeconds(1));

        assertThat(looks).hasSize(1);
    }

    @Test
    void endsWithTheResult() {
        server = look -> look < 5 ? processing(look) : done(RESULT);
        follow();

        timer.advance(Duration.ofSeconds(5));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(looks).hasSize(5);
    }

    @Test
    @Tag("case-A18")
    void beingToldToWaitIsNoTrouble_howeverLongItGoesOn() {
        Duration asked = Duration.ofMinutes(2);
        server = look -> look < 4 ? told(asked) : look < 30 ? told(null) : done(RESULT);
        follow();

        timer.advance(JOB_TIMEOUT.minusSeconds(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(looks.get(1).minus(looks.get(0))).isEqualTo(asked);
        assertThat(looks.get(28).minus(looks.get(27))).isEqualTo(options.maxPollInterval());
    }

    @Test
    @Tag("case-A18")
    void whoIsToldToWaitForEverEndsByItsTimeout() {
        server = look -> told(Duration.ofMinutes(2));
        follow();

        failure(JobTimeoutException.class);
        assertThat(ended).isBetween(JOB_TIMEOUT, JOB_TIMEOUT.plusSeconds(121));
    }

    private static CompletableFuture<JobStatus> told(Duration retryAfter) {
        return CompletableFuture.failedFuture(new QueueFullException("wait", retryAfter, CONTEXT));
    }

    @Test
    void doneWithoutAResultIsALostResult() {
        server = look -> look < 3 ? processing(look) : done(null);
        follow();

        assertThat(failure(ResultLostException.class).getCause()).isNull();
    }

    @Test
    void releasedBetweenTwoLooks_endsAtOnce() {
        follow();
        timer.advance(Duration.ofMillis(400));
        int before = looks.size();

        follower.release(new ClientClosedException("stopped", CONTEXT));

        failure(ClientClosedException.class);
        assertThat(looks).hasSize(before);
    }

    @Test
    void releasedDuringALook_takesTheResultThatItBrings() {
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = look -> underWay;
        follow();
        timer.advance(Duration.ofMillis(100));

        follower.release(new ClientClosedException("stopped", CONTEXT));
        assertThat(outcome).isNotDone();
        underWay.complete(done(RESULT).join());

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void releasedDuringALook_endsWhenItBringsNoResult() {
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = look -> underWay;
        follow();
        timer.advance(Duration.ofMillis(100));
        follower.release(new ClientClosedException("stopped", CONTEXT));

        underWay.complete(processing(1).join());

        failure(ClientClosedException.class);
        timer.advance(JOB_TIMEOUT);
        assertThat(looks).hasSize(1);
    }

    @Test
    void releasedDuringALookThatFails_endsWithTheRelease_forTheJobMayStillEndWell() {
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = look -> underWay;
        follow();
        timer.advance(Duration.ofMillis(100));
        follower.release(new ClientClosedException("stopped", CONTEXT));

        underWay.completeExceptionally(new ConnectionFailedException("broken", true, CONTEXT, null));

        failure(ClientClosedException.class);
    }

    /** Looks that wait until somebody lets them begin. */
    private List<Supplier<Duration>> lookInTurn() {
        List<Supplier<Duration>> turns = new ArrayList<>();
        turn = turns::add;
        server = look -> new CompletableFuture<>();
        return turns;
    }

    @Test
    void whileItsLookWaitsForItsTurnAJobDoesNotTimeOut_howeverLongThatTakes() {
        List<Supplier<Duration>> turns = lookInTurn();
        CompletableFuture<JobStatus> underWay = new CompletableFuture<>();
        server = look -> underWay;
        follow();
        timer.advance(JOB_TIMEOUT.multipliedBy(3));
        assertThat(outcome).isNotDone();

        assertThat(turns.get(0).get()).isPositive();
        underWay.complete(done(RESULT).join());

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aLookWhoseTurnComesWhenNobodyTakesItsResultAnyMoreIsNotBegun() {
        List<Supplier<Duration>> turns = lookInTurn();
        follow();
        timer.advance(Duration.ofSeconds(1));
        follower.abort(new ClientClosedException("stopped", CONTEXT));

        assertThatThrownBy(() -> turns.get(0).get()).isInstanceOf(ClientClosedException.class);
    }

    @Test
    void theTimeSinceTheSubmitCountsTowardsTheTimeoutOfAJobThatIsFollowedLater() {
        elapsed = JOB_TIMEOUT.minusSeconds(10);
        follow();

        timer.advance(Duration.ofSeconds(12));

        failure(JobTimeoutException.class);
        assertThat(ended).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));
    }

    @Test
    void aJobWhoseTimeIsUpIsLookedAtOnce_andItsResultTaken() {
        elapsed = JOB_TIMEOUT.multipliedBy(2);
        server = look -> done(RESULT);
        follow();

        timer.advance(Duration.ofMillis(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(looks).hasSize(1);
    }

    static Stream<AipiException> lossesOfAnAnswer() {
        return Stream.of(
                new ConnectionFailedException("the connection broke", true, CONTEXT, null),
                new ProtocolViolationException("garbage", CONTEXT, null),
                new EndpointUnavailableException("bad gateway", true, CONTEXT.withStatus(502)));
    }

    @ParameterizedTest
    @MethodSource("lossesOfAnAnswer")
    void aLostResultNamesTheLossOfTheAnswerThatMayHaveHeldIt(AipiException loss) {
        server = look -> look == 2 ? failed(loss) : look < 4 ? processing(look) : done(null);
        follow();

        assertThat(failure(ResultLostException.class)).hasCause(loss);
    }

    @Test
    void aLookThatNeverReachedTheServerLostNothing() {
        server = look -> look == 2 ? failed(refused()) : look < 4 ? processing(look) : done(null);
        follow();

        assertThat(failure(ResultLostException.class).getCause()).isNull();
    }

    @Test
    void aLapsedJobThatComesBackIsFollowedToItsResult() {
        server = look -> switch (look) {
            case 1, 2 -> processing(look);
            case 3, 4, 5 -> failed(lapsed());
            case 6 -> processing(look);
            default -> done(RESULT);
        };
        follow();

        timer.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
        assertThat(reported)
                .extracting(JobProgress::state)
                .containsExactly(
                        JobState.PROCESSING, JobState.PROCESSING, JobState.LAPSED, JobState.PROCESSING, JobState.DONE);
    }

    @Test
    void aJobThatStaysLapsedForTheRecoveryTimeoutHasLapsed() {
        server = look -> look < 4 ? processing(look) : failed(lapsed());
        follow();

        JobLapsedException failure = failure(JobLapsedException.class);

        assertThat(failure.getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
        assertThat(ended.minus(looks.get(3))).isEqualTo(RECOVERY);
    }

    @Test
    void aLapseThatIsToldAsAStatusCountsAsWell() {
        server = look -> look < 4 ? processing(look) : status(JobState.LAPSED, null, null);
        follow();

        assertThat(failure(JobLapsedException.class).getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
        assertThat(ended.minus(looks.get(3))).isEqualTo(RECOVERY);
    }

    @Test
    void withoutRecoveryTimeTheFirstLapseIsTheEnd() {
        options = options.withRecoveryTimeout(Duration.ZERO);
        server = look -> failed(lapsed());
        follow();

        failure(JobLapsedException.class);

        assertThat(looks).hasSize(1);
    }

    @Test
    void aRecoveryStartsTheRecoveryTimeAnew() {
        // 40 s lapsed, back, 40 s lapsed, back: never a minute at a stretch
        server = look -> {
            long second = timer.elapsed().toSeconds();
            return second % 50 < 40 ? failed(lapsed()) : second > 200 ? done(RESULT) : processing(look);
        };
        follow();

        timer.advance(Duration.ofMinutes(5));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aStateThatIsNotKnownIsLookedAtUntilTheJobTimeout() {
        server = look -> status(JobState.UNKNOWN, null, null);
        follow();

        JobTimeoutException failure = failure(JobTimeoutException.class);

        assertThat(failure).hasMessageContaining("JID1").hasMessageContaining("600000 ms");
        assertThat(ended).isEqualTo(JOB_TIMEOUT);
        assertThat(looks.size()).isGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100, 999, 1_000, 1_001, 7_000, 30_000, 599_500})
    void noSilenceOfTheServerDelaysTheTimeoutByMoreThanASecond(long requestTimeout) {
        options = options.withTimeouts(Duration.ofMillis(requestTimeout), JOB_TIMEOUT)
                .withRecoveryTimeout(Duration.ofHours(1));
        server = look -> {
            CompletableFuture<JobStatus> answer = new CompletableFuture<>();
            timer.schedule(
                    () -> answer.completeExceptionally(
                            new ConnectionFailedException("no answer in time", true, CONTEXT, null)),
                    patience.get(look - 1));
            return answer;
        };
        follow();

        failure(JobTimeoutException.class);

        assertThat(ended).isBetween(JOB_TIMEOUT, JOB_TIMEOUT.plusSeconds(1));
        timer.advance(Duration.ofHours(1));
    }

    @Test
    void aLookThatNeverEndsDoesNotDelayTheTimeoutEither() {
        server = look -> look < 4 ? processing(look) : new CompletableFuture<>();
        follow();

        failure(JobTimeoutException.class);

        assertThat(ended).isEqualTo(JOB_TIMEOUT.plusSeconds(1));
    }

    @Test
    void theResultIsTakenWhereTheLookAtTheDeadlineBringsIt() {
        server = look -> timer.elapsed().compareTo(JOB_TIMEOUT) < 0 ? processing(look) : done(RESULT);
        follow();

        timer.advance(JOB_TIMEOUT);

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aLookIsGivenNoMoreTimeThanTheJobHas() {
        options = options.withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(10));
        follow();

        failure(JobTimeoutException.class);

        assertThat(patience).first().isEqualTo(Duration.ofMillis(9_900));
        assertThat(patience).last().isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theLongestJobTimeoutIsNoOverflow() {
        options = options.withTimeouts(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE));
        server = look -> look < 100 ? processing(look) : done(RESULT);
        follow();

        timer.advance(Duration.ofHours(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aJobThatTheServerDoesNotKnowEndsAtOnce() {
        JobLapsedException unknown =
                new JobLapsedException("no such job", JobLapsedException.Reason.UNKNOWN_TO_SERVER, CONTEXT);
        server = look -> failed(unknown);
        follow();

        assertThat(failure(JobLapsedException.class)).isSameAs(unknown);
        assertThat(looks).hasSize(1);
    }

    /** A login that fails in the middle of a job says nothing about the job. */
    @Test
    @Tag("case-D11")
    void refusedCredentialsAreTroubleWithinTheRecoveryTimeout() {
        server = look -> timer.elapsed().toSeconds() < 50
                ? failed(new AuthenticationException("refused", CONTEXT))
                : done(RESULT);
        follow();

        timer.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    @Tag("case-D11")
    void refusedCredentialsEndItPastTheRecoveryTimeout() {
        AuthenticationException refusal = new AuthenticationException("refused", CONTEXT);
        server = look -> failed(refusal);
        follow();

        timer.advance(Duration.ofMinutes(2));

        assertThat(failure(AuthenticationException.class)).isSameAs(refusal);
    }

    @Test
    void aServerThatIsAwayForAWhileIsWaitedFor() {
        server = look -> timer.elapsed().toSeconds() < 50 ? failed(refused()) : done(RESULT);
        follow();

        timer.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aServerThatIsAwayIsAskedLessAndLessOften() {
        server = look -> failed(refused());
        follow();

        timer.advance(RECOVERY.plusSeconds(1));

        // 300, 600, 1200, 2400, 4800 ms, and so on
        assertThat(looks).hasSizeBetween(10, 18);
    }

    @Test
    void aServerThatIsAwayForTheRecoveryTimeoutIsTheEnd() {
        ConnectionFailedException refused = refused();
        server = look -> look < 4 ? processing(look) : failed(refused);
        follow();

        assertThat(failure(ConnectionFailedException.class)).isSameAs(refused);
        assertThat(ended.minus(looks.get(3))).isEqualTo(RECOVERY);
    }

    @Test
    void garbageOnceDoesNotEndTheJob() {
        server = look -> look < 3 ? failed(new ProtocolViolationException("not JSON", CONTEXT, null)) : done(RESULT);
        follow();

        timer.advance(Duration.ofSeconds(5));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void garbageForTheRecoveryTimeoutIsTheEnd() {
        server = look -> failed(new ProtocolViolationException("not JSON", CONTEXT, null));
        follow();

        failure(ProtocolViolationException.class);

        assertThat(ended.minus(looks.get(0))).isEqualTo(RECOVERY);
    }

    @Test
    void aResultThatIsTooLargeStaysTooLarge() {
        TransportException tooLarge =
                new TransportException(TransportException.Kind.ANSWER_TOO_LARGE, true, "too large", null);
        server = look -> failed(new ProtocolViolationException("too large", CONTEXT, tooLarge));
        follow();

        failure(ProtocolViolationException.class);

        assertThat(looks).hasSize(1);
    }

    @Test
    void aFailureOfTheWorkerIsReportedAndEndsIt() {
        server = look -> look < 3 ? processing(look) : failed(new JobFailedException("out of memory", CONTEXT));
        follow();

        assertThat(failure(JobFailedException.class).getWorkerMessage()).isEqualTo("out of memory");
        assertThat(reported).last().extracting(JobProgress::state).isEqualTo(JobState.FAILED);
    }

    @Test
    void canBeAbortedWhileItWaits() {
        follow();
        timer.advance(Duration.ofMillis(400));

        follower.abort(closed());

        failure(ClientClosedException.class);
        assertThat(looks).hasSize(3);
    }

    @Test
    void canBeAbortedDuringALook_whoseAnswerThenIsNoNews() {
        CompletableFuture<JobStatus> answer = new CompletableFuture<>();
        server = look -> look < 3 ? processing(look) : answer;
        follow();
        timer.advance(Duration.ofMillis(400));
        int before = reported.size();

        follower.abort(closed());
        answer.completeExceptionally(new JobFailedException("out of memory", CONTEXT));

        failure(ClientClosedException.class);
        assertThat(reported).hasSize(before);
    }

    @Test
    void anAbortAfterTheResultChangesNothing() {
        server = look -> done(RESULT);
        follow();
        timer.advance(Duration.ofSeconds(1));

        follower.abort(closed());

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void reportsEachChangeInOrder_andOnlyChanges() {
        server = look -> look < 20 ? processing(Math.floorDiv(look, 4)) : done(RESULT);
        follow();

        timer.advance(Duration.ofMinutes(1));

        assertThat(reported).extracting(JobProgress::progress).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, null);
    }

    @Test
    void reportsNothingAfterTheResult() {
        List<Boolean> doneWhenReported = new ArrayList<>();
        listener = progress -> doneWhenReported.add(outcome.isDone());
        server = look -> look < 5 ? processing(look) : done(RESULT);
        follow();

        timer.advance(Duration.ofMinutes(1));

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
        server = look -> look < 5 ? processing(look) : done(RESULT);
        follow();

        timer.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void needsNoListener() {
        listener = null;
        server = look -> look < 5 ? processing(look) : done(RESULT);
        follow();

        timer.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aLookThatThrowsIsALookThatFailed() {
        server = look -> {
            if (look < 3) {
                throw refused();
            }
            return done(RESULT);
        };
        follow();

        timer.advance(Duration.ofMinutes(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    @Test
    void aBugInALookEndsTheJobInsteadOfLeavingItWaiting() {
        server = look -> {
            throw new IllegalStateException("a bug");
        };
        follow();

        assertThat(failure(ProtocolViolationException.class)).hasRootCauseMessage("a bug");
    }

    @Test
    void anAnswerThatCannotBeJudgedEndsTheJobInsteadOfLeavingItWaiting() {
        server = look -> CompletableFuture.completedFuture(new JobStatus(null, null));
        follow();

        failure(ProtocolViolationException.class);
    }

    private final ComputeTimes times = new ComputeTimes();
    private Duration elapsed = Duration.ZERO;
    private Consumer<Supplier<Duration>> turn;

    private void follow() {
        follower = new JobFollower(
                "llama2_chat",
                "JID1",
                elapsed,
                options,
                times,
                timer,
                (jobId, timeout) -> {
                    assertThat(jobId).isEqualTo("JID1");
                    looks.add(timer.elapsed());
                    if (turn != null) {
                        turn.accept(timeout);
                    } else {
                        patience.add(timeout.get());
                    }
                    return server.apply(looks.size());
                },
                listener);
        outcome = follower.start();
        outcome.whenComplete((result, failure) -> ended = timer.elapsed());
    }

    private <T extends AipiException> T failure(Class<T> type) {
        for (int i = 0; i < 10_000 && !outcome.isDone(); i++) {
            assertThat(timer.advanceToNext()).as("something to wait for").isTrue();
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
        server = look -> look == 1 || look == 3 ? bad() : look == 2 ? told(Duration.ofMinutes(2)) : done(RESULT);
        follow();

        timer.advance(JOB_TIMEOUT.minusSeconds(1));

        assertThat(outcome).isCompletedWithValue(RESULT);
    }

    private static CompletableFuture<JobStatus> bad() {
        return CompletableFuture.failedFuture(new EndpointUnavailableException("bad gateway", true, CONTEXT));
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.api.ApiConnection;
import io.aipi.client.internal.http.TransportException.Kind;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.job.FakeTransport.Reply;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.JobMetrics;
import io.aipi.client.spi.VirtualScheduler;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JobClientTest {

    private static final String LOGIN = "POST /login";
    private static final String DESCRIBE = "GET /api/endpoints/chat";
    private static final String SUBMIT = "POST /chat";
    private static final String PROGRESS = "POST /chat/progress";
    private static final AipiRequest HELLO = AipiRequest.ofPrompt("hello");

    private static final Reply LOGGED_IN = FakeTransport.json(200, "{\"client_session_auth_key\":\"K1\"}");
    private static final Reply DESCRIPTION = FakeTransport.json(
            200,
            "{\"name\":\"chat\",\"parameter_description\":{\"input\":{\"text\":{\"type\":\"string\",\"required\":true},"
                    + "\"wait_for_result\":{\"type\":\"bool\"}}}}");
    private static final Reply ACCEPTED =
            FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID1\",\"ep_version\":1}");
    private static final Reply RESULT =
            FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID1\",\"text\":\"Hi\",\"compute_duration\":1.5}");
    private static final Reply QUEUE_FULL =
            FakeTransport.json(400, "{\"success\":false,\"error\":\"Job queue reached max length 2!\"}");
    private static final Reply PROCESSING =
            FakeTransport.json(200, "{\"success\":true,\"job_state\":\"processing\",\"progress\":{\"progress\":0}}");
    private static final Reply RESULT_WITHOUT_ID =
            FakeTransport.json(200, "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"Hi\"}}");
    private static final Reply DONE = FakeTransport.json(
            200, "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"Hi\",\"job_id\":\"JID1\"}}");

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final FakeTransport server = new FakeTransport()
            .on(LOGIN, LOGGED_IN)
            .on(DESCRIBE, DESCRIPTION)
            .on(SUBMIT, ACCEPTED)
            .on(PROGRESS, PROCESSING, DONE);
    private Executor workers = Runnable::run;
    private JobOptions options = JobOptions.defaults();
    private final JobMetrics counts = new JobMetrics();
    private JobClient jobs;

    @AfterEach
    void nothingStaysInFlight() {
        assertThat(jobs.inFlight()).isZero();
    }

    @Test
    void aSubmitIsSentOnce_withThePromptUnderItsNameAndTheSessionKey() {
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        assertThat(submission).isCompletedWithValue(new Submission("chat", "JID1", null));
        assertThat(server.calls(SUBMIT))
                .singleElement()
                .satisfies(call -> assertThat(call.body())
                        .asString()
                        .isEqualTo(
                                "{\"text\":\"hello\",\"client_session_auth_key\":\"K1\",\"wait_for_result\":false}"));
    }

    @Test
    void aSubmitThatSurelyDidNotReachTheServerIsSentUpToThreeTimes() {
        Reply refused = FakeTransport.failure(Kind.NOT_CONNECTED, false);
        server.on(SUBMIT, refused, refused, ACCEPTED);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);
        assertThat(submission).isNotDone();

        scheduler.advance(Duration.ofSeconds(3));

        assertThat(submission).isCompleted();
        assertThat(server.calls(SUBMIT)).hasSize(3);
    }

    @Test
    void aServerThatStaysAwayIsNotAskedAFourthTime() {
        server.on(SUBMIT, FakeTransport.failure(Kind.NOT_CONNECTED, false));
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofMinutes(10));

        assertThat(failure(submission, ConnectionFailedException.class).isRequestSent())
                .isFalse();
        assertThat(server.calls(SUBMIT)).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"BROKEN", "TIMED_OUT"})
    void aSubmitThatMayHaveBeenAcceptedIsNeverSentAgain(Kind kind) {
        server.on(SUBMIT, FakeTransport.failure(kind, true), ACCEPTED);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofMinutes(10));

        assertThat(failure(submission, ConnectionFailedException.class).isRequestSent())
                .isTrue();
        assertThat(server.calls(SUBMIT)).hasSize(1);
    }

    @Test
    void aSubmitWhoseEndWasToldWhileItWaitedForALoginIsNotSent_itWouldMakeAJobThatNobodyKnowsOf() {
        CompletableFuture<TransportResponse> login = new CompletableFuture<>();
        server.on(LOGIN, FakeTransport.later(login));
        CompletableFuture<Submission> submission = jobs().submit(HELLO);
        jobs.release(id -> new ClientClosedException("closed", ErrorContext.of("chat", id)));
        failure(submission, ClientClosedException.class);

        login.complete(FakeTransport.response(200, "{\"client_session_auth_key\":\"K1\"}"));

        assertThat(server.calls(SUBMIT)).isEmpty();
    }

    @Test
    void aPollWhoseJobIsGivenUpWhileItWaitsForALoginIsNotSent_itMightTakeTheResultForNobody() {
        CompletableFuture<TransportResponse> login = new CompletableFuture<>();
        server.on(LOGIN, FakeTransport.later(login));
        CompletableFuture<JobResult> result = jobs().follow("JID1", Duration.ZERO, null);
        scheduler.advance(Duration.ofSeconds(1));
        jobs.abort(id -> new ClientClosedException("closed", ErrorContext.of("chat", id)));
        failure(result, ClientClosedException.class);

        login.complete(FakeTransport.response(200, "{\"client_session_auth_key\":\"K1\"}"));

        assertThat(server.calls(PROGRESS)).isEmpty();
    }

    @Test
    void aDescriptionThatCouldNotBeAskedForDelaysTheSubmitOnly() {
        Reply refused = FakeTransport.failure(Kind.NOT_CONNECTED, false);
        server.on(DESCRIBE, refused, refused, DESCRIPTION);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofSeconds(3));

        assertThat(submission).isCompleted();
        assertThat(server.calls(SUBMIT)).hasSize(1);
    }

    @Test
    void aLoginThatBrokeHasSentNoSubmit_soThatBothAreTriedAgain() {
        server.on(LOGIN, FakeTransport.failure(Kind.BROKEN, true), LOGGED_IN);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofSeconds(3));

        assertThat(submission).isCompleted();
        assertThat(server.calls(SUBMIT)).hasSize(1);
    }

    @Test
    void aFullQueueFailsASubmitAtOnceUnlessToldToWait() {
        server.on(SUBMIT, QUEUE_FULL);

        failure(jobs().submit(HELLO), QueueFullException.class);

        assertThat(server.calls(SUBMIT)).hasSize(1);
    }

    @Test
    void aFullQueueIsWaitedForWithGrowingPauses() {
        options = options.withQueueFullTimeout(Duration.ofMinutes(5));
        server.on(SUBMIT, QUEUE_FULL);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);
        List<Duration> pauses = new ArrayList<>();
        Duration last = Duration.ZERO;
        for (int i = 0; i < 12; i++) {
            assertThat(scheduler.advanceToNext()).isTrue();
            pauses.add(scheduler.elapsed().minus(last));
            last = scheduler.elapsed();
        }

        assertThat(pauses.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
        assertThat(pauses.get(1)).isBetween(Duration.ofMillis(500), Duration.ofMillis(1_000));
        assertThat(pauses.subList(4, 12))
                .allSatisfy(pause -> assertThat(pause).isBetween(Duration.ofMillis(2_500), Duration.ofMillis(5_000)));

        server.on(SUBMIT, ACCEPTED);
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(submission).isCompleted();
    }

    @Test
    void thePatienceWithAFullQueueEndsWithALastTryAtItsTimeout() {
        options = options.withQueueFullTimeout(Duration.ofSeconds(60));
        server.on(SUBMIT, QUEUE_FULL);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofMillis(59_999));
        assertThat(submission).isNotDone();
        scheduler.advance(Duration.ofMillis(1));

        failure(submission, QueueFullException.class);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aServerThatSaysHowLongToWaitIsObeyed() {
        options = options.withQueueFullTimeout(Duration.ofMinutes(5));
        server.on(SUBMIT, FakeTransport.retryAfter(429, "{}", Duration.ofSeconds(42)), ACCEPTED);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofMillis(41_999));
        assertThat(server.calls(SUBMIT)).hasSize(1);
        scheduler.advance(Duration.ofMillis(1));

        assertThat(submission).isCompleted();
    }

    @Test
    void aServerThatAsksForMoreTimeThanThereIsIsAskedOnceMoreAtTheEnd() {
        options = options.withQueueFullTimeout(Duration.ofSeconds(10));
        server.on(SUBMIT, FakeTransport.retryAfter(429, "{}", Duration.ofDays(10)));
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofSeconds(10));

        failure(submission, QueueFullException.class);
        assertThat(server.calls(SUBMIT)).hasSize(2);
    }

    @Test
    void theLongestPatienceIsNoOverflow() {
        options = options.withQueueFullTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                .withPollIntervals(Duration.ofMillis(300), Duration.ofSeconds(Long.MAX_VALUE));
        server.on(SUBMIT, QUEUE_FULL, QUEUE_FULL, ACCEPTED);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        scheduler.advance(Duration.ofMinutes(1));

        assertThat(submission).isCompleted();
    }

    @Test
    void theDescriptionIsReadOnce() {
        jobs().submit(HELLO);
        jobs.submit(HELLO);

        assertThat(server.calls(DESCRIBE)).hasSize(1);
        assertThat(server.calls(SUBMIT)).hasSize(2);
    }

    @Test
    void aDescriptionThatCouldNotBeReadIsAskedForAgainByTheNextJob() {
        server.on(DESCRIBE, FakeTransport.json(500, "{}"), DESCRIPTION);

        assertThat(jobs().submit(HELLO)).isCompletedExceptionally();
        assertThat(jobs.submit(HELLO)).isCompleted();

        assertThat(server.calls(DESCRIBE)).hasSize(2);
    }

    @Test
    void manySubmitsShareTheReadingOfTheDescription() {
        CompletableFuture<TransportResponse> description = new CompletableFuture<>();
        server.on(DESCRIBE, FakeTransport.later(description));
        List<CompletableFuture<Submission>> submissions =
                List.of(jobs().submit(HELLO), jobs.submit(HELLO), jobs.submit(HELLO));
        assertThat(jobs.inFlight()).isEqualTo(3);

        description.complete(FakeTransport.response(404, "{}"));

        assertThat(submissions).allSatisfy(each -> assertThat(each).isCompleted());
        assertThat(server.calls(DESCRIBE)).hasSize(1);
        assertThat(server.calls(SUBMIT).get(0).body()).asString().contains("\"prompt\":\"hello\"");
    }

    @Test
    void aRequestThatCannotBeWrittenAsJsonIsAnInvalidRequest() {
        Map<String, Object> endless = new LinkedHashMap<>();
        endless.put("itself", endless);

        failure(jobs().submit(HELLO.with("a", endless)), InvalidRequestException.class);
        failure(jobs.submit(HELLO.with("a", new Object())), InvalidRequestException.class);

        assertThat(server.calls(SUBMIT)).isEmpty();
    }

    @Test
    void anAbortEndsASubmitThatWaitsForTheQueue_andItIsNotSentAgain() {
        options = options.withQueueFullTimeout(Duration.ofMinutes(5));
        server.on(SUBMIT, QUEUE_FULL);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        jobs.abort(JobClientTest::closed);
        scheduler.advance(Duration.ofMinutes(10));

        failure(submission, ClientClosedException.class);
        assertThat(server.calls(SUBMIT)).hasSize(1);
    }

    @Test
    void anAbortEndsASubmitThatWaitsForItsResponse() {
        CompletableFuture<TransportResponse> response = new CompletableFuture<>();
        server.on(SUBMIT, FakeTransport.later(response));
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        jobs.abort(JobClientTest::closed);
        response.complete(FakeTransport.response(200, "{\"success\":true,\"job_id\":\"JID1\"}"));

        failure(submission, ClientClosedException.class);
    }

    @Test
    void anAbortDuringTheDescriptionSendsNoSubmit() {
        CompletableFuture<TransportResponse> description = new CompletableFuture<>();
        server.on(DESCRIBE, FakeTransport.later(description));
        CompletableFuture<Submission> submission = jobs().submit(HELLO);

        jobs.abort(JobClientTest::closed);

        failure(submission, ClientClosedException.class);
    }

    @Test
    void anAbortEndsWhatIsFollowed_andWhatComesAfterIt() {
        CompletableFuture<JobResult> followed = jobs().follow("JID1", Duration.ZERO, null);
        assertThat(jobs.inFlight()).isEqualTo(1);

        jobs.abort(JobClientTest::closed);

        assertThat(failure(followed, ClientClosedException.class).getJobId()).isEqualTo("JID1");
        failure(jobs.follow("JID2", Duration.ZERO, null), ClientClosedException.class);
        failure(jobs.submit(HELLO), ClientClosedException.class);
        failure(jobs.runHeld(HELLO), ClientClosedException.class);
        assertThat(scheduler.waiting()).isZero();
        assertThat(server.calls(SUBMIT)).isEmpty();
    }

    @Test
    void aFollowedJobEndsWithItsResult() {
        CompletableFuture<JobResult> result = jobs().follow("JID1", Duration.ZERO, progress -> {});

        scheduler.advance(Duration.ofSeconds(1));

        assertThat(result.join().text()).isEqualTo("Hi");
    }

    @Test
    void whoGivesUpAFollowedJobEndsItsPolls() {
        CompletableFuture<JobResult> result = jobs().follow("JID1", Duration.ZERO, null);

        result.cancel(true);
        assertThat(jobs.inFlight()).isZero();
        scheduler.advance(Duration.ofSeconds(1));

        assertThat(server.calls(PROGRESS)).isEmpty();
    }

    @Test
    void anExpiredSessionIsReplacedInTheMiddleOfAJob() {
        server.on(PROGRESS, FakeTransport.json(401, "{\"success\":false,\"error\":[\"expired\"]}"), RESULT_WITHOUT_ID)
                .on(LOGIN, LOGGED_IN, FakeTransport.json(200, "{\"client_session_auth_key\":\"K2\"}"));
        // an id that is unique by itself
        CompletableFuture<JobResult> result =
                jobs().follow("4b9c51ab-6770-442f-b25f-3358b1f4c6c9#1", Duration.ZERO, null);

        scheduler.advance(Duration.ofSeconds(1));

        assertThat(result).isCompleted();
        assertThat(server.calls(LOGIN)).hasSize(2);
        assertThat(server.calls(PROGRESS).get(1).body()).asString().contains("K2");
    }

    @Test
    void aLongResultIsReadHereWhereNoWorkerTakesIt() {
        workers = task -> {
            throw new RejectedExecutionException("all workers are busy");
        };
        server.on(
                PROGRESS,
                FakeTransport.json(
                        200,
                        "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"" + "long ".repeat(50_000)
                                + "\"}}"));
        CompletableFuture<JobResult> result = jobs().follow("JID1", Duration.ZERO, null);

        scheduler.advance(Duration.ofSeconds(1));

        assertThat(result.join().text()).hasSize(250_000);
    }

    @Test
    void aHeldSubmitBringsTheResultOnOneRequest() {
        server.on(SUBMIT, RESULT);

        JobResult result = jobs().runHeld(HELLO).join();

        assertThat(result.text()).isEqualTo("Hi");
        assertThat(result.computeDuration()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(server.calls(SUBMIT)).singleElement().satisfies(call -> {
            assertThat(call.body()).asString().contains("\"wait_for_result\":true");
            assertThat(call.timeout()).isEqualTo(options.jobTimeout());
        });
        assertThat(server.calls(PROGRESS)).isEmpty();
    }

    @Test
    void aHeldSubmitThatIsOnlyAcceptedIsFollowed() {
        CompletableFuture<JobResult> result = jobs().runHeld(HELLO);

        scheduler.advance(Duration.ofSeconds(1));

        assertThat(result.join().text()).isEqualTo("Hi");
        assertThat(server.calls(PROGRESS)).hasSize(2);
    }

    @Test
    void aHeldSubmitWithoutAResponseIsAJobTimeout() {
        server.on(SUBMIT, FakeTransport.silence(scheduler));
        CompletableFuture<JobResult> result = jobs().runHeld(HELLO);

        scheduler.advance(options.jobTimeout());

        failure(result, JobTimeoutException.class);
        assertThat(server.calls(SUBMIT)).hasSize(1);
    }

    @Test
    void aLoginForAHeldSubmitDoesNotMakeOthersWaitForAsLongAsAJob() {
        server.on(LOGIN, FakeTransport.silence(scheduler));
        CompletableFuture<JobResult> result = jobs().runHeld(HELLO);

        assertThat(server.calls(LOGIN))
                .singleElement()
                .satisfies(call -> assertThat(call.timeout()).isEqualTo(options.requestTimeout()));
        scheduler.advance(options.requestTimeout().multipliedBy(4));

        failure(result, ConnectionFailedException.class);
    }

    @Test
    void theServersOwnEndOfAHeldRequestIsAJobTimeout() {
        server.on(
                SUBMIT,
                FakeTransport.json(
                        503,
                        "{\"description\":\"Service Unavailable\",\"status\":503,\"message\":\"Response Timeout\"}"));

        failure(jobs().runHeld(HELLO), JobTimeoutException.class);
    }

    @Test
    void aLongComplaintOfAWorkerIsQuotedInPart() {
        String complaint = "Traceback: an-api-key ".repeat(10_000);
        server.on(
                SUBMIT,
                FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID1\",\"error\":\"" + complaint + "\"}"));

        JobFailedException failure = failure(jobs().runHeld(HELLO), JobFailedException.class);

        assertThat(failure.getWorkerMessage())
                .startsWith("Traceback: xxxxxx ")
                .endsWith("...")
                .hasSize(SecretRedactor.QUOTED_COMPLAINT + 3)
                .doesNotContain("an-api-key");
    }

    @Test
    void aHeldJobThatTheWorkerFailsIsAFailedJob() {
        server.on(SUBMIT, FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID1\",\"error\":\"no memory\"}"));

        failure(jobs().runHeld(HELLO), JobFailedException.class);
    }

    @Test
    void aJobIsCountedOnce_howeverOftenItsSubmitIsRepeated() {
        options = options.withQueueFullTimeout(Duration.ofMinutes(5));
        server.on(SUBMIT, QUEUE_FULL, FakeTransport.failure(Kind.NOT_CONNECTED, false), QUEUE_FULL, ACCEPTED);
        CompletableFuture<Submission> submission = jobs().submit(HELLO);
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(submission).isCompleted();
        assertThat(server.calls(SUBMIT)).hasSize(4);
        assertCounted(1, 0, 0);

        CompletableFuture<JobResult> result = jobs.follow("JID1", Duration.ZERO, null);
        assertCounted(1, 0, 0);
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(result).isCompleted();
        assertCounted(1, 1, 0);
    }

    @Test
    void aJobThatIsRefusedHasFailed() {
        server.on(SUBMIT, QUEUE_FULL);
        failure(jobs().submit(HELLO), QueueFullException.class);

        assertCounted(1, 0, 1);
    }

    @Test
    void aJobIsCompletedByTheResponseThatCarriesItsResult() {
        server.on(SUBMIT, FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID1\",\"text\":\"Hi\"}"));
        assertThat(jobs().submit(HELLO)).isCompleted();
        assertThat(jobs.runHeld(HELLO)).isCompleted();

        assertCounted(2, 2, 0);
    }

    @Test
    void aHeldJobThatIsFollowedIsOneJob() {
        CompletableFuture<JobResult> result = jobs().runHeld(HELLO);
        assertThat(jobs.inFlight()).isEqualTo(1);
        assertCounted(1, 0, 0);

        scheduler.advance(Duration.ofSeconds(1));

        assertThat(result).isCompleted();
        assertCounted(1, 1, 0);
    }

    @Test
    void aPollCountsWhenItTakesTheResult() {
        assertThat(jobs().poll("JID1")).isCompleted();
        assertCounted(0, 0, 0);
        assertThat(jobs.poll("JID1")).isCompleted();
        assertCounted(0, 1, 0);

        server.on(
                PROGRESS,
                FakeTransport.json(500, "{}"),
                FakeTransport.json(
                        200, "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"error\":\"no memory\"}}"));
        assertThat(jobs.poll("JID1")).isCompletedExceptionally();
        assertCounted(0, 1, 0);
        failure(jobs.poll("JID1"), JobFailedException.class);
        assertCounted(0, 1, 1);
    }

    /** Whoever reads the counts when a job has ended, finds it counted. */
    @Test
    void jobsThatAreGivenUpHaveFailed() {
        List<Long> failedWhenTold = new ArrayList<>();
        server.on(SUBMIT, FakeTransport.later(new CompletableFuture<>()));
        jobs().submit(HELLO).whenComplete((done, failure) -> failedWhenTold.add(counts.failed()));
        jobs.follow("JID1", Duration.ZERO, null).whenComplete((done, failure) -> failedWhenTold.add(counts.failed()));

        jobs.abort(JobClientTest::closed);

        assertCounted(1, 0, 2);
        assertThat(failedWhenTold).containsExactlyInAnyOrder(1L, 2L);
    }

    private void assertCounted(long submitted, long completed, long failed) {
        assertThat(List.of(counts.submitted(), counts.completed(), counts.failed()))
                .as("submitted, completed, failed")
                .containsExactly(submitted, completed, failed);
    }

    private JobClient jobs() {
        SecretRedactor secrets = new SecretRedactor("an-api-key");
        AipiApi calls = new AipiApi(
                new ApiConnection(URI.create("http://server"), server, workers, Clock.systemUTC()),
                new Credentials(null, "an-api-key"),
                "test",
                LoginMode.SHARED,
                new LoginModeCache(),
                new Session(scheduler, secrets),
                new AcceptedJobs());
        jobs = new JobClient(
                "chat",
                options,
                counts,
                new JobDurationHistory(),
                calls,
                new ServerPollLimiter(100, scheduler),
                scheduler);
        return jobs;
    }

    private static ClientClosedException closed(String jobId) {
        return new ClientClosedException("closed", ErrorContext.of("chat", jobId));
    }

    private static <T extends AipiException> T failure(CompletableFuture<?> future, Class<T> type) {
        assertThat(future).isCompletedExceptionally();
        Throwable failure = future.handle((value, problem) -> problem).join();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(type);
        return type.cast(cause);
    }
}

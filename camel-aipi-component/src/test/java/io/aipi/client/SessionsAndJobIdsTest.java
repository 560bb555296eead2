/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.job.FakeTransport;
import io.aipi.client.internal.job.NumberingServers;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.Submission;
import io.aipi.client.options.ConnectionOptions;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions, and the jobs that belong to them, with several endpoints, credentials and servers sharing resources. */
class SessionsAndJobIdsTest {

    private static final String ONE = "http://one:7777";
    private static final String TWO = "http://two:7777";
    private static final JobOptions OPTIONS =
            JobOptions.defaults().withPollFailureTimeout(Duration.ofSeconds(60)).withPromptParameter("prompt");

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final NumberingServers servers = new NumberingServers();
    private final NumberingServers.Server server = servers.at(ONE);
    private final ClientResources resources =
            new ClientResources(scheduler, Clock.systemUTC(), Runnable::run, options -> servers, () -> {});

    @AfterEach
    void closeAll() {
        resources.close();
    }

    private AipiClient client(String url, String key) {
        return AipiClient.builder()
                .serverUrl(url)
                .apiKey(key)
                .loginMode(LoginMode.ENDPOINT)
                .resources(resources)
                .build();
    }

    private ModelEndpoint endpoint(String name) {
        return client(ONE, "key-a").endpoint(name, OPTIONS);
    }

    private static Submission submit(ModelEndpoint endpoint, String prompt) {
        return endpoint.submit(AipiRequest.ofPrompt(prompt)).join();
    }

    private static CompletableFuture<JobResult> run(ModelEndpoint endpoint, String prompt) {
        return endpoint.run(AipiRequest.ofPrompt(prompt), null);
    }

    private static <T extends Throwable> T failure(Class<T> type, CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        Throwable failure = future.handle((value, problem) -> problem).join();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(type);
        return type.cast(cause);
    }

    private static JobLapsedException lapsed(CompletableFuture<?> job) {
        JobLapsedException lapsed = failure(JobLapsedException.class, job);
        assertThat(lapsed.getReason()).isEqualTo(JobLapsedException.Reason.UNKNOWN_TO_SERVER);
        assertThat(lapsed.isRetryable()).isTrue();
        return lapsed;
    }

    // ---- a session for each server, credentials and endpoint

    @Test
    @Tag("case-A3")
    void eachServer_credentialsAndEndpointHasASessionOfItsOwn() {
        AipiClient a = client(ONE, "key-a");
        ModelEndpoint first = a.endpoint("m", OPTIONS);
        List<ModelEndpoint> all = List.of(
                first,
                a.endpoint("n", OPTIONS),
                client(ONE, "key-b").endpoint("m", OPTIONS),
                client(TWO, "key-a").endpoint("m", OPTIONS),
                client(ONE, "key-a").endpoint("m", OPTIONS));
        servers.at(TWO);

        for (int round = 0; round < 4; round++) {
            all.forEach(endpoint -> assertThat(submit(endpoint, "x").jobId()).startsWith("JID"));
        }

        assertThat(server.count("login")).isEqualTo(3);
        assertThat(servers.at(TWO).count("login")).isEqualTo(1);
        assertThat(first.logins()).isEqualTo(1);
    }

    @Test
    @Tag("case-A5")
    @Tag("case-E7")
    void aLoginThatFailsReachesNobodyOfAnotherEndpoint_andTellsTheNamesThatThereAre() {
        server.lists = true;
        ModelEndpoint good = endpoint("m");
        CompletableFuture<JobResult> followed = run(good, "a");

        EndpointUnavailableException typo =
                failure(EndpointUnavailableException.class, endpoint("typo").submit(AipiRequest.ofPrompt("x")));
        CompletableFuture<JobResult> after = run(good, "b");
        server.finishAll();
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(typo).hasMessageContaining("it has m, n");
        assertThat(typo.isRetryable()).isFalse();
        assertThat(followed.join().text()).isEqualTo("for a");
        assertThat(after.join().text()).isEqualTo("for b");
    }

    @Test
    @Tag("case-A6")
    void whoWaitsForTheLoginOfAClientThatIsClosedGoesOn() {
        NumberingServers slow = servers.another().holdingLogins();
        ConnectionOptions other = new ConnectionOptions(
                Duration.ofSeconds(1), 1, ConnectionOptions.DEFAULT_MAX_RESPONSE_SIZE, null, null, null);
        ClientResources both = new ClientResources(
                scheduler,
                Clock.systemUTC(),
                Runnable::run,
                options -> options.equals(other) ? slow : servers,
                () -> {});
        AipiClient closing = AipiClient.builder()
                .serverUrl(ONE)
                .loginMode(LoginMode.ENDPOINT)
                .connectionOptions(other)
                .resources(both)
                .build();
        AipiClient staying = AipiClient.builder()
                .serverUrl(ONE)
                .loginMode(LoginMode.ENDPOINT)
                .resources(both)
                .build();
        CompletableFuture<Submission> lost = closing.endpoint("m", OPTIONS).submit(AipiRequest.ofPrompt("x"));
        ModelEndpoint endpoint = staying.endpoint("m", OPTIONS);
        CompletableFuture<JobResult> waiting = run(endpoint, "y");
        assertThat(endpoint.sessionState()).isEqualTo("logging in");

        closing.close();
        server.finishAll();
        scheduler.advance(Duration.ofSeconds(10));

        failure(ClientClosedException.class, lost);
        assertThat(waiting.join().text()).isEqualTo("for y");
        both.close();
    }

    // ---- logins that fail

    static Stream<FakeTransport.Reply> failingLogins() {
        return Stream.of(
                FakeTransport.json(200, "{\"success\":false,\"error\":\"authorization failed\"}"),
                FakeTransport.json(401, "{\"success\":false,\"error\":[\"Key not valid\"]}"),
                FakeTransport.json(402, "{\"success\":false,\"error\":[\"not allowed\"]}"),
                FakeTransport.json(400, "{\"success\":false,\"error\":[\"version: unknown\"]}"),
                FakeTransport.json(404, "{\"message\":\"Not Found\"}"),
                FakeTransport.json(413, "{}"),
                FakeTransport.json(500, "{\"message\":\"oops\"}"),
                FakeTransport.json(502, "<html>Bad Gateway</html>"),
                FakeTransport.json(200, "<html>Welcome</html>"),
                FakeTransport.failure(TransportException.Kind.BROKEN, true),
                FakeTransport.failure(TransportException.Kind.NOT_CONNECTED, false),
                FakeTransport.failure(TransportException.Kind.RESPONSE_TOO_LARGE, true));
    }

    @ParameterizedTest
    @MethodSource("failingLogins")
    @Tag("case-A5")
    @Tag("case-D10")
    @Tag("case-D11")
    void aThousandJobsOutlastALoginThatFails_whateverItFailsOf_andDoNotHammerTheServer(FakeTransport.Reply trouble) {
        server.uniqueIds = true;
        ModelEndpoint endpoint = endpoint("m");
        List<CompletableFuture<JobResult>> jobs = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            jobs.add(run(endpoint, "p" + i));
        }
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(server.count("login")).isEqualTo(1);

        server.expireSessions();
        server.loginTrouble = trouble;
        scheduler.advance(Duration.ofSeconds(40));
        assertThat(jobs).noneMatch(CompletableFuture::isDone);
        assertThat(server.count("login")).as("0.5, 1, 2, 4, 8 and 16 s apart").isBetween(2L, 8L);

        server.loginTrouble = null;
        server.finishAll();
        // the next login is due after at most 31.5 s in all
        scheduler.advance(Duration.ofSeconds(40));
        for (int i = 0; i < jobs.size(); i++) {
            assertThat(jobs.get(i).join().text()).isEqualTo("for p" + i);
        }
    }

    @Test
    @Tag("case-D10")
    void aServerThatTakesNoneOfItsOwnKeysIsNotHammeredEither() {
        server.uniqueIds = true;
        ModelEndpoint endpoint = endpoint("m");
        List<CompletableFuture<JobResult>> jobs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            jobs.add(run(endpoint, "p" + i));
        }
        scheduler.advance(Duration.ofSeconds(1));

        server.forgetsItsKeys = true;
        server.expireSessions();
        scheduler.advance(Duration.ofSeconds(40));
        assertThat(jobs).noneMatch(CompletableFuture::isDone);
        assertThat(server.count("login")).isBetween(2L, 9L);

        server.forgetsItsKeys = false;
        server.finishAll();
        scheduler.advance(Duration.ofSeconds(40));
        assertThat(jobs).allMatch(job -> !job.isCompletedExceptionally() && job.isDone());
    }

    @Test
    @Tag("case-A5")
    @Tag("case-D11")
    void pastThePollFailureTimeoutTheJobEndsWithTheReasonOfTheLogin() {
        server.uniqueIds = true;
        CompletableFuture<JobResult> job = run(endpoint("m"), "x");
        server.expireSessions();
        server.loginTrouble = FakeTransport.json(200, "{\"success\":false,\"error\":\"authorization failed\"}");

        scheduler.advance(Duration.ofSeconds(50));
        assertThat(job).isNotDone();
        scheduler.advance(Duration.ofSeconds(30));

        assertThat(failure(AuthenticationException.class, job)).hasMessageContaining("authorization failed");
    }

    @Test
    @Tag("case-D10")
    void whileLoginsFailASubmitFailsAtOnceWithTheReason() {
        server.loginTrouble = FakeTransport.json(500, "{\"message\":\"oops\"}");
        ModelEndpoint endpoint = endpoint("m");

        for (int i = 0; i < 100; i++) {
            assertThat(failure(EndpointUnavailableException.class, endpoint.submit(AipiRequest.ofPrompt("x"))))
                    .hasMessageContaining("oops");
        }

        assertThat(server.count("login")).isEqualTo(1);
        assertThat(endpoint.sessionState()).startsWith("login failed: ");
    }

    // ---- the session is lost in the middle of a job

    @Test
    @Tag("case-A8")
    void aJobWithAUniqueIdGoesOnAfterOneLogin() {
        server.uniqueIds = true;
        ModelEndpoint endpoint = endpoint("m");
        List<CompletableFuture<JobResult>> jobs = List.of(run(endpoint, "a"), run(endpoint, "b"), run(endpoint, "c"));
        scheduler.advance(Duration.ofSeconds(1));

        server.expireSessions();
        scheduler.advance(Duration.ofSeconds(10));
        server.finishAll();
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(jobs).extracting(job -> job.join().text()).containsExactly("for a", "for b", "for c");
        assertThat(server.count("login")).isEqualTo(2);
    }

    @Test
    @Tag("case-A8")
    void aJobWhoseIdIsGivenAgainIsLostWithItsSession() {
        CompletableFuture<JobResult> job = run(endpoint("m"), "a");
        scheduler.advance(Duration.ofSeconds(1));

        server.expireSessions();
        scheduler.advance(Duration.ofSeconds(5));

        assertThat(lapsed(job)).hasMessageContaining("lost the session");
        assertThat(server.count("login")).as("a new session would be of no use").isEqualTo(1);
    }

    @Test
    @Tag("case-A8")
    void itIsNotPolledWithANewSession_whoeverHasLoggedInMeanwhile() {
        JobOptions seldom = OPTIONS.withPollIntervals(Duration.ofSeconds(20), Duration.ofSeconds(20));
        CompletableFuture<JobResult> job =
                client(ONE, "key-a").endpoint("m", seldom).run(AipiRequest.ofPrompt("a"), null);
        submit(endpoint("n"), "another endpoint's");
        server.restart();
        // another process has submitted since, and got the id of the job
        server.lastJobsOfOthers(1);
        submit(endpoint("m"), "has logged in anew");
        server.finishAll();
        long polls = server.count("progress");

        scheduler.advance(Duration.ofSeconds(60));

        lapsed(job);
        assertThat(server.count("progress")).isEqualTo(polls);
    }

    @Test
    @Tag("case-A8")
    void aSubmittedJobThatIsFollowedLaterBelongsToItsSessionToo() {
        ModelEndpoint endpoint = endpoint("m");
        Submission accepted = submit(endpoint, "a");
        submit(endpoint, "b");
        server.restart();
        submit(endpoint, "c");
        submit(endpoint, "d");
        server.finishAll();

        CompletableFuture<JobResult> detached =
                endpoint.spi().follow(accepted, Duration.ofSeconds(3), null, Supplier::get);
        CompletableFuture<JobResult> ofTheLaterOne = endpoint.follow("JID1", null);
        scheduler.advance(Duration.ofSeconds(10));

        lapsed(detached);
        assertThat(ofTheLaterOne.join().text()).isEqualTo("for c");
    }

    @Test
    @Tag("case-A8")
    void anIdMeansTheLatestJobThatWasSubmittedHereAndGotIt() {
        ModelEndpoint endpoint = endpoint("m");
        submit(endpoint, "a");
        server.restart();
        submit(endpoint, "c");
        server.finishAll();

        assertThat(endpoint.poll("JID1").join().result().text()).isEqualTo("for c");
    }

    @Test
    @Tag("case-A8")
    void aPollOfAJobThatWasLostWithItsSessionIsNotAnsweredWithAForeignResult() {
        ModelEndpoint endpoint = endpoint("m");
        submit(endpoint, "a");
        submit(endpoint, "b");
        ClientResources elsewhere =
                new ClientResources(scheduler, Clock.systemUTC(), Runnable::run, options -> servers, () -> {});
        server.restart();
        ModelEndpoint foreign = AipiClient.builder()
                .serverUrl(ONE)
                .loginMode(LoginMode.ENDPOINT)
                .resources(elsewhere)
                .build()
                .endpoint("m", OPTIONS);
        submit(foreign, "foreign 1");
        submit(foreign, "foreign 2");
        submit(endpoint, "c");
        server.finishAll();

        lapsed(endpoint.poll("JID2"));
        CompletableFuture<JobResult> followed = endpoint.follow("JID1", null);
        scheduler.advance(Duration.ofSeconds(5));
        lapsed(followed);
        assertThat(foreign.poll("JID2").join().result().text()).isEqualTo("for foreign 2");
        elsewhere.close();
    }

    @Test
    @Tag("case-A8")
    void aRecoveredJobBelongsToTheSessionOfItsFirstPoll() {
        submit(endpoint("m"), "a");
        ClientResources next =
                new ClientResources(scheduler, Clock.systemUTC(), Runnable::run, options -> servers, () -> {});
        ModelEndpoint endpoint = AipiClient.builder()
                .serverUrl(ONE)
                .loginMode(LoginMode.ENDPOINT)
                .resources(next)
                .build()
                .endpoint("m", OPTIONS);
        CompletableFuture<JobResult> recovered = endpoint.follow("JID1", Duration.ofSeconds(5), null);
        scheduler.advance(Duration.ofSeconds(2));
        assertThat(recovered).isNotDone();

        server.restart();
        scheduler.advance(Duration.ofSeconds(10));

        lapsed(recovered);
        next.close();
    }

    @Test
    @Tag("case-A8")
    void aRouteThatIsStartedAnewFollowsItsJobsInTheirOwnSession() {
        AipiClient first = client(ONE, "key-a");
        Submission accepted = submit(first.endpoint("m", OPTIONS), "a");
        first.close();
        ModelEndpoint second = endpoint("m");
        submit(second, "b");

        CompletableFuture<JobResult> job = second.spi().follow(accepted, Duration.ofSeconds(1), null, Supplier::get);
        server.finishAll();
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(job.join().text()).isEqualTo("for a");
    }

    // ---- the job is unknown

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("case-A9")
    void aJobThatTheServerDoesNotKnowHasLapsed_whateverItSaysOfTheSession(boolean sessionIsKnown) {
        server.uniqueIds = true;
        ModelEndpoint endpoint = endpoint("m");
        CompletableFuture<JobResult> job = run(endpoint, "a");
        scheduler.advance(Duration.ofSeconds(1));
        server.restart();
        if (sessionIsKnown) {
            submit(endpoint, "b");
        }
        long logins = server.count("login");

        scheduler.advance(Duration.ofSeconds(5));

        assertThat(lapsed(job)).hasMessageContaining("does not know the job");
        assertThat(server.count("login")).isEqualTo(logins);
    }

    // ---- an id is given again

    @ParameterizedTest
    @ValueSource(strings = {"same client", "other credentials", "other endpoint"})
    @Tag("case-D1")
    void aSubmitThatIsAnsweredWithTheIdOfAFollowedJobEndsThatOne(String whose) {
        // such a server does not ask who polls: nothing but the id tells
        server.checksSessions = false;
        ModelEndpoint endpoint = endpoint("m");
        List<CompletableFuture<JobResult>> earlier = new ArrayList<>();
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<JobResult> job = run(endpoint, "earlier " + i);
            job.whenComplete((done, failure) -> order.add("earlier ended"));
            earlier.add(job);
        }
        scheduler.advance(Duration.ofSeconds(1));
        server.restart();

        ModelEndpoint other = switch (whose) {
            case "same client" -> endpoint;
            case "other credentials" -> client(ONE, "key-b").endpoint("m", OPTIONS);
            default -> endpoint("n");
        };
        List<CompletableFuture<JobResult>> later = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<Submission> submit = other.submit(AipiRequest.ofPrompt("later " + i));
            order.add("later accepted");
            later.add(other.follow(submit.join(), null));
        }
        server.finishAll();
        scheduler.advance(Duration.ofSeconds(30));

        earlier.forEach(job -> assertThat(lapsed(job).getJobId()).startsWith("JID"));
        for (int i = 0; i < 10; i++) {
            assertThat(later.get(i).join().text()).isEqualTo("for later " + i);
            assertThat(order.subList(2 * i, 2 * i + 2)).containsExactly("earlier ended", "later accepted");
        }
    }

    @Test
    @Tag("case-D1")
    void theSameIdAtAnotherServerIsAnotherJob() {
        CompletableFuture<JobResult> one = run(endpoint("m"), "a");
        servers.at(TWO);
        CompletableFuture<JobResult> two = run(client(TWO, "key-a").endpoint("m", OPTIONS), "b");
        server.finishAll();
        servers.at(TWO).finishAll();
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(one.join().text()).isEqualTo("for a");
        assertThat(two.join().text()).isEqualTo("for b");
    }

    @Test
    @Tag("case-D1")
    void aStoredJobWhoseIdIsFollowedForALaterOneIsGone() {
        ModelEndpoint endpoint = endpoint("m");
        CompletableFuture<JobResult> later = run(endpoint, "later");

        CompletableFuture<JobResult> recovered = endpoint.follow("JID1", Duration.ofMinutes(5), null);
        lapsed(recovered);
        server.finishAll();
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(later.join().text()).isEqualTo("for later");
    }

    // ---- states

    @ParameterizedTest
    @ValueSource(strings = {"canceled", "cancelled", "CANCELED", "failed"})
    @Tag("case-A10")
    void aCanceledJobHasFailedAtOnce(String word) {
        List<JobState> states = new ArrayList<>();
        CompletableFuture<JobResult> job =
                endpoint("m").run(AipiRequest.ofPrompt("x"), progress -> states.add(progress.state()));
        server.say(word);
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(failure(JobFailedException.class, job)).hasMessageContaining(word);
        assertThat(states).endsWith(JobState.FAILED);
    }

    @Test
    @Tag("case-A10")
    void anElapsedJobHasLapsed() {
        CompletableFuture<JobResult> job = run(endpoint("m"), "x");
        server.say("elapsed");
        scheduler.advance(Duration.ofSeconds(50));
        assertThat(job).as("a worker may bring it back").isNotDone();
        scheduler.advance(Duration.ofSeconds(30));

        assertThat(failure(JobLapsedException.class, job).getReason()).isEqualTo(JobLapsedException.Reason.LAPSED);
    }

    @Test
    @Tag("case-A10")
    void aWordThatNobodyKnowsIsNoEnd() {
        JobOptions short1 = OPTIONS.withTimeouts(Duration.ofSeconds(5), Duration.ofMinutes(5));
        CompletableFuture<JobResult> job =
                client(ONE, "key-a").endpoint("m", short1).run(AipiRequest.ofPrompt("x"), null);
        server.say("thinking");
        scheduler.advance(Duration.ofMinutes(6));

        assertThat(failure(JobTimeoutException.class, job)).hasMessageContaining("thinking");
    }

    @Test
    @Tag("case-A21")
    void aPollOfADoneJobWhoseResultIsGoneTellsThat() {
        ModelEndpoint endpoint = endpoint("m");
        submit(endpoint, "x");
        FakeTransport gone = new FakeTransport()
                .on(
                        "GET /m/login",
                        FakeTransport.json(200, "{\"success\":true,\"client_session_auth_key\":\"session-key\"}"))
                .on(
                        "POST /m/progress",
                        FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID1\",\"job_state\":\"done\"}"));

        ResultLostException lost = failure(ResultLostException.class, over(gone).poll("JID1"));

        assertThat(lost.getJobId()).isEqualTo("JID1");
    }

    // ---- names

    @Test
    @Tag("case-E7")
    void aSubmitToAnEndpointThatThereIsNotTellsTheNamesThatThereAre() {
        FakeTransport documented = new FakeTransport()
                .on("POST /login", FakeTransport.json(200, "{\"client_session_auth_key\":\"session-key\"}"))
                .on("GET /api/endpoints", FakeTransport.json(200, "{\"endpoints\":[\"llama2_chat\",\"sdxl\"]}"));
        ModelEndpoint typo = AipiClient.builder()
                .serverUrl(ONE)
                .resources(new ClientResources(
                        scheduler, Clock.systemUTC(), Runnable::run, options -> documented, () -> {}))
                .build()
                .endpoint("llama2_caht", OPTIONS);

        assertThat(failure(EndpointUnavailableException.class, typo.submit(AipiRequest.ofPrompt("x"))))
                .hasMessageContaining("it has llama2_chat, sdxl");
        assertThat(failure(EndpointUnavailableException.class, typo.runHeld(AipiRequest.ofPrompt("x"))))
                .hasMessageContaining("it has llama2_chat, sdxl");
    }

    @Test
    @Tag("case-E7")
    void whereThereIsNoListTheServersWordsAreTold() {
        assertThat(failure(EndpointUnavailableException.class, endpoint("typo").submit(AipiRequest.ofPrompt("x"))))
                .hasMessageContaining("has no such endpoint")
                .hasMessageContaining("check the endpoint's name and serverUrl");
    }

    // ---- a response of another job

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"success\":true,\"job_id\":\"JID2\",\"job_state\":\"done\",\"job_result\":{\"text\":\"of two\"}}",
                "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"job_id\":\"JID2\",\"text\":\"of two\"}}",
                "{\"success\":true,\"job_id\":\"JID2\",\"job_state\":\"canceled\"}",
                "{\"success\":true,\"job_id\":\"JID2\",\"job_state\":\"done\",\"job_result\":{\"error\":\"of two\"}}"
            })
    @Tag("case-D13")
    void whatIsToldOfAnotherJobIsNotTaken(String ofAnother) {
        FakeTransport mixedUp = new FakeTransport()
                .on(
                        "GET /m/login",
                        FakeTransport.json(200, "{\"success\":true,\"client_session_auth_key\":\"session-key\"}"))
                .on(
                        "POST /m/progress",
                        FakeTransport.json(200, ofAnother),
                        FakeTransport.json(
                                200,
                                "{\"success\":true,\"job_id\":\"JID1\",\"job_state\":\"done\",\"job_result\":{\"text\":\"of"
                                        + " one\",\"job_id\":\"JID1\"}}"));

        CompletableFuture<JobResult> job = over(mixedUp).follow("JID1", null);
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(job.join().text()).isEqualTo("of one");
        assertThat(mixedUp.calls("POST /m/progress")).hasSize(2);
    }

    private ModelEndpoint over(FakeTransport transport) {
        return AipiClient.builder()
                .serverUrl(ONE)
                .loginMode(LoginMode.ENDPOINT)
                .resources(new ClientResources(
                        scheduler, Clock.systemUTC(), Runnable::run, options -> transport, () -> {}))
                .build()
                .endpoint("m", OPTIONS);
    }
}

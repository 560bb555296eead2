/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.api.ApiConnection;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Submission;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.JobListener;
import io.aipi.client.spi.JobTimes;
import io.aipi.client.spi.VirtualScheduler;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Who listens hears of a job's life in order, and cannot change it. */
class JobListenerTest {

    private static final String SUBMIT = "POST /chat";
    private static final String PROGRESS = "POST /chat/progress";

    private final VirtualScheduler scheduler = new VirtualScheduler();
    private final FakeTransport server = new FakeTransport()
            .on("POST /login", FakeTransport.json(200, "{\"success\":true,\"client_session_auth_key\":\"K1\"}"))
            .on(
                    "GET /api/endpoints/chat",
                    FakeTransport.json(
                            200,
                            "{\"name\":\"chat\",\"parameter_description\":{\"input\":{\"text\":{\"type\":\"string\"}}}}"))
            .on(SUBMIT, FakeTransport.json(200, "{\"success\":true,\"job_id\":\"JID1\",\"ep_version\":1}"));
    private final List<String> heard = new ArrayList<>();
    private final List<JobTimes> times = new ArrayList<>();

    private final JobListener listener = new JobListener() {
        @Override
        public void onLogin(Duration took, Throwable failure) {
            heard.add("login " + (failure == null));
        }

        @Override
        public void onSubmit() {
            heard.add("submit");
        }

        @Override
        public void onAccepted(String jobId) {
            heard.add("accepted " + jobId);
        }

        @Override
        public void onProgress(JobProgress progress) {
            heard.add("progress " + progress.state().word());
        }

        @Override
        public void onDone(JobResult result, JobTimes of) {
            heard.add("done " + result.text());
            times.add(of);
        }

        @Override
        public void onFailed(Throwable failure, JobTimes of) {
            heard.add("failed " + failure.getClass().getSimpleName());
            times.add(of);
        }
    };

    private JobClient jobs(JobListener who) {
        AipiApi api = new AipiApi(
                        new ApiConnection(URI.create("http://server"), server, Runnable::run, Clock.systemUTC()),
                        new Credentials(null, "an-api-key"),
                        "test",
                        LoginMode.SHARED,
                        new LoginModeCache(),
                        new Session(scheduler, new SecretRedactor("an-api-key")),
                        new AcceptedJobs())
                .with(new Session(scheduler, new SecretRedactor("an-api-key")), SafeJobListener.of(who));
        return new JobClient(
                "chat",
                JobOptions.defaults(),
                who,
                new JobDurationHistory(),
                api,
                new ServerPollLimiter(100, scheduler),
                scheduler);
    }

    private CompletableFuture<JobResult> run(JobClient jobs) {
        CompletableFuture<Submission> accepted = jobs.submit(AipiRequest.ofPrompt("hello"));
        CompletableFuture<JobResult> result =
                accepted.thenCompose(job -> jobs.follow(job, Duration.ZERO, null, Supplier::get));
        scheduler.advance(Duration.ofMinutes(1));
        return result;
    }

    @Test
    void itHearsOfEachStepOnce_andOfTheTimes() {
        server.on(
                PROGRESS,
                FakeTransport.json(
                        200,
                        "{\"success\":true,\"job_state\":\"queued\",\"progress\":{\"progress\":0,\"queue_position\":1}}"),
                FakeTransport.json(
                        200,
                        "{\"success\":true,\"job_state\":\"processing\",\"progress\":{\"progress\":10,\"queue_position\":0}}"),
                FakeTransport.json(
                        200,
                        "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"Hi\",\"job_id\":\"JID1\","
                                + "\"total_duration\":0.3,\"compute_duration\":0.2}}"));

        assertThat(run(jobs(listener))).isCompleted();

        assertThat(heard)
                .containsExactly(
                        "submit", "login true", "accepted JID1", "progress queued", "progress processing", "done Hi");
        JobTimes told = times.get(0);
        assertThat(told.polls()).isEqualTo(3);
        assertThat(told.computed()).isEqualTo(Duration.ofMillis(200));
        assertThat(told.queued()).isEqualTo(Duration.ofMillis(100));
        // nothing but the polls takes time here
        assertThat(told.detectionDelay()).isEqualTo(told.whole().minusMillis(300));
    }

    @Test
    void aJobOfAnotherProcessHasNoDetectionDelay_whichWouldBeByTwoClocks() {
        server.on(
                PROGRESS,
                FakeTransport.json(
                        200,
                        "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"Hi\",\"job_id\":\"JID1\","
                                + "\"total_duration\":0.3,\"compute_duration\":0.2}}"));
        JobClient jobs = jobs(listener);

        jobs.follow("JID1", Duration.ofMinutes(3), null);
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(heard).containsExactly("login true", "done Hi");
        assertThat(times.get(0).detectionDelay()).isNull();
        assertThat(times.get(0).whole()).isNull();
    }

    @Test
    void itHearsOfAFailureOnce() {
        server.on(
                PROGRESS,
                FakeTransport.json(
                        200, "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"error\":\"Out of memory\"}}"));

        assertThat(run(jobs(listener))).isCompletedExceptionally();

        assertThat(heard).containsExactly("submit", "login true", "accepted JID1", "failed JobFailedException");
    }

    @Test
    void itHearsNothingAfterTheEnd() {
        JobClient jobs = jobs(listener);
        CompletableFuture<JobResult> result = jobs.submit(AipiRequest.ofPrompt("hello"))
                .thenCompose(job -> jobs.follow(job, Duration.ZERO, null, Supplier::get));

        result.cancel(false);
        jobs.abort(id -> new io.aipi.client.error.ClientClosedException(
                "closed", io.aipi.client.error.ErrorContext.of("chat", id)));
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(heard).last().isEqualTo("failed ClientClosedException");
        assertThat(heard).filteredOn(news -> news.startsWith("failed")).hasSize(1);
    }

    @Test
    void whatAListenerThrowsCostsNobodyAResult() {
        server.on(
                PROGRESS,
                FakeTransport.json(
                        200,
                        "{\"success\":true,\"job_state\":\"processing\",\"progress\":{\"progress\":10,\"queue_position\":0}}"),
                FakeTransport.json(
                        200,
                        "{\"success\":true,\"job_state\":\"done\",\"job_result\":{\"text\":\"Hi\",\"job_id\":\"JID1\"}}"));
        JobListener failing = new JobListener() {
            @Override
            public void onLogin(Duration took, Throwable failure) {
                throw new IllegalStateException("login");
            }

            @Override
            public void onSubmit() {
                throw new IllegalStateException("submit");
            }

            @Override
            public void onAccepted(String jobId) {
                throw new IllegalStateException("accepted");
            }

            @Override
            public void onProgress(JobProgress progress) {
                throw new StackOverflowError("progress");
            }

            @Override
            public void onDone(JobResult result, JobTimes of) {
                throw new IllegalStateException("done");
            }
        };

        assertThat(run(jobs(failing))).isCompletedWithValueMatching(result -> "Hi".equals(result.text()));
    }
}

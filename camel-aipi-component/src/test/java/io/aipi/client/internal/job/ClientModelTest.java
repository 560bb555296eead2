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
import io.aipi.client.error.ErrorContext;
import io.aipi.client.internal.api.AipiApi;
import io.aipi.client.internal.api.ApiConnection;
import io.aipi.client.internal.http.Transport;
import io.aipi.client.internal.http.TransportException;
import io.aipi.client.internal.http.TransportRequest;
import io.aipi.client.internal.http.TransportResponse;
import io.aipi.client.internal.poll.JobDurationHistory;
import io.aipi.client.internal.poll.ServerPollLimiter;
import io.aipi.client.internal.session.AcceptedJobs;
import io.aipi.client.internal.session.LoginModeCache;
import io.aipi.client.internal.session.Session;
import io.aipi.client.internal.wire.SecretRedactor;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.JobState;
import io.aipi.client.model.Submission;
import io.aipi.client.options.Credentials;
import io.aipi.client.options.JobOptions;
import io.aipi.client.options.LoginMode;
import io.aipi.client.spi.CompletionExceptions;
import io.aipi.client.spi.JobMetrics;
import io.aipi.client.spi.VirtualScheduler;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * The client, from the submit to the result, against a server and a network that do anything at any time that the protocol
 * allows: what must hold, holds after each step of each story, and when the time is over.
 */
@AddLifecycleHook(ModelChecks.class)
class ClientModelTest {

    private static final URI SERVER = URI.create("http://gpu:7777");
    private static final int LONGEST_STORY = 120;

    /** What can happen. One that stands here more than once happens more often. */
    private enum Step {
        NOTHING,
        SUBMIT,
        SUBMIT_HELD,
        ANSWER,
        ANSWER_ALL,
        ARRIVE,
        BREAK,
        BREAK_SENT,
        ERROR,
        DUPLICATE_END,
        EXPIRE_SESSIONS,
        RESTART_SERVER,
        REFUSE_LOGINS,
        FULL_QUEUE,
        WORK,
        FINISH,
        FAIL,
        LAPSE,
        NEXT_TASK,
        SHORT_TIME,
        LONG_TIME,
        RELEASE,
        CLOSE,
        FOLLOW_AGAIN
    }

    private static final List<Step> STEPS = ModelChecks.weighed(
            Step.values(), 1, 6, 1, 14, 8, 4, 2, 2, 4, 1, 1, 1, 1, 1, 5, 6, 1, 2, 14, 5, 2, 1, 1, 2);

    @Property(tries = 4_000, edgeCases = EdgeCasesMode.NONE)
    void nothingIsSubmittedTwice_lostOrLeftWaiting(@ForAll("stories") List<Integer> story) {
        new Story(story, transport -> transport).play();
    }

    @Property(tries = 120_000, edgeCases = EdgeCasesMode.NONE)
    @Tag("nightly")
    void inManyStories_nothingIsSubmittedTwice_lostOrLeftWaiting(@ForAll("stories") List<Integer> story) {
        new Story(story, transport -> transport).play();
    }

    @Provide
    Arbitrary<List<Integer>> stories() {
        return ModelChecks.stories(STEPS.size(), LONGEST_STORY);
    }

    /** The check itself is checked: with a transport that does what it must not, it does not take long to see that. */
    @Example
    void aTransportThatSendsASubmitAgainIsCaught() {
        assertCaught(
                "submit",
                server -> call -> call.path().equals("/chat")
                        ? server.send(call).exceptionallyCompose(lost -> server.send(call))
                        : server.send(call));
    }

    @Example
    void aTransportThatPollsTwiceIsCaught() {
        assertCaught("two polls of once", server -> call -> {
            CompletableFuture<TransportResponse> response = server.send(call);
            if (call.path().endsWith("/progress")) {
                response = server.send(call).applyToEither(response, first -> first);
            }
            return response;
        });
    }

    @Example
    void aTransportThatMixesUpResponsesIsCaught() {
        TransportResponse[] last = new TransportResponse[1];
        assertCaught(
                "result",
                server -> call -> server.send(call).thenApply(response -> {
                    TransportResponse other = last[0] != null && call.path().endsWith("/progress") ? last[0] : response;
                    last[0] = call.path().endsWith("/progress") ? response : null;
                    return other;
                }));
    }

    @Example
    void aTransportThatSaysOfASentSubmitThatItWasNotSentIsCaught() {
        assertCaught(
                "submit",
                server -> call -> server.send(call)
                        .exceptionallyCompose(lost -> CompletableFuture.failedFuture(
                                new TransportException(TransportException.Kind.NOT_CONNECTED, false, "a lie", null))));
    }

    private interface Sender {
        CompletableFuture<TransportResponse> send(TransportRequest call);
    }

    private static void assertCaught(String what, Function<Transport, Sender> broken) {
        Random random = new Random(1);
        for (int tries = 0; tries < 2_000; tries++) {
            List<Integer> story = random.ints(LONGEST_STORY, 0, STEPS.size() * ModelChecks.ARGUMENTS)
                    .boxed()
                    .toList();
            try {
                new Story(story, transport -> new Transport() {
                            private final Sender sender = broken.apply(transport);

                            @Override
                            public CompletableFuture<TransportResponse> send(TransportRequest call) {
                                return sender.send(call);
                            }

                            @Override
                            public void close() {
                                transport.close();
                            }
                        })
                        .play();
            } catch (AssertionError caught) {
                assertThat(caught).hasMessageContaining(what);
                return;
            }
        }
        throw new AssertionError("not caught");
    }

    /** A future of the client's, and what it may do. */
    private static final class Promise {

        private final String what;
        private final Duration bound;
        private CompletableFuture<?> future;
        private int ends;
        private Object value;
        private Throwable failure;
        private boolean isOver;

        Promise(String what, Duration bound) {
            this.what = what;
            this.bound = bound;
        }

        <T> CompletableFuture<T> made(CompletableFuture<T> promised, Consumer<T> then) {
            future = promised;
            promised.whenComplete((done, problem) -> {
                ends++;
                isOver = true;
                value = done;
                failure = problem;
                ModelChecks.note(
                        problem == null
                                ? done.getClass().getSimpleName()
                                : CompletionExceptions.unwrap(problem)
                                        .getClass()
                                        .getSimpleName());
                if (problem == null) {
                    then.accept(done);
                }
            });
            return promised;
        }

        boolean isOver() {
            return isOver || (future != null && future.isDone());
        }
    }

    /** One way that things can go. */
    private static final class Story {

        private final List<Integer> steps;
        private final VirtualScheduler scheduler = new VirtualScheduler();
        private final FaultyServer server;
        private final JobMetrics counts = new JobMetrics();
        private final JobDurationHistory times = new JobDurationHistory();
        private final List<JobClient> all = new ArrayList<>();
        private final JobClient[] endpoints = new JobClient[2];
        private final List<Promise> promises = new ArrayList<>();
        private final Set<String> taken = new HashSet<>();
        /** Which endpoint follows a job, or was the last to do so. */
        private final Map<String, JobClient> followers = new HashMap<>();

        private final AipiApi calls;
        private final JobOptions options;
        private int requests;
        private final boolean[] released = new boolean[2];

        Story(List<Integer> steps, Function<Transport, Transport> network) {
            this.steps = steps;
            // in every third story, ids mean nothing without the session
            server = new FaultyServer(scheduler, steps.isEmpty() || steps.get(0) % 3 != 0);
            int kind = steps.isEmpty() ? 0 : steps.get(0) % 4;
            JobOptions plain = JobOptions.defaults()
                    .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(60))
                    .withPollFailureTimeout(Duration.ofSeconds(20))
                    .withQueueFullTimeout(Duration.ofSeconds(10));
            options = switch (kind) {
                case 0 -> plain;
                case 1 ->
                    plain.withTimeouts(Duration.ofMillis(400), Duration.ofSeconds(3))
                            .withQueueFullTimeout(Duration.ZERO);
                case 2 -> plain.withPollFailureTimeout(Duration.ZERO);
                default -> plain.withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(8));
            };
            calls = new AipiApi(
                    new ApiConnection(SERVER, network.apply(server), Runnable::run, Clock.systemUTC()),
                    new Credentials(null, "api-key"),
                    "model check",
                    LoginMode.AUTO,
                    new LoginModeCache(),
                    new Session(scheduler, new SecretRedactor("api-key")),
                    new AcceptedJobs());
            open(0);
            open(1);
        }

        private void open(int slot) {
            endpoints[slot] = new JobClient(
                    "chat", options, counts, times, calls, new ServerPollLimiter(100, scheduler), scheduler);
            all.add(endpoints[slot]);
            released[slot] = false;
        }

        /** Mostly one that takes jobs. */
        private JobClient reopened(int which) {
            if (released[which % 2] && which % 16 < 12) {
                open(which % 2);
            }
            return endpoints[which % 2];
        }

        void play() {
            if (!steps.isEmpty() && steps.get(0) % 8 < 4) {
                begin();
            }
            for (int step : steps) {
                take(STEPS.get(step / ModelChecks.ARGUMENTS), step % ModelChecks.ARGUMENTS);
                check();
            }
            end(steps.isEmpty() ? 0 : steps.get(steps.size() - 1) % 4);
            ModelChecks.count(steps.size());
        }

        /** There is a session, and there are jobs: what comes then goes deeper than where all begins at nothing. */
        private void begin() {
            submit(endpoints[0], true);
            submit(endpoints[1], false);
            while (server.jobs().size() < 2) {
                List.copyOf(server.pending()).forEach(server::answer);
            }
        }

        private void take(Step step, int which) {
            List<FaultyServer.Call> pending = server.pending();
            FaultyServer.Call call = pending.isEmpty() ? null : pending.get(which % pending.size());
            FaultyServer.Job job = server.jobs().isEmpty()
                    ? null
                    : server.jobs().get(which % server.jobs().size());
            server.tell(step + " " + which);
            switch (step) {
                case NOTHING -> {}
                case SUBMIT -> submit(reopened(which), which % 4 < 2);
                case SUBMIT_HELD -> submitHeld(reopened(which));
                case REFUSE_LOGINS -> server.refuseLogins(which % 4 == 0);
                case FULL_QUEUE -> server.setFull(which % 2 == 0);
                case EXPIRE_SESSIONS -> server.expireSessions();
                case RESTART_SERVER -> server.restart();
                case DUPLICATE_END -> server.endAgain(which);
                case ANSWER_ALL -> List.copyOf(pending).forEach(server::answer);
                case NEXT_TASK -> scheduler.advanceToNext();
                case SHORT_TIME -> scheduler.advance(Duration.ofMillis(1L << (which % 10)));
                case LONG_TIME -> scheduler.advance(Duration.ofMillis(700L * (which + 1)));
                case RELEASE -> release(which % 2);
                case CLOSE -> {
                    endpoints[which % 2].abort(this::closed);
                    open(which % 2);
                }
                case ANSWER, ARRIVE, BREAK, BREAK_SENT, ERROR -> {
                    if (call != null) {
                        meet(step, call, which);
                    }
                }
                case WORK, FINISH, FAIL, LAPSE, FOLLOW_AGAIN -> {
                    if (job != null) {
                        change(step, job, which);
                    }
                }
            }
        }

        /** A poll that is under way is waited for: it may bring the result. */
        private void release(int slot) {
            List<String> polled = followers.entrySet().stream()
                    .filter(entry -> entry.getValue() == endpoints[slot])
                    .map(Map.Entry::getKey)
                    .filter(jobId -> server.isPolled(jobId) && !server.isOver(jobId))
                    .toList();
            released[slot] = true;
            endpoints[slot].release(this::closed);
            if (polled.stream().anyMatch(server::isOver)) {
                server.violation("a release has given up a poll that is under way: " + polled);
            }
        }

        private void meet(Step step, FaultyServer.Call call, int which) {
            switch (step) {
                case ANSWER -> server.answer(call);
                case ARRIVE -> server.arrive(call);
                case BREAK -> server.breakOff(call, false);
                case BREAK_SENT -> server.breakOff(call, true);
                default -> server.error(call, which);
            }
        }

        private void change(Step step, FaultyServer.Job job, int which) {
            switch (step) {
                case WORK -> server.work(job);
                case FINISH -> server.finish(job, true);
                case FAIL -> server.finish(job, false);
                case LAPSE -> server.lapse(job);
                default -> {
                    // one poller a job: an endpoint that was closed may have a poll under way
                    if (server.isLeft(job.id())) {
                        server.watchRecovery(job.id());
                        Submission recovered = new Submission("chat", job.id(), null);
                        follow(endpoints[which % 2], recovered, job.tag(), Duration.ofSeconds(which), which % 4 < 2);
                    }
                }
            }
        }

        private void submit(JobClient jobs, boolean listened) {
            String tag = "T" + ++requests;
            // three attempts of a description, a login on up to three routes, the submit, another login, another
            // submit,
            // and after each but the first the list of names
            Duration attempts = options.requestTimeout().multipliedBy(3 * 12).plusMillis(1_500);
            Promise promise = promise("the submit of " + tag, attempts.plus(options.queueFullTimeout()));
            server.watchRequest(tag, promise::isOver);
            promise.made(jobs.submit(AipiRequest.ofPrompt(tag)), accepted -> follow(jobs, accepted, tag, listened));
        }

        private void follow(JobClient jobs, Submission accepted, String tag, boolean listened) {
            if (accepted.result() == null) {
                follow(jobs, accepted, tag, Duration.ZERO, listened);
            } else {
                took(accepted.result(), tag);
            }
        }

        private void follow(JobClient jobs, Submission job, String tag, Duration elapsed, boolean listened) {
            String jobId = job.jobId();
            Duration left = options.jobTimeout().minus(elapsed);
            Duration lastPoll = elapsed.isZero() || options.requestTimeout().compareTo(Duration.ofSeconds(1)) < 0
                    ? Duration.ofSeconds(1)
                    : options.requestTimeout();
            // a poll that had to wait for a login may have gone out in the last moment: its response is waited for
            Duration longest = (left.isNegative() ? Duration.ZERO : left).plus(lastPoll.multipliedBy(2));
            Promise promise = promise("the following of " + jobId, longest);
            server.watchFollowing(jobId, promise::isOver);
            followers.put(jobId, jobs);
            Consumer<JobProgress> listener = !listened
                    ? null
                    : progress -> {
                        if (promise.isOver()) {
                            server.violation("progress after the end of " + jobId);
                        }
                        if (progress.state() == JobState.DONE && !server.wasDelivered(jobId)) {
                            server.violation("told to be done, which it is not: " + jobId);
                        }
                    };
            promise.made(jobs.follow(job, elapsed, listener, Supplier::get), result -> took(result, tag));
        }

        private void submitHeld(JobClient jobs) {
            String tag = "T" + ++requests;
            Duration attempts = options.requestTimeout()
                    .multipliedBy(3 * 10)
                    .plus(options.jobTimeout().multipliedBy(3 * 2));
            Promise promise = promise(
                    "the held submit of " + tag,
                    attempts.plus(options.queueFullTimeout()).plusMillis(1_500));
            server.watchRequest(tag, promise::isOver);
            promise.made(jobs.runHeld(AipiRequest.ofPrompt(tag)), result -> took(result, tag));
        }

        private Promise promise(String what, Duration longest) {
            Promise promise = new Promise(what, scheduler.elapsed().plus(longest));
            promises.add(promise);
            return promise;
        }

        private void took(JobResult result, String tag) {
            boolean rightly = server.jobs().stream()
                    .anyMatch(job -> job.tag().equals(tag)
                            && job.text().equals(result.text())
                            && job.isHandedOut()
                            && job.isDelivered());
            if (!rightly) {
                server.violation("a result for " + tag + " that the server has not given: " + result.text());
            }
            if (!taken.add(result.text())) {
                server.violation("a result that was taken twice: " + result.text());
            }
        }

        private void check() {
            Duration now = scheduler.elapsed();
            for (Promise promise : promises) {
                if (promise.isOver()) {
                    if (promise.ends != 1) {
                        server.violation(promise.what + " has ended " + promise.ends + " times");
                    }
                    if (promise.failure != null
                            && !(CompletionExceptions.unwrap(promise.failure) instanceof AipiException)) {
                        server.violation(promise.what + " has failed with " + promise.failure);
                    }
                } else if (now.compareTo(promise.bound) > 0) {
                    server.violation(promise.what + " has not ended by " + promise.bound.toMillis() + " ms");
                }
            }
            int inFlight = all.stream().mapToInt(JobClient::inFlight).sum();
            long open = promises.stream().filter(promise -> !promise.isOver()).count();
            if (inFlight != open) {
                server.violation(inFlight + " in flight, but " + open + " are waited for");
            }
            server.check();
        }

        /** The story is over: whatever the rest of the world does from here on, nothing is left. */
        private void end(int how) {
            server.tell("the end, of kind " + how);
            switch (how) {
                case 0 -> {
                    // nobody answers any more
                }
                case 1 -> {
                    server.refuseLogins(false);
                    server.setFull(false);
                    for (int i = 0; i < 300 && (!server.pending().isEmpty() || scheduler.waiting() > 0); i++) {
                        server.jobs().forEach(job -> server.finish(job, true));
                        if (List.copyOf(server.pending()).stream().noneMatch(server::answer)) {
                            scheduler.advanceToNext();
                        }
                        check();
                    }
                }
                case 2 -> {
                    all.forEach(jobs -> jobs.abort(this::closed));
                    if (promises.stream().anyMatch(promise -> !promise.isOver())) {
                        server.violation("a close has left something waiting");
                    }
                }
                default -> all.forEach(jobs -> jobs.release(this::closed));
            }
            check();
            for (int i = 0; i < 10_000 && scheduler.waiting() > 0; i++) {
                scheduler.advanceToNext();
                check();
            }
            if (scheduler.waiting() > 0) {
                server.violation("tasks are left that make new ones for ever");
            }
            for (Promise promise : promises) {
                if (!promise.isOver()) {
                    server.violation("left waiting for ever: " + promise.what);
                }
            }
            if (!server.pending().isEmpty()) {
                server.violation("calls are left: " + server.pending());
            }
            if (counts.submitted() > counts.completed() + counts.failed()) {
                server.violation("of " + counts.submitted() + " jobs submitted, " + counts.completed()
                        + " are counted as completed and " + counts.failed() + " as failed");
            }
            server.check();
        }

        private AipiException closed(String jobId) {
            return new ClientClosedException("closed", ErrorContext.of("chat", jobId));
        }
    }
}

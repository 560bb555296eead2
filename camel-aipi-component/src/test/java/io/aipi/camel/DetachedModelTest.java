/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.camel.internal.ElasticExecutor;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.camel.store.JobRepository;
import io.aipi.client.AipiClient;
import io.aipi.client.ClientResources;
import io.aipi.client.UtcClock;
import io.aipi.client.VirtualClientResources;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.ResultLostException;
import io.aipi.client.internal.job.FaultyServer;
import io.aipi.client.internal.job.ModelChecks;
import io.aipi.client.model.JobResult;
import io.aipi.client.spi.Scheduler;
import io.aipi.client.spi.VirtualScheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultShutdownStrategy;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;

/**
 * Detached jobs, from the submitting exchange to the removal of the outcome, with the real producer, consumer, registry and
 * store, on virtual time and without a thread: the server, the network, the repository and the route fail at any time, and
 * the process is killed at any time.
 */
@AddLifecycleHook(ModelChecks.class)
class DetachedModelTest {

    private static final int LONGEST_STORY = 120;
    private static final int MAXIMUM_REDELIVERIES = 1;

    /** What can happen. One that weighs more happens more often. */
    private enum Step {
        NOTHING,
        SUBMIT,
        SUBMIT_NAMED,
        ANSWER,
        ANSWER_ALL,
        ARRIVE,
        BREAK,
        BREAK_SENT,
        ERROR,
        EXPIRE_SESSIONS,
        RESTART_SERVER,
        WORK,
        FINISH,
        FAIL,
        LAPSE,
        RUN,
        RUN_ALL,
        GO_ON,
        ROUTE_SUCCEEDS,
        ROUTE_FAILS,
        REPOSITORY_AWAY,
        REPOSITORY_UNCLEAR,
        REPOSITORY_REFUSES_OUTCOMES,
        REPOSITORY_FORGETS,
        SUSPEND,
        STOP,
        KILL,
        NEXT_TASK,
        SHORT_TIME,
        LONG_TIME
    }

    private static final List<Step> STEPS = ModelChecks.weighed(
            Step.values(), 1, 6, 2, 10, 4, 2, 1, 1, 3, 1, 1, 3, 7, 1, 1, 10, 4, 6, 6, 3, 2, 1, 1, 1, 1, 1, 1, 9, 4, 2);

    private static DefaultCamelContext context;
    private static World present;

    @BeforeContainer
    static void startCamel() {
        context = new DefaultCamelContext();
        context.setShutdownStrategy(new DefaultShutdownStrategy(context) {
            /** Asked by a stop that waits for what is on its way: here is nobody else who would let it go on. */
            @Override
            public long getTimeout() {
                return present == null ? super.getTimeout() : present.letStopGoOn();
            }
        });
        context.start();
    }

    @AfterContainer
    static void stopCamel() {
        present = null;
        context.stop();
    }

    @Property(tries = 2_500, edgeCases = EdgeCasesMode.NONE)
    void everyAcceptedJobIsRouted_andRemovedOnlyThen(@ForAll("stories") List<Integer> story) {
        present = new World(story);
        present.play();
        present = null;
    }

    @Property(tries = 50_000, edgeCases = EdgeCasesMode.NONE)
    @Tag("nightly")
    void inManyStories_everyAcceptedJobIsRouted_andRemovedOnlyThen(@ForAll("stories") List<Integer> story) {
        everyAcceptedJobIsRouted_andRemovedOnlyThen(story);
    }

    @Provide
    Arbitrary<List<Integer>> stories() {
        return ModelChecks.stories(STEPS.size(), LONGEST_STORY);
    }

    /** An exchange that is on its way along the route. */
    private record Routed(String jobId, boolean isOutcome, Exchange exchange, AsyncCallback callback) {}

    /** What outlives a process: the server, the repository, the time. */
    private static final class World {

        private final List<Integer> steps;
        private final int kind;
        private final VirtualScheduler scheduler = new VirtualScheduler();
        private final FaultyServer server = new FaultyServer(scheduler);
        private final FaultyRepository repository = new FaultyRepository(new FaultyRepository.Watcher() {
            @Override
            public void removing(String jobId) {
                World.this.removing(jobId);
            }

            @Override
            public void replacing(String jobId) {
                // two of one name were sent at once: both are submitted, one is kept
                lost(jobId);
            }

            @Override
            public void erasing(String jobId) {
                if (!forgotten.contains(jobId)) {
                    server.violation("an outcome that was stored is erased: " + jobId);
                }
            }
        });
        private final List<Routed> routed = new ArrayList<>();
        /** Jobs whose submitting exchange has succeeded: they must be routed. */
        private final Set<String> promised = new HashSet<>();

        private final Set<String> succeeded = new HashSet<>();
        /** How often the outcome of a job was given to the route. */
        private final Map<String, Integer> deliveries = new HashMap<>();

        private final Set<String> removed = new HashSet<>();
        /** Jobs that the repository has lost. */
        private final Set<String> forgotten = new HashSet<>();
        /** Jobs whose result may be lost with a process that had it and had not stored it. */
        private final Set<String> maybeLost = new HashSet<>();

        private boolean hasRefusedOutcomes;
        private boolean suspended;
        private int unclear;
        private int requests;
        private int unanswered;
        private int asked;
        private Life process;

        World(List<Integer> steps) {
            this.steps = steps;
            this.kind = steps.isEmpty() ? 0 : steps.get(0);
            process = new Life(this);
        }

        void play() {
            try {
                if (kind % 8 < 6) {
                    begin();
                }
                for (int step : steps) {
                    take(STEPS.get(step / ModelChecks.ARGUMENTS), step % ModelChecks.ARGUMENTS);
                    server.check();
                }
                end();
            } catch (RuntimeException e) {
                server.violation("thrown: " + e);
                server.check();
            }
            ModelChecks.count(steps.size());
        }

        /** There are jobs: what comes then goes deeper than where all begins at nothing. */
        private void begin() {
            submit(null);
            submit("name 0");
            while (server.jobs().size() < 2 || process.waiting() > 0) {
                runAll();
                List.copyOf(server.pending()).forEach(server::answer);
            }
            if (promised.size() != 2) {
                server.violation("nothing is wrong, and of two jobs these are accepted: " + promised);
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
                case SUBMIT -> submit(null);
                case SUBMIT_NAMED -> submit("name " + which % 3);
                case ANSWER_ALL -> List.copyOf(pending).forEach(server::answer);
                case EXPIRE_SESSIONS -> server.expireSessions();
                case RESTART_SERVER -> server.restart();
                case RUN -> process.run(which);
                case RUN_ALL -> runAll();
                case GO_ON -> {
                    runAll();
                    List.copyOf(pending).forEach(server::answer);
                    runAll();
                    scheduler.advanceToNext();
                }
                case ROUTE_SUCCEEDS -> endRoute(which, true);
                case ROUTE_FAILS -> endRoute(which, false);
                case REPOSITORY_AWAY -> repository.setDown(!repository.isDown());
                case REPOSITORY_UNCLEAR -> {
                    repository.failAfterTheNext();
                    // what is refused three times is routed without being stored
                    hasRefusedOutcomes |= ++unclear > 2;
                }
                case REPOSITORY_REFUSES_OUTCOMES -> {
                    repository.refuseOutcomes(!repository.refusesOutcomes());
                    hasRefusedOutcomes = true;
                }
                case REPOSITORY_FORGETS -> forget(which);
                case SUSPEND -> suspend();
                case STOP -> restart();
                case KILL -> kill();
                case NEXT_TASK -> scheduler.advanceToNext();
                case SHORT_TIME -> scheduler.advance(Duration.ofMillis(1L << (which % 11)));
                case LONG_TIME -> scheduler.advance(Duration.ofMillis(900L * (which + 1)));
                case ANSWER, ARRIVE, BREAK, BREAK_SENT, ERROR -> {
                    if (call != null) {
                        meet(step, call, which);
                    }
                }
                case WORK, FINISH, FAIL, LAPSE -> {
                    if (job != null) {
                        change(step, job);
                    }
                }
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

        private void change(Step step, FaultyServer.Job job) {
            switch (step) {
                case WORK -> server.work(job);
                case FINISH -> server.finish(job, true);
                case FAIL -> server.finish(job, false);
                default -> server.lapse(job);
            }
        }

        // ---- what happens in the process

        private void submit(String name) {
            String tag = "T" + ++requests;
            Exchange exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(tag);
            exchange.getMessage().setHeader(AipiConstants.REQUEST_ID, name);
            Life submitting = process;
            boolean[] done = new boolean[1];
            unanswered++;
            submitting.producer.process(exchange, sync -> {
                if (submitting != process) {
                    return;
                }
                unanswered--;
                if (done[0]) {
                    server.violation("the submitting exchange of " + tag + " has ended twice");
                }
                done[0] = true;
                String jobId = exchange.getMessage().getHeader(AipiConstants.JOB_ID, String.class);
                server.tell(
                        "the submitting exchange of " + tag + " has ended: " + jobId + " " + exchange.getException());
                // of two of one name that are sent at once, the later one takes the earlier one's place
                if (exchange.getException() == null
                        && !forgotten.contains(jobId)
                        && (name == null || repository.jobIds().contains(jobId))) {
                    promised.add(jobId);
                    ModelChecks.note("accepted");
                }
            });
        }

        private void runAll() {
            while (process.run(0)) {
                // until there is nothing to do
            }
        }

        /** The route is given an exchange. */
        void route(Life by, Exchange exchange, AsyncCallback callback) {
            String jobId = exchange.getMessage().getHeader(AipiConstants.JOB_ID, String.class);
            boolean isOutcome = exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY) == null;
            server.tell("routed " + jobId + (isOutcome ? " outcome" : " progress"));
            if (by != process) {
                server.violation("a killed process routes");
            }
            if (routed.stream().anyMatch(other -> other.jobId().equals(jobId))) {
                server.violation("two exchanges of " + jobId + " at once");
            }
            if (removed.contains(jobId)) {
                server.violation("routed after its removal: " + jobId);
            }
            if (isOutcome) {
                if (!repository.hasOutcome(jobId) && !forgotten.contains(jobId) && !hasRefusedOutcomes) {
                    server.violation("routed before it was stored: " + jobId);
                }
                deliveries.merge(jobId, 1, Integer::sum);
                judge(jobId, exchange);
            }
            routed.add(new Routed(jobId, isOutcome, exchange, callback));
        }

        private void judge(String jobId, Exchange exchange) {
            FaultyServer.Job job = server.jobs().stream()
                    .filter(each -> each.id().equals(jobId))
                    .findFirst()
                    .orElseThrow();
            JobResult result = exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
            Exception failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Exception.class);
            if (result != null && !(job.text().equals(result.text()) && job.isDelivered())) {
                server.violation("a result that the server has not given: " + result.text());
            }
            if (result == null
                    && job.isDelivered()
                    && !maybeLost.contains(jobId)
                    && !forgotten.contains(jobId)
                    && !isGivenUp(jobId, failure)
                    && !(failure instanceof JobTimeoutException)) {
                server.violation("the result of " + jobId + " had come, but this is routed: " + failure);
            }
            ModelChecks.note(result == null ? "routed " + failure.getClass().getSimpleName() : "routed result");
            if (result == null && !job.tag().equals(exchange.getMessage().getBody(String.class))) {
                server.violation("a failure without the message that was submitted: " + jobId);
            }
        }

        /** Neither the repository nor the route took the result. This is one delivery more. */
        private boolean isGivenUp(String jobId, Exception failure) {
            return failure instanceof ResultLostException
                    && hasRefusedOutcomes
                    && deliveries.get(jobId) > MAXIMUM_REDELIVERIES + 1;
        }

        private boolean endRoute(int which, boolean well) {
            if (routed.isEmpty()) {
                return false;
            }
            Routed ending = routed.remove(which % routed.size());
            server.tell((well ? "succeeded " : "failed ") + ending.jobId());
            if (well && ending.isOutcome()) {
                succeeded.add(ending.jobId());
            } else if (!well) {
                ending.exchange().setException(new IllegalStateException("the route failed"));
            }
            ending.callback().done(false);
            return true;
        }

        private void removing(String jobId) {
            server.tell("removed " + jobId);
            if (!succeeded.contains(jobId)) {
                server.violation("removed before it was routed: " + jobId);
            }
            removed.add(jobId);
            ModelChecks.note("removed");
        }

        private void forget(int which) {
            String jobId = repository.forget(which);
            if (jobId != null) {
                lost(jobId);
            }
        }

        private void lost(String jobId) {
            forgotten.add(jobId);
            promised.remove(jobId);
        }

        private void suspend() {
            if (suspended) {
                process.consumer.resume();
            } else {
                process.consumer.suspend();
            }
            suspended = !suspended;
        }

        /** A stop and a start of the consumer. */
        private void restart() {
            asked = 0;
            process.consumer.stop();
            noteLosses();
            process.startConsumer();
            suspended = false;
        }

        /** While a stop waits: what is on its way comes to its end. */
        long letStopGoOn() {
            if (++asked > 1) {
                server.violation("a stop waits, and nothing is on its way");
                return 0;
            }
            while (process.run(0) || endRoute(0, true) || responseOne()) {
                // until there is nothing to do
            }
            return 60_000;
        }

        private boolean responseOne() {
            if (server.pending().isEmpty()) {
                return false;
            }
            server.answer(server.pending().get(0));
            return true;
        }

        private void kill() {
            process.kill();
            server.forgetClient();
            routed.clear();
            noteLosses();
            unanswered = 0;
            process = new Life(this);
            suspended = false;
        }

        private void noteLosses() {
            for (FaultyServer.Job job : server.jobs()) {
                if (job.isDelivered() && !repository.hasOutcome(job.id())) {
                    maybeLost.add(job.id());
                }
            }
        }

        /** Everything works from here on: what was promised is kept, and nothing is left. */
        private void end() {
            server.tell("the end");
            repository.recover();
            if (suspended) {
                suspend();
            }
            settle(Duration.ofMinutes(6));
            for (String jobId : promised) {
                // what the route has failed with too often is given up until the next start
                if (!succeeded.contains(jobId) && deliveries.getOrDefault(jobId, 0) <= MAXIMUM_REDELIVERIES) {
                    server.violation("accepted, and not routed without a new start: " + jobId);
                }
            }
            server.check();
            // what was given up for now gets another chance with a start
            restart();
            settle(Duration.ofMinutes(6));
            server.check();
            promised.removeAll(succeeded);
            if (!promised.isEmpty()) {
                server.violation("accepted and never routed: " + promised);
            }
            Set<String> left = repository.jobIds();
            if (!left.isEmpty()) {
                server.violation("left in the repository: " + left);
            }
            if (unanswered != 0) {
                server.violation(unanswered + " submitting exchanges were never answered");
            }
            if (process.consumer.getTrackedJobs() != 0 || process.consumer.getInflightExchanges() != 0) {
                server.violation(process.consumer.getTrackedJobs() + " jobs are held, "
                        + process.consumer.getInflightExchanges() + " exchanges in progress");
            }
            if (process.producing.getJobsInFlight() + process.consuming.getJobsInFlight() != 0) {
                server.violation("jobs are in flight");
            }
            if (process.producing.registry().size() != 0) {
                server.violation(
                        "jobs are tracked: " + process.producing.registry().size());
            }
            asked = 0;
            process.consumer.stop();
            process.producer.stop();
            if (!process.tasks.isEmpty()) {
                // a submit that waited for the next attempt finds out by itself that it is not wanted any more
                scheduler.advance(Duration.ofMinutes(5));
            }
            if (!process.tasks.isEmpty()
                    || process.waiting() != 0
                    || !server.pending().isEmpty()) {
                server.violation("left: " + process.tasks.size() + " tasks of the scheduler, " + process.waiting()
                        + " of threads, calls " + server.pending());
            }
            server.check();
        }

        private void settle(Duration most) {
            Duration end = scheduler.elapsed().plus(most);
            while (scheduler.elapsed().compareTo(end) < 0 && !isSettled()) {
                server.jobs().forEach(job -> server.finish(job, true));
                if (!process.run(0) && !endRoute(0, true) && !responseOne()) {
                    scheduler.advanceToNext();
                }
            }
        }

        private boolean isSettled() {
            return repository.jobIds().isEmpty()
                    && unanswered == 0
                    && process.consumer.getTrackedJobs() == 0
                    && process.waiting() == 0
                    && routed.isEmpty()
                    && server.pending().isEmpty();
        }
    }

    /** What a kill ends: the component with all its threads and timers. */
    private static final class Life {

        private final World world;
        private final Set<Object> tasks = new HashSet<>();
        private final SteppedExecutor workers = new SteppedExecutor(4);
        private final SteppedExecutor storeWorkers = new SteppedExecutor(4);
        private final SteppedExecutor progressWorkers = new SteppedExecutor(2);
        private SteppedExecutor consumerThreads = new SteppedExecutor(1);
        private final AipiEndpoint producing;
        private final AipiEndpoint consuming;
        private final AipiProducer producer;
        private final AipiConsumer consumer;
        private boolean killed;

        Life(World world) {
            this.world = world;
            AipiComponent component = new VirtualComponent(this);
            try {
                producing = endpoint(component, 0);
                consuming = endpoint(component, world.kind % 2 == 0 ? 0 : 2);
                producer = (AipiProducer) producing.createProducer();
                consumer = (AipiConsumer) consuming.createConsumer(new AsyncProcessorSupport() {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        world.route(Life.this, exchange, callback);
                        return false;
                    }
                });
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            producer.start();
            startConsumer();
        }

        private AipiEndpoint endpoint(AipiComponent component, int maxInFlight) {
            AipiConfiguration configuration = new AipiConfiguration();
            configuration.setServerUrl("http://gpu:7777");
            configuration.setLazyLogin(true);
            configuration.setWaitForResult(false);
            configuration.setJobRepository(new AggregationJobRepository(world.repository));
            configuration.setMaxInFlight(maxInFlight);
            configuration.setConcurrentConsumers(2);
            configuration.setConsumeProgress(world.kind % 4 < 2);
            configuration.setRequestTimeout(Duration.ofSeconds(5));
            configuration.setJobTimeout(Duration.ofMinutes(2));
            configuration.setPollFailureTimeout(Duration.ofSeconds(20));
            configuration.setMaximumRedeliveries(MAXIMUM_REDELIVERIES);
            configuration.setRedeliveryGracePeriod(Duration.ofSeconds(3));
            AipiEndpoint endpoint = new AipiEndpoint("aipi:chat", component, configuration);
            endpoint.setEndpointName("chat");
            endpoint.start();
            return endpoint;
        }

        void startConsumer() {
            consumer.start();
        }

        /** Runs one task of some thread; false if there is none. */
        boolean run(int which) {
            SteppedExecutor[] threads = {storeWorkers, workers, consumerThreads, progressWorkers};
            for (int i = 0; i < threads.length; i++) {
                if (threads[(which + i) % threads.length].step(which / threads.length)) {
                    return true;
                }
            }
            return false;
        }

        int waiting() {
            return storeWorkers.waiting() + workers.waiting() + consumerThreads.waiting() + progressWorkers.waiting();
        }

        Scheduler.Task schedule(Runnable task, Duration delay) {
            Object token = new Object();
            tasks.add(token);
            Scheduler.Task scheduled = world.scheduler.schedule(
                    () -> {
                        tasks.remove(token);
                        if (!killed) {
                            task.run();
                        }
                    },
                    delay);
            return () -> {
                tasks.remove(token);
                scheduled.cancel();
            };
        }

        void kill() {
            killed = true;
        }
    }

    /** The component with everything that takes time or a thread replaced. */
    private static final class VirtualComponent extends AipiComponent {

        private final Life process;
        private final ClientResources resources;
        private final Clock clock;

        VirtualComponent(Life process) {
            super(context);
            this.process = process;
            VirtualScheduler scheduler = process.world.scheduler;
            this.clock = new UtcClock() {
                @Override
                public Instant instant() {
                    return Instant.EPOCH.plus(scheduler.elapsed());
                }
            };
            this.resources = VirtualClientResources.of(
                    new Scheduler() {
                        @Override
                        public long nanoTime() {
                            return scheduler.nanoTime();
                        }

                        @Override
                        public Task schedule(Runnable task, Duration delay) {
                            return process.schedule(task, delay);
                        }
                    },
                    clock,
                    process.workers,
                    process.world.server);
        }

        @Override
        AipiClient createClient(AipiConfiguration options) {
            return AipiClient.builder()
                    .serverUrl(options.getServerUrl())
                    .resources(resources)
                    .build();
        }

        @Override
        ElasticExecutor exchangeThreads() {
            return elastic(process.workers);
        }

        @Override
        ElasticExecutor progressThreads() {
            return elastic(process.progressWorkers);
        }

        /** One that is no pool of threads is left as it is. */
        private ElasticExecutor elastic(SteppedExecutor threads) {
            return new ElasticExecutor(threads, 1, 1, (task, delay) -> {}, this::nanoTime);
        }

        @Override
        ExecutorService storeWorkers(JobRepository repository) {
            return process.storeWorkers;
        }

        @Override
        ExecutorService pool(String name, int size, int maxSize) {
            process.consumerThreads = new SteppedExecutor(size);
            return process.consumerThreads;
        }

        @Override
        Runnable schedule(Runnable task, Duration delay) {
            return process.schedule(task, delay)::cancel;
        }

        @Override
        Clock clock() {
            return clock;
        }

        @Override
        long nanoTime() {
            return process.world.scheduler.nanoTime();
        }
    }
}

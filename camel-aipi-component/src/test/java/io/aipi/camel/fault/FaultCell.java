/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.client.Runtimes;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.Daemon;
import io.aipi.testsupport.FaultProxy;
import io.aipi.testsupport.FaultProxy.Passage;
import io.aipi.testsupport.HttpMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** One exchange through a route, to a simulated server of its own, with one fault on its way. */
final class FaultCell implements FaultProxy.Director {

    private static final String ENDPOINT = "chat";

    /** How long connections are refused: less than the pause before a submit is tried again. */
    private static final Duration OUTAGE = Duration.ofMillis(300);

    /** The shortest that comes before a second try. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    /** What a machine that is busy with other things may take on top of all timeouts. */
    private static final Duration SLACK = Duration.ofSeconds(15);

    /** More than the pauses before a second try take together. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    /** Long enough for every call but the one that is hit, on a busy machine, too. */
    private static final Duration USED_UP = Duration.ofSeconds(5);

    /** No call takes as long, and no exchange that waits for nothing may: more than each {@link #allowed}. */
    private static final Duration NEVER = Duration.ofSeconds(60);

    private final Call call;
    private final Fault fault;
    private final boolean lasting;
    private final Generation generation;
    private final TestTls tls;
    private final JumpingClock clock = new JumpingClock();
    private final Map<Call, AtomicInteger> requests = new EnumMap<>(Call.class);
    /** When the call was made, each time. */
    private final List<Long> calls = new CopyOnWriteArrayList<>();

    private final AtomicInteger hits = new AtomicInteger();
    private final AtomicInteger connectionsToReset = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicReference<HttpMessage> kept = new AtomicReference<>();
    private final AtomicInteger workersToCome = new AtomicInteger();
    private AipiSimulator server;
    private FaultProxy proxy;

    /**
     * How an exchange ended, and what the server saw of it.
     *
     * @param submitsSent submits that came as far as the server's side, whether or not they reached the server
     * @param pause between the first two times that the call was made, null if it was made once
     */
    record Seen(
            Exception failure,
            String body,
            Object result,
            int callbacks,
            int stepsBehind,
            Duration took,
            Duration allowed,
            int hits,
            long jobsAccepted,
            int submitsSent,
            int tries,
            int requestsAtTheEnd,
            int requestsAfterwards,
            Duration pause,
            String outcome) {}

    /** {@code lasting}: the fault hits the call each time, not the first time only. */
    FaultCell(Call call, Fault fault, boolean lasting, Generation generation, TestTls tls) {
        this.call = call;
        this.fault = fault;
        this.lasting = lasting;
        this.generation = generation;
        this.tls = tls;
        for (Call each : Call.values()) {
            requests.put(each, new AtomicInteger());
        }
    }

    /** What the model answers. */
    String expectedBody() {
        return "You said: " + prompt();
    }

    private String prompt() {
        if (fault == Fault.WORKER_DEATH) {
            return "hello @sleep=0.1 @steps=4 @die";
        }
        return fault == Fault.SERVER_RESTART && call == Call.HELD ? "hello @sleep=60" : "hello";
    }

    Seen run() throws Exception {
        boolean worked = call != Call.POLL || fault == Fault.WORKER_DEATH;
        workersToCome.set(worked ? 0 : 1);
        server = AipiSimulator.builder()
                .generation(generation)
                .endpoint(SimulatedEndpoint.chat(ENDPOINT, generation == Generation.SERVED ? "text" : "prompt"))
                .workers(worked ? 1 : 0)
                .computeTime(Duration.ofMillis(10))
                .workerTimeout(Duration.ofMillis(fault == Fault.WORKER_DEATH ? 50 : 60_000))
                .responseTimeout(Duration.ofMillis(fault == Fault.WORKER_DEATH ? 500 : 60_000))
                .start();
        boolean encrypted = fault == Fault.RESET_BEFORE_REQUEST;
        try {
            proxy = FaultProxy.ofSingleRequests(server.port(), encrypted ? tls.forServer() : null, this);
            return exchanged(proxy.url());
        } finally {
            server.close();
            if (proxy != null) {
                proxy.close();
            }
        }
    }

    private Seen exchanged(String url) throws Exception {
        AtomicInteger callbacks = new AtomicInteger();
        AtomicInteger stepsBehind = new AtomicInteger();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        DefaultCamelContext context = new DefaultCamelContext();
        Exchange exchange;
        Duration took;
        try {
            context.addComponent("aipi", component(url));
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in")
                            .errorHandler(noErrorHandler())
                            .to(uri())
                            .process(after -> stepsBehind.incrementAndGet());
                }
            });
            context.start();
            Endpoint in = context.getEndpoint("direct:in");
            AsyncProducer producer = in.createAsyncProducer();
            producer.start();
            exchange = in.createExchange();
            exchange.getMessage().setBody(prompt());
            long begin = System.nanoTime();
            producer.process(exchange, synchronously -> {
                callbacks.incrementAndGet();
                ended.complete(requestsSoFar());
            });
            // the end counts, not whether it came in time: that is asserted with the rest
            awaitQuietly(ended, allowed().multipliedBy(2));
            took = Duration.ofNanos(System.nanoTime() - begin);
        } finally {
            context.stop();
        }
        Exception failure = exchange.getException();
        return new Seen(
                failure,
                exchange.getMessage().getBody(String.class),
                exchange.getProperty(AipiConstants.RESULT_PROPERTY),
                callbacks.get(),
                stepsBehind.get(),
                took,
                allowed(),
                hits.get(),
                server.stats().submits(),
                requests.get(Call.SUBMIT).get() + requests.get(Call.HELD).get(),
                tries(),
                ended.getNow(-1),
                requestsSoFar(),
                calls.size() < 2 ? null : Duration.ofNanos(calls.get(1) - calls.get(0)),
                outcome(failure, took));
    }

    private static void awaitQuietly(CompletableFuture<?> future, Duration patience) throws Exception {
        try {
            future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            // seen by the number of callbacks
        }
    }

    private int requestsSoFar() {
        return requests.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private AipiComponent component(String url) throws Exception {
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(url);
        if (fault == Fault.RESET_BEFORE_REQUEST) {
            component.getConfiguration().setSslContextParameters(tls.forClient());
        }
        if (fault.isClockJump()) {
            // the component makes its runtime itself, with the system's clock
            Field runtime = AipiComponent.class.getDeclaredField("resources");
            runtime.setAccessible(true);
            runtime.set(component, Runtimes.withClock(clock));
        }
        return component;
    }

    private String uri() {
        return "aipi:" + ENDPOINT + "?lazyLogin=true&maxResponseSize=65536&pollInterval=20ms&maxPollInterval=100ms"
                + "&requestTimeout=" + requestTimeout().toMillis()
                + "&jobTimeout=" + jobTimeout().toMillis()
                + "&pollFailureTimeout=" + pollFailureTimeout().toMillis()
                + "&queueFullTimeout=" + queueFullTimeout().toMillis()
                + "&holdConnection=" + (call == Call.HELD);
    }

    private Duration requestTimeout() {
        // where no fault of its own ends a call, its timeout should not either
        return fault.takesTimeout() ? USED_UP : NEVER;
    }

    private Duration jobTimeout() {
        // who is asked to wait for ever waits for that long
        boolean waits = lasting && call.isPoll() && fault == Fault.STATUS_429;
        return (call == Call.HELD && fault.takesTimeout()) || waits ? USED_UP : NEVER;
    }

    private Duration pollFailureTimeout() {
        // where nothing lasts, it must not be over before the next poll, however slow this machine is
        return lasting ? patience() : fault == Fault.WORKER_DEATH ? SHORT : Duration.ofSeconds(20);
    }

    private Duration queueFullTimeout() {
        if (fault != Fault.STATUS_429) {
            return Duration.ZERO;
        }
        // it counts from before the login: the first refusal must come early enough for a whole pause after it
        return lasting && !call.isPoll() ? Duration.ofSeconds(8) : Duration.ofSeconds(20);
    }

    private Duration patience() {
        return Duration.ofMillis(fault == Fault.STATUS_429 ? 1500 : 600);
    }

    /** How long the exchange may take: what its timeouts allow where the fault uses them up, much less otherwise. */
    private Duration allowed() {
        if (!fault.takesTimeout()) {
            Duration waiting =
                    call.isPoll() ? pollFailureTimeout() : queueFullTimeout().plus(patience());
            return (lasting || fault == Fault.WORKER_DEATH ? waiting : SHORT).plus(SLACK);
        }
        return call == Call.HELD
                ? jobTimeout().plus(SLACK)
                // three tries with their pauses at most, or polls until the recovery timeout and the last of them
                : requestTimeout().multipliedBy(3).plusMillis(1500).plus(SHORT).plus(SLACK);
    }

    @Override
    public FaultProxy.Moment resetsConnection() {
        boolean resets = lasting
                ? connectionsToReset.get() > 0
                : connectionsToReset.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (resets) {
            hits.incrementAndGet();
        }
        return resets ? FaultProxy.Moment.AT_FIRST_BYTE : FaultProxy.Moment.NEVER;
    }

    @Override
    public void direct(Passage passage) throws IOException {
        Call asked = callOf(passage.request());
        if (asked != null) {
            requests.get(asked).incrementAndGet();
        }
        if (asked == call) {
            calls.add(System.nanoTime());
        }
        if (asked == Call.POLL && hits.get() > 0 && !lasting) {
            // a job that is polled the first time is never done, however slow this machine is
            server.startWorkers(ENDPOINT, workersToCome.getAndSet(0));
        }
        if (asked == call && !fault.precedesRequest() && isHit()) {
            fault.act.on(passage, this);
            return;
        }
        HttpMessage again = asked != null && asked.isPoll() ? kept.get() : null;
        HttpMessage response = again != null ? again : passage.forward();
        passed(asked, passage.request(), response);
        passage.respond(response);
    }

    private boolean isHit() {
        return hits.getAndIncrement() == 0 || lasting;
    }

    /** Which call of the protocol a request is; null for others, such as a login on the route that this server lacks. */
    private Call callOf(HttpMessage request) {
        String path = request.path();
        if (path.endsWith("/progress")) {
            return call == Call.RESULT ? Call.RESULT : Call.POLL;
        }
        if (path.equals("/" + ENDPOINT)) {
            return request.text().contains("\"wait_for_result\":true") ? Call.HELD : Call.SUBMIT;
        }
        return path.equals(generation == Generation.SERVED ? "/" + ENDPOINT + "/login" : "/login") ? Call.LOGIN : null;
    }

    private void passed(Call asked, HttpMessage request, HttpMessage response) throws IOException {
        if (asked == Call.LOGIN && response.status() == 200) {
            logins.incrementAndGet();
        }
        if (asked == Call.SUBMIT && call == Call.RESULT) {
            await().until(() -> server.stats().jobsDone() > 0);
        }
        boolean next = switch (call) {
            case LOGIN -> request.path().startsWith("/api/endpoints");
            case SUBMIT, HELD -> asked == Call.LOGIN && response.status() == 200;
            case POLL, RESULT -> asked == Call.SUBMIT && response.status() == 200;
        };
        if (next && hits.get() == 0) {
            beforeTheCall();
        }
    }

    private void beforeTheCall() throws IOException {
        if (fault == Fault.CONNECTION_REFUSED) {
            hits.incrementAndGet();
            proxy.refuse();
            if (!lasting) {
                CompletableFuture.delayedExecutor(
                                OUTAGE.toMillis(), TimeUnit.MILLISECONDS, task -> Daemon.start("fault-cell", task))
                        .execute(this::listenAgain);
            }
        } else if (fault == Fault.RESET_BEFORE_REQUEST) {
            connectionsToReset.set(1);
        }
    }

    private void listenAgain() {
        try {
            proxy.listenAgain();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next poll gets this. */
    void keep(HttpMessage response) {
        kept.set(response);
    }

    void jump(Duration by) {
        clock.jump(by);
    }

    /** Now, or as soon as the request is held. */
    void restartServer() {
        if (call == Call.HELD) {
            Daemon.start("fault-cell", () -> {
                await().until(() -> server.stats().heldSubmits() > 0);
                server.restart();
            });
        } else {
            server.restart();
        }
    }

    /** In the words of the table. */
    private String outcome(Exception failure, Duration took) {
        String how = logins.get() > 1 ? ", after a new login" : isRepeated(took) ? ", " + again() : "";
        return (failure == null ? "result" : "`" + failure.getClass().getSimpleName() + "`" + detail(failure)) + how;
    }

    private boolean isRepeated(Duration took) {
        if (fault == Fault.CONNECTION_REFUSED && lasting) {
            // nobody sees who is refused; but without a second try it would be over at once
            return took.compareTo(FIRST_PAUSE) >= 0;
        }
        return tries() > 1 && !fault.isHarmless();
    }

    /** As far as they came to the proxy. */
    private int tries() {
        return requests.get(call).get() + (fault.precedesRequest() ? hits.get() : 0);
    }

    private String again() {
        return call.isPoll() ? "polled again" : "tried again";
    }

    private static String detail(Exception failure) {
        if (failure instanceof ConnectionFailedException lost) {
            return lost.isRequestSent() ? " (sent)" : " (not sent)";
        }
        return failure instanceof JobLapsedException lapsed ? " (" + lapsed.getReason() + ")" : "";
    }
}

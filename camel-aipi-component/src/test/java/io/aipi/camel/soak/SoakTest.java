/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConfiguration;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.ComponentThreads;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.FaultProxy;
import io.aipi.testsupport.Nightly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hundreds of jobs in flight for a while, through a network that fails now and then and a server that is restarted every few
 * seconds: each job ends exactly once, with its own result or an error with a name, and when all is over, memory, threads
 * and connections are what they were. 10 seconds of load, in the nightly build 5 minutes; {@code -Dsoak=15m} asks for more,
 * {@code -Dsoak=off} for none.
 */
@Tag("soak")
@DisabledIfSystemProperty(named = "soak", matches = "off")
@Timeout(value = 13, unit = TimeUnit.HOURS)
class SoakTest {

    /** Pools of workers grow to their bounds when they need to, and not beyond. */
    private static final int THREAD_GROWTH = 10;

    private static final Logger LOG = LoggerFactory.getLogger(SoakTest.class);
    private static final int WAITING_JOBS = 500;
    private static final int DETACHED_JOBS = 100;
    /** Twice at least in the shortest load: once with an outage. */
    private static final Duration RESTARTED_EVERY = Duration.ofSeconds(Nightly.times(4, 20));

    private static final Duration OUTAGE = Duration.ofSeconds(2);
    private static final int FAULTS_PER_MILLE = 10;

    /** As the real server closes connections that are idle. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    /** What the measuring itself, compiled code's data and caches of Camel may add. */
    private static final long HEAP_GROWTH = 8L << 20;

    private static final int SOCKET_GROWTH = 4;

    /** For what comes soon, but on threads of others. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Set<Thread> threadsOfOthers = ComponentThreads.live();
    private AipiSimulator server = server();
    private final RandomFaults faults = new RandomFaults();
    private FaultProxy proxy;
    private DefaultCamelContext context;
    private Load waiting;
    private Load detached;
    private int restarts;

    /** What is held when nothing is in flight. */
    private record Held(long heap, int threads, int componentThreads, int sockets, int connections) {

        @Override
        public String toString() {
            return String.format(
                    "heap %.1f MiB, %d threads (%d of the component), %d sockets, %d connections of the component",
                    heap / 1048576.0, threads, componentThreads, sockets, connections);
        }
    }

    @Test
    void eachJobEndsOnceAsItsOwn_andNothingIsLeft() throws Exception {
        Duration load = load();
        ExecutorService feeders = Executors.newFixedThreadPool(4);
        ScheduledExecutorService time = Executors.newSingleThreadScheduledExecutor();
        proxy = FaultProxy.keepingConnections(server.port(), IDLE, faults);
        try {
            startContext(feeders);
            Held start = held();
            report("at the start: %s", start);
            run(Duration.ofSeconds(5), "0.5", time);
            Held before = settled(start, Long.MAX_VALUE);
            report("before: %s", before);
            faults.perMille(FAULTS_PER_MILLE);
            time.scheduleAtFixedRate(
                    () -> restart(time), RESTARTED_EVERY.toMillis(), RESTARTED_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            long requests = faults.requests();
            run(load, "", time);
            // an outage under way is ended
            time.shutdown();
            assertThat(time.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            report(
                    "%s of load, %d requests, %d faults %s, %d restarts",
                    load, faults.requests() - requests, faults.faultsDone(), faults.faults(), restarts);
            report("%s", waiting);
            report("%s", detached);
            faults.perMille(0);
            replaceServer();
            Held after = settled(start, before.heap() + HEAP_GROWTH);
            report("after: %s", after);

            for (Load each : new Load[] {waiting, detached}) {
                assertThat(each.lost()).as("jobs lost, %s", each).isZero();
                assertThat(each.duplicates()).as("duplicates, %s", each).isZero();
                assertThat(each.foreign()).as("results of others, %s", each).isZero();
                assertThat(each.untyped()).as("errors without a name, %s", each).isZero();
                assertThat(each.answered()).as("%s", each).isPositive();
            }
            assertThat(faults.faultsDone()).isPositive();
            assertThat(restarts).isGreaterThanOrEqualTo((int) ((load.toMillis() - 1) / RESTARTED_EVERY.toMillis()));
            assertThat(after.heap()).as("heap").isLessThan(before.heap() + HEAP_GROWTH);
            // one that has nothing to do ends, after some time
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(componentThreads())
                            .as("threads of the component")
                            .hasSizeLessThanOrEqualTo(before.componentThreads() + THREAD_GROWTH));
            context.stop();
            // a thread that was told to end needs a moment until it has
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(componentThreads())
                            .as("threads after the stop")
                            .isEmpty());
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(proxy.connections())
                            .as("connections after the stop")
                            .isZero());
        } finally {
            time.shutdownNow();
            if (context != null) {
                context.stop();
            }
            feeders.shutdownNow();
            proxy.close();
            server.close();
        }
    }

    private static Duration load() {
        String asked = System.getProperty("soak", Nightly.times(10, 300) + "s");
        return Duration.parse("PT" + asked);
    }

    private void startContext(ExecutorService feeders) throws Exception {
        context = new DefaultCamelContext();
        AipiComponent component = new AipiComponent();
        AipiConfiguration options = component.getConfiguration();
        options.setServerUrl(proxy.url());
        options.setApiKey("soak-key");
        options.setPollInterval(Duration.ofMillis(500));
        options.setMaxPollInterval(Duration.ofSeconds(2));
        options.setRequestTimeout(Duration.ofSeconds(3));
        options.setJobTimeout(Duration.ofMinutes(1));
        options.setPollFailureTimeout(Duration.ofSeconds(10));
        context.addComponent("aipi", component);
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                // thousands of failures are expected: they are counted, not logged
                errorHandler(defaultErrorHandler().retriesExhaustedLogLevel(LoggingLevel.OFF));
                from("direct:waiting").to("aipi:chat");
                from("direct:detached").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
                from("aipi:chat?jobRepository=#jobs&concurrentConsumers=2").process(SoakTest.this::consumed);
            }
        });
        context.start();
        waiting = new Load("waiting", context.getEndpoint("direct:waiting"), feeders, true);
        detached = new Load("detached", context.getEndpoint("direct:detached"), feeders, false);
    }

    private void consumed(Exchange exchange) {
        int number = exchange.getMessage().getHeader(Load.NUMBER, Integer.class);
        boolean failed = "failed".equals(exchange.getMessage().getHeader(AipiConstants.JOB_STATE));
        Throwable failure = failed ? exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class) : null;
        detached.end(number, failure, exchange.getMessage().getBody(String.class));
    }

    /** Keeps all in flight for a time, and waits for the last of them. */
    private void run(Duration load, String computing, ScheduledExecutorService time) {
        waiting.begin(WAITING_JOBS, computing);
        detached.begin(DETACHED_JOBS, computing);
        var end = time.schedule(
                () -> {
                    waiting.endFeeding();
                    detached.endFeeding();
                },
                load.toMillis(),
                TimeUnit.MILLISECONDS);
        await().pollInterval(Duration.ofMillis(100))
                .atMost(load.plusMinutes(3))
                .until(() -> end.isDone() && waiting.inFlight() == 0 && detached.inFlight() == 0);
    }

    /** In turn without and with an outage in which connections are refused. */
    private void restart(ScheduledExecutorService time) {
        restarts++;
        if (restarts % 2 == 1) {
            replaceServer();
            return;
        }
        refuseConnections();
        time.schedule(
                () -> {
                    replaceServer();
                    takeConnections();
                },
                OUTAGE.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void refuseConnections() {
        try {
            proxy.refuse();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        proxy.dropConnections();
    }

    private void takeConnections() {
        try {
            proxy.listenAgain();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new one, which knows nothing of the old one's jobs and sessions; and nothing of the old one is kept. */
    private void replaceServer() {
        AipiSimulator old = server;
        server = server();
        proxy.serve(server.port());
        old.close();
    }

    private static AipiSimulator server() {
        return AipiSimulator.builder()
                .apiKey("soak-key")
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .workers(WAITING_JOBS + DETACHED_JOBS)
                .start();
    }

    /**
     * What is held once idle connections are closed, and what the threads of a server that was replaced still have in their
     * hands is let go, for which they are given time: the last poll, if that was not enough.
     */
    private Held settled(Held start, long mostHeap) {
        long begin = System.nanoTime();
        AtomicReference<Held> last = new AtomicReference<>();
        await().pollInterval(Duration.ofMillis(200))
                .atMost(PATIENCE.multipliedBy(2))
                .until(() -> {
                    boolean late = System.nanoTime() - begin > PATIENCE.toNanos();
                    if (!late && sockets() > start.sockets() + SOCKET_GROWTH) {
                        return false;
                    }
                    last.set(held());
                    return late
                            || (last.get().heap() < mostHeap
                                    && last.get().sockets() <= start.sockets() + SOCKET_GROWTH);
                });
        assertThat(last.get().sockets()).as("sockets").isLessThanOrEqualTo(start.sockets() + SOCKET_GROWTH);
        return last.get();
    }

    private Held held() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return new Held(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                Thread.activeCount(),
                componentThreads().size(),
                sockets(),
                proxy.connections());
    }

    /** Without those of the tests before this one in the same process. */
    private List<String> componentThreads() {
        return ComponentThreads.namesWithout(threadsOfOthers);
    }

    /** Sockets of this process; 0 where the system does not tell. */
    private static int sockets() {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        int sockets = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
            for (Path descriptor : all) {
                sockets += isSocket(descriptor) ? 1 : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sockets;
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** For who reads the build's log, and the test's. */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation is no dependency of ours
    private static void report(String format, Object... values) {
        String line = String.format(format, values);
        LOG.info(line);
        System.out.println("[soak] " + line);
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI;
import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI_HELD;
import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI_STREAM;
import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI_TELEMETRY;
import static io.aipi.camel.benchmarks.plan.ClientKind.CAMEL_HTTP_HELD;
import static io.aipi.camel.benchmarks.plan.ClientKind.CAMEL_HTTP_POLL;
import static io.aipi.camel.benchmarks.plan.ClientKind.CAMEL_JDBC_H2;
import static io.aipi.camel.benchmarks.plan.ClientKind.CAMEL_JDBC_POSTGRESQL;
import static io.aipi.camel.benchmarks.plan.ClientKind.HTTPCOMPONENTS;
import static io.aipi.camel.benchmarks.plan.ClientKind.HTTPCOMPONENTS_HELD;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDBC_H2;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDBC_POSTGRESQL;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDK;
import static io.aipi.camel.benchmarks.plan.ClientKind.MEMORY;
import static io.aipi.camel.benchmarks.plan.Reporting.NOTHING;
import static io.aipi.camel.benchmarks.plan.Reporting.PERCENT;
import static io.aipi.camel.benchmarks.plan.Reporting.TOKENS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What a whole run does.
 *
 * @param name full or smoke
 * @param scenarios the scenarios, in the order in which they run
 * @param startUps how often each of the two programs of the start-up case is started
 */
public record Plan(String name, List<Scenario> scenarios, int startUps) {

    /** What the ids of the scenarios of the curve of polls and delays begin with. */
    public static final String CURVE = "curve-";

    /** What the ids of the scenarios that are done without and with meters and spans begin with. */
    public static final String TELEMETRY = "telemetry-";

    /** Processor time of two runs differs by more than meters and spans may cost: the mean of some is compared. */
    private static final int TELEMETRY_RUNS = 3;

    /** The intervals of the curve of polls and delays. */
    private static final int[] CURVE_MILLIS = {100, 200, 300, 500, 1000, 2000};

    /** One more for those with a fixed interval, so that their curve reaches as far as the component's. */
    private static final int CURVE_END_MILLIS = 4000;

    /** Enough for the JVM's second compiler, in the scenarios that tell what a job costs. */
    private static final int RUN_IN = 20_000;

    /**
     * Jobs measured in these scenarios. With 3,000 of them a third of the processor time is still the compiler's, and
     * another third each time.
     */
    private static final int MANY_JOBS = 15_000;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Who is compared where jobs are waited for. */
    private static final ClientKind[] ALL = {
        AIPI, AIPI_HELD, CAMEL_HTTP_POLL, CAMEL_HTTP_HELD, HTTPCOMPONENTS, HTTPCOMPONENTS_HELD, JDK
    };

    /** Who is compared at many jobs in flight. */
    private static final ClientKind[] MANY = {AIPI, HTTPCOMPONENTS, CAMEL_HTTP_POLL, JDK};

    /** Who is compared where only polls and delays matter. */
    private static final ClientKind[] POLLING = {AIPI, JDK};

    /** Who is compared where jobs are in a database. */
    private static final ClientKind[] DATABASES = {JDBC_POSTGRESQL, JDBC_H2, CAMEL_JDBC_POSTGRESQL, CAMEL_JDBC_H2};

    /** Who is compared where jobs are detached. */
    private static final ClientKind[] DETACHED = {MEMORY, JDBC_POSTGRESQL, JDBC_H2, CAMEL_JDBC_POSTGRESQL, CAMEL_JDBC_H2
    };

    /** As many jobs of a client that does some hundred a second take as long as the others' jobs. */
    private static final int SLOW_JOBS = 2_000;

    /** Copies the list. */
    public Plan {
        scenarios = List.copyOf(scenarios);
    }

    /**
     * A plan by its name.
     *
     * @param name full or smoke
     * @return the plan
     * @throws IllegalArgumentException if there is none
     */
    public static Plan named(String name) {
        return switch (name) {
            case "full" -> full();
            case "smoke" -> smoke();
            default -> throw new IllegalArgumentException("No plan " + name + ", only full and smoke");
        };
    }

    /**
     * A case by its id.
     *
     * @param id its id
     * @return the scenario
     * @throws IllegalArgumentException if there is none
     */
    public Scenario get(String id) {
        return scenarios.stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No case " + id + " in the plan " + name));
    }

    private static Plan full() {
        List<Scenario> scenarios = new ArrayList<>();
        scenarios.addAll(shortJobs());
        scenarios.addAll(jobsOfSeconds());
        scenarios.addAll(scale());
        scenarios.addAll(twoServers());
        scenarios.addAll(unevenJobs());
        scenarios.addAll(longJobs());
        scenarios.addAll(detachedJobs());
        scenarios.add(streams());
        scenarios.addAll(telemetry());
        return new Plan("full", scenarios, 9);
    }

    private static List<Scenario> shortJobs() {
        Work work = Work.small(TOKENS, ComputeTimes.about(0.05));
        return List.of(
                new Scenario("short-1", work, 1, 60, 600, AIPI, HTTPCOMPONENTS, JDK),
                new Scenario("short-100", work, 100, 4000, 2000, ALL));
    }

    private static List<Scenario> jobsOfSeconds() {
        ComputeTimes twoSeconds = ComputeTimes.about(2);
        ComputeTimes fiveSeconds = ComputeTimes.about(5);
        Work pictures = Work.small(PERCENT, ComputeTimes.about(4)).withImages(4, 1024);
        return List.of(
                new Scenario("percent-2s", Work.small(PERCENT, twoSeconds), 100, 500, 200, ALL),
                new Scenario(
                                "tokens-2s",
                                Work.small(TOKENS, twoSeconds).withText(1_000),
                                1000,
                                MANY_JOBS,
                                2000,
                                AIPI,
                                AIPI_HELD,
                                HTTPCOMPONENTS,
                                CAMEL_HTTP_POLL,
                                JDK)
                        .runIn(RUN_IN),
                new Scenario("text-100k", Work.small(TOKENS, twoSeconds).withText(100_000), 100, 400, 200, MANY),
                new Scenario("images", pictures, 20, 60, 20, AIPI, HTTPCOMPONENTS, JDK),
                new Scenario("tokens-5s", Work.small(TOKENS, fiveSeconds), 100, 300, 100, POLLING).together(2),
                new Scenario("silent-5s", Work.small(NOTHING, fiveSeconds), 100, 300, 100, POLLING).together(2));
    }

    /**
     * The same 500 jobs a second with ever more of them in flight. So that it is these that the cost depends on, each job
     * takes exactly its time and no poll comes just because the longest wait is over: all have as many polls.
     */
    private static List<Scenario> scale() {
        return List.of(
                new Scenario("scale-100", Work.small(TOKENS, ComputeTimes.exactly(0.2)), 100, MANY_JOBS, 2000, MANY)
                        .runIn(RUN_IN)
                        .withHeap(),
                new Scenario("scale-1000", Work.small(TOKENS, ComputeTimes.exactly(2)), 1000, MANY_JOBS, 2000, MANY)
                        .runIn(RUN_IN)
                        .withHeap(),
                new Scenario(
                                "scale-10000",
                                Work.small(TOKENS, ComputeTimes.exactly(20)),
                                10_000,
                                10_000,
                                2000,
                                AIPI,
                                HTTPCOMPONENTS)
                        .runIn(RUN_IN)
                        .waitingUpTo(MINUTE)
                        .withHeap(),
                new Scenario(
                                "scale-100000",
                                Work.small(TOKENS, ComputeTimes.exactly(100)),
                                100_000,
                                100_000,
                                2000,
                                AIPI)
                        .runIn(RUN_IN)
                        .waitingUpTo(MINUTE.multipliedBy(4))
                        .withHeap());
    }

    /** One server's trouble costs another one's jobs nothing. */
    private static List<Scenario> twoServers() {
        Work work = Work.small(TOKENS, ComputeTimes.about(2));
        return List.of(
                new Scenario("alone", work, 100, 1000, 400, AIPI),
                new Scenario("beside-frozen", work, 100, 1000, 400, AIPI).besideFrozen(1_000));
    }

    private static List<Scenario> unevenJobs() {
        ComputeTimes uneven = ComputeTimes.heavyTailed();
        List<Scenario> scenarios = new ArrayList<>();
        for (Reporting reporting : Reporting.values()) {
            String id = "heavy-" + reporting.name().toLowerCase(Locale.ROOT);
            scenarios.add(new Scenario(id, Work.small(reporting, uneven), 100, 500, 300, POLLING).together(2));
        }
        Work tail = Work.small(NOTHING, ComputeTimes.veryHeavyTailed());
        for (int interval : CURVE_MILLIS) {
            scenarios.add(new Scenario(CURVE + interval, tail, 200, 1600, 400, POLLING)
                    .every(Duration.ofMillis(interval))
                    .together(2));
        }
        scenarios.add(new Scenario(CURVE + CURVE_END_MILLIS, tail, 200, 1600, 400, JDK)
                .every(Duration.ofMillis(CURVE_END_MILLIS))
                .together(2));
        return scenarios;
    }

    private static List<Scenario> longJobs() {
        ComputeTimes minute = ComputeTimes.about(60);
        return List.of(
                new Scenario("queued", Work.small(TOKENS, ComputeTimes.about(1)), 600, 600, 40, POLLING)
                        .queuedFor(8)
                        .together(2),
                new Scenario("minute-percent", Work.small(PERCENT, minute), 100, 100, 20, POLLING).together(4),
                new Scenario("minute-tokens", Work.small(TOKENS, minute), 100, 100, 20, POLLING).together(4));
    }

    /** Jobs that take next to no time, so that what is measured is the keeping of jobs. */
    private static List<Scenario> detachedJobs() {
        Work work = Work.small(NOTHING, ComputeTimes.exactly(0.001));
        return List.of(
                new Scenario("detached-20000", work, 1000, 20_000, 2000, DETACHED)
                        .runIn(RUN_IN)
                        .detached(SLOW_JOBS),
                new Scenario("detached-20000-ids", work, 1000, 20_000, 2000, DETACHED)
                        .runIn(RUN_IN)
                        .detachedWithIds(SLOW_JOBS),
                new Scenario("backlog-100000", work, 1000, 20_000, 0, DATABASES).backlog(100_000, SLOW_JOBS));
    }

    /** The component polls them every 300 ms. */
    private static Scenario streams() {
        Work work = Work.small(TOKENS, ComputeTimes.about(5)).withText(1_000);
        return new Scenario("stream-500", work, 500, 2_000, 500, AIPI_STREAM)
                .every(Scenario.USUAL_INTERVAL.multipliedBy(3));
    }

    /**
     * The same jobs without and with meters and spans, alternately. As many as are measured warm up: after 2,000 the compiler
     * still takes a third of the processor time, and it has more to do with meters and spans.
     */
    private static List<Scenario> telemetry() {
        Work work = Work.small(TOKENS, ComputeTimes.about(2)).withText(1_000);
        return IntStream.rangeClosed(1, TELEMETRY_RUNS)
                .mapToObj(run -> new Scenario(TELEMETRY + run, work, 1000, MANY_JOBS, MANY_JOBS, AIPI, AIPI_TELEMETRY)
                        .runIn(RUN_IN))
                .toList();
    }

    /** A little of everything, in less than a minute. */
    private static Plan smoke() {
        Work chat = Work.small(TOKENS, ComputeTimes.about(0.1));
        Work image = Work.small(PERCENT, ComputeTimes.about(0.2));
        Work silent = Work.small(NOTHING, ComputeTimes.about(0.15));
        return new Plan(
                "smoke",
                List.of(
                        new Scenario("chat", chat, 4, 8, 4, ALL).withHeap().together(4),
                        new Scenario("image", image, 2, 4, 2, AIPI, HTTPCOMPONENTS, JDK).together(4),
                        new Scenario("queued", chat, 6, 6, 2, AIPI).queuedFor(2).together(4),
                        new Scenario(CURVE + 50, silent, 4, 8, 4, POLLING)
                                .every(Duration.ofMillis(50))
                                .together(4),
                        new Scenario(CURVE + 200, silent, 4, 8, 4, JDK)
                                .every(Duration.ofMillis(200))
                                .together(4),
                        new Scenario("beside-frozen", chat, 4, 8, 4, AIPI)
                                .besideFrozen(20)
                                .together(4),
                        new Scenario("stream", chat.withText(1_000), 4, 8, 4, AIPI_STREAM).together(4),
                        new Scenario(TELEMETRY + 1, chat, 20, 40, 20, AIPI, AIPI_TELEMETRY).together(4),
                        new Scenario("detached", silent, 20, 100, 20, MEMORY, JDBC_H2)
                                .detached(20)
                                .together(4),
                        new Scenario("backlog", silent, 20, 60, 0, JDBC_H2)
                                .backlog(100, 20)
                                .together(4)),
                1);
    }
}

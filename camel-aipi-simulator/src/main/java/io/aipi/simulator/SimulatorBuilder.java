/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.JobSpec;
import io.aipi.simulator.job.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Collects the settings of a simulator and starts it. The defaults are those of the recorded server.
 *
 * <p>A simulator takes its settings at its start: whatever is set later is for the next one. Not to be used by several
 * threads at once.
 */
public final class SimulatorBuilder {

    final Map<String, ModelEndpoint> endpoints = new LinkedHashMap<>();
    final Map<String, Set<String>> keys = new HashMap<>();
    final Set<String> users = new HashSet<>();
    final Map<String, Integer> workers = new HashMap<>();
    private final Map<String, Duration> computeTime = new HashMap<>();
    String host = "127.0.0.1";
    int port;
    Generation generation = Generation.SERVED;
    int usualWorkers = 1;
    private Duration usualComputeTime;
    private int maxQueueLength = 1000;
    Duration responseTimeout = Duration.ofSeconds(60);
    Duration keepAlive = Duration.ofSeconds(10);
    private Duration maxTimeInQueue = Duration.ofHours(1);
    private Duration jobInactivityTimeout = Duration.ofMinutes(6);
    private Duration resultLifetime = Duration.ofMinutes(15);
    private Duration workerTimeout = Duration.ofMinutes(2);
    Consumer<String> log = line -> {};
    Consumer<JobSpec> submits = job -> {};

    SimulatorBuilder() {}

    /**
     * Where to listen.
     *
     * @param address a host name or address; 127.0.0.1 if not set
     * @return this
     */
    public SimulatorBuilder host(String address) {
        host = address;
        return this;
    }

    /**
     * The port.
     *
     * @param number 0, the default, is any free port
     * @return this
     */
    public SimulatorBuilder port(int number) {
        port = atLeast(0, number, "port");
        return this;
    }

    /**
     * Which generation of servers it is.
     *
     * @param one served, if not set
     * @return this
     */
    public SimulatorBuilder generation(Generation one) {
        generation = one;
        return this;
    }

    /**
     * Adds a valid API key. Without any, every key is good, and a login without one.
     *
     * @param key the key
     * @param onlyEndpoints the endpoints it is good for; none for all
     * @return this
     */
    public SimulatorBuilder apiKey(String key, String... onlyEndpoints) {
        keys.put(key, Set.of(onlyEndpoints));
        return this;
    }

    /**
     * Adds a valid user, for the generation whose logins ask for one: {@link Generation#SERVED_0_9_0}. Without any,
     * everybody is one who says a name.
     *
     * @param name the user
     * @return this
     */
    public SimulatorBuilder user(String name) {
        users.add(name);
        return this;
    }

    /**
     * Adds an endpoint, or replaces the one of the same name.
     *
     * @param endpoint the endpoint
     * @return this
     */
    public SimulatorBuilder endpoint(SimulatedEndpoint endpoint) {
        endpoints.put(endpoint.name(), endpoint.endpoint());
        return this;
    }

    /**
     * Adds endpoints, or replaces those of the same names.
     *
     * @param several the endpoints, such as {@link SimulatedEndpoint#ofServer096()}
     * @return this
     */
    public SimulatorBuilder endpoints(List<SimulatedEndpoint> several) {
        several.forEach(this::endpoint);
        return this;
    }

    /**
     * How many workers an endpoint has.
     *
     * @param endpoint its name
     * @param count how many; may be 0
     * @return this
     */
    public SimulatorBuilder workers(String endpoint, int count) {
        workers.put(endpoint, atLeast(0, count, "workers"));
        return this;
    }

    /**
     * How many workers each endpoint has that nothing else is said about.
     *
     * @param count how many; 1 if not set
     * @return this
     */
    public SimulatorBuilder workers(int count) {
        usualWorkers = atLeast(0, count, "workers");
        return this;
    }

    /**
     * How long a job of an endpoint computes, if its prompt does not say otherwise.
     *
     * @param endpoint its name
     * @param duration how long
     * @return this
     */
    public SimulatorBuilder computeTime(String endpoint, Duration duration) {
        computeTime.put(endpoint, duration);
        return this;
    }

    /**
     * How long the jobs of all other endpoints compute.
     *
     * @param duration how long; 1 s for chat and speech and 2 s for images if not set
     * @return this
     */
    public SimulatorBuilder computeTime(Duration duration) {
        usualComputeTime = duration;
        return this;
    }

    /**
     * How many jobs of one endpoint can wait.
     *
     * @param jobs how many; 1000 if not set
     * @return this
     */
    public SimulatorBuilder maxQueueLength(int jobs) {
        maxQueueLength = atLeast(1, jobs, "maxQueueLength");
        return this;
    }

    /**
     * How long a request is held before it ends as 503.
     *
     * @param duration 60 s if not set
     * @return this
     */
    public SimulatorBuilder responseTimeout(Duration duration) {
        responseTimeout = duration;
        return this;
    }

    /**
     * How long an idle connection stays open.
     *
     * @param duration 10 s if not set
     * @return this
     */
    public SimulatorBuilder keepAlive(Duration duration) {
        keepAlive = duration;
        return this;
    }

    /**
     * How long a job can wait in the queue before it lapses.
     *
     * @param duration 1 h if not set
     * @return this
     */
    public SimulatorBuilder maxTimeInQueue(Duration duration) {
        maxTimeInQueue = duration;
        return this;
    }

    /**
     * How long a job in processing, or its result, can go without an update before it lapses.
     *
     * @param duration 360 s if not set
     * @return this
     */
    public SimulatorBuilder jobInactivityTimeout(Duration duration) {
        jobInactivityTimeout = duration;
        return this;
    }

    /**
     * How long a finished or lapsed job is known.
     *
     * @param duration 900 s if not set
     * @return this
     */
    public SimulatorBuilder resultLifetime(Duration duration) {
        resultLifetime = duration;
        return this;
    }

    /**
     * How long the server does not notice that a dead or stuck worker is gone.
     *
     * @param duration 120 s if not set
     * @return this
     */
    public SimulatorBuilder workerTimeout(Duration duration) {
        workerTimeout = duration;
        return this;
    }

    /**
     * Who is told, in one line each, of logins, submits, starts, results and refusals.
     *
     * @param reader takes the lines, which contain no keys; called by any thread, and not to call the simulator;
     *     nobody if not set
     * @return this
     */
    public SimulatorBuilder log(Consumer<String> reader) {
        log = reader;
        return this;
    }

    /**
     * Adds somebody who is told of each job that is accepted, before a worker begins with it.
     *
     * @param reader takes the jobs in their order; called by any thread, and not to call the simulator
     * @return this
     */
    public SimulatorBuilder onSubmit(Consumer<SubmittedJob> reader) {
        submits = submits.andThen(spec -> reader.accept(SubmittedJob.of(spec)));
        return this;
    }

    /**
     * Starts the simulator.
     *
     * @return the running simulator
     * @throws UncheckedIOException if it cannot listen
     * @throws IllegalStateException if there is no endpoint, or settings are for one that there is not
     */
    public AipiSimulator start() {
        if (endpoints.isEmpty()) {
            throw new IllegalStateException("A simulator needs an endpoint");
        }
        requireKnown(workers.keySet());
        requireKnown(computeTime.keySet());
        keys.values().forEach(this::requireKnown);
        try {
            return new AipiSimulator(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireKnown(Set<String> names) {
        for (String name : names) {
            if (!endpoints.containsKey(name)) {
                throw new IllegalStateException("No endpoint " + name + ", only " + endpoints.keySet());
            }
        }
    }

    Limits limits() {
        return new Limits(maxQueueLength, maxTimeInQueue, jobInactivityTimeout, resultLifetime, workerTimeout);
    }

    Map<String, Duration> computeTimes() {
        Map<String, Duration> times = new HashMap<>();
        endpoints.forEach((name, endpoint) ->
                times.put(name, usualComputeTime == null ? endpoint.model().usualComputeTime() : usualComputeTime));
        times.putAll(computeTime);
        return times;
    }

    static int atLeast(int least, int value, String what) {
        if (value < least) {
            throw new IllegalArgumentException(what + " must be at least " + least + ", not " + value);
        }
        return value;
    }
}

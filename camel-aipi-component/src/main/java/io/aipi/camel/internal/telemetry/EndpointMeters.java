/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.camel.store.JobRepository;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.TokenUsage;
import io.aipi.client.spi.JobTimes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The meters of one model of one server. */
final class EndpointMeters {

    /** More models than that behind one endpoint are not told apart: the server names them. */
    private static final int MAX_MODELS = 20;

    private static final String NONE = "none";

    /** Of {@code gen_ai.client.operation.duration}. */
    private record Operation(boolean isChat, String model, String error) {}

    /** Of {@code gen_ai.client.token.usage}. */
    private record Usage(boolean isChat, String model, String type) {}

    private final MeterRegistry registry;
    private final String endpoint;
    private final String host;
    private final int port;
    private final Tags tags;
    private final List<ObservedEndpoint> endpoints = new CopyOnWriteArrayList<>();
    /** All that have to go with the endpoint. Guarded by this. */
    private final List<Meter> registered = new CopyOnWriteArrayList<>();
    /** Guarded by this. */
    private boolean gone;

    private final Counter submitted;
    private final Counter completed;
    private final Counter delivered;
    private final Counter lost;
    private final Counter inputTokens;
    private final Counter outputTokens;
    private final Timer queue;
    private final Timer compute;
    private final Timer detection;
    private final DistributionSummary polls;
    private final Map<String, Timer> logins = new ConcurrentHashMap<>();
    private final Map<String, Timer> jobs = new ConcurrentHashMap<>();
    private final Map<String, Counter> failures = new ConcurrentHashMap<>();
    private final Map<String, String> models = new ConcurrentHashMap<>();
    private final Map<Operation, Timer> operations = new ConcurrentHashMap<>();
    private final Map<Usage, DistributionSummary> usages = new ConcurrentHashMap<>();

    EndpointMeters(MeterRegistry registry, String endpoint, String host, int port) {
        this.registry = registry;
        this.endpoint = endpoint;
        this.host = host;
        this.port = port;
        this.tags = Tags.of("endpoint", endpoint, "server", host + ":" + port);
        submitted = counter("camel.aipi.jobs.submitted", "Jobs handed over for submitting, accepted or not", tags);
        completed = counter("camel.aipi.jobs.completed", "Jobs whose result was taken", tags);
        delivered = counter(
                "camel.aipi.jobs.delivered",
                "Outcomes of detached jobs that a route or the dead letter endpoint has taken",
                tags);
        lost = counter("camel.aipi.jobs.lost", "Outcomes of detached jobs that are lost", tags);
        inputTokens = counter("camel.aipi.tokens", "Tokens that the server counted", tags.and("direction", "input"));
        outputTokens = counter("camel.aipi.tokens", "Tokens that the server counted", tags.and("direction", "output"));
        // from the beginning: where a count begins with its first increment, a rate does not see that one
        failures("JobFailedException");
        queue = timer("camel.aipi.job.queue", "Time that jobs waited at the server, by its words", tags);
        compute = timer("camel.aipi.job.compute", "Time that workers took, by the server's words", tags);
        detection = timer(
                "camel.aipi.job.detection.delay", "From a job's end at the server to its being noticed here", tags);
        polls = DistributionSummary.builder("camel.aipi.job.polls")
                .description("Polls that a job took")
                .tags(tags)
                .register(registry);
        registered.add(polls);
        gauge("camel.aipi.jobs.in.flight", "Jobs submitted or followed and not ended", ObservedEndpoint::inFlight);
        gauge(
                "camel.aipi.jobs.waiting",
                "Exchanges that wait their turn because of maxInFlight",
                ObservedEndpoint::waiting);
        storeGauge("camel.aipi.jobs.stored", "Jobs in the job repository", JobRepository.Counts::stored);
        storeGauge(
                "camel.aipi.jobs.parked",
                "Jobs in the job repository that no route takes",
                JobRepository.Counts::parked);
    }

    // ---- endpoints

    void add(ObservedEndpoint opened) {
        endpoints.add(opened);
    }

    /** True if it was the last one: all meters are gone. */
    synchronized boolean remove(ObservedEndpoint closed) {
        endpoints.remove(closed);
        if (!endpoints.isEmpty()) {
            return false;
        }
        gone = true;
        registered.forEach(registry::remove);
        registered.clear();
        return true;
    }

    // ---- news

    void login(Duration took, Throwable failure) {
        timerOf(logins, "camel.aipi.login", "Logins, by how they ended", failure)
                .record(took);
    }

    void submitted() {
        submitted.increment();
    }

    void done(boolean isChat, JobResult result, JobTimes times) {
        completed.increment();
        TokenUsage usage = result.usage();
        String model = model(usage.model());
        end(null, times);
        record(queue, times.queued());
        record(compute, times.computed());
        record(detection, times.detectionDelay());
        increment(inputTokens, usage.promptTokens());
        increment(outputTokens, usage.completionTokens());
        // last: others may have meters of these names, with other tags
        operation(isChat, model, null, times);
        tokens(isChat, model, "input", usage.promptTokens());
        tokens(isChat, model, "output", usage.completionTokens());
    }

    void failed(boolean isChat, Throwable failure, JobTimes times) {
        failures(error(failure)).increment();
        end(failure, times);
        operation(isChat, NONE, failure, times);
    }

    private Counter failures(String error) {
        return failures.computeIfAbsent(
                error,
                of -> counter("camel.aipi.jobs.failed", "Jobs that ended without a result", tags.and("error", of)));
    }

    void delivered() {
        delivered.increment();
    }

    void lost() {
        lost.increment();
    }

    private void end(Throwable failure, JobTimes times) {
        if (times.polls() > 0) {
            polls.record(times.polls());
        }
        if (times.whole() != null) {
            timerOf(jobs, "camel.aipi.job", "Jobs, from the submit to the end noticed here", failure)
                    .record(times.whole());
        }
    }

    private static void increment(Counter counter, Integer count) {
        if (count != null) {
            counter.increment(count);
        }
    }

    private void operation(boolean isChat, String model, Throwable failure, JobTimes times) {
        if (times.whole() == null) {
            return;
        }
        operations
                .computeIfAbsent(
                        new Operation(isChat, model, error(failure)),
                        of -> timer(
                                "gen_ai.client.operation.duration",
                                "GenAI operation duration",
                                genAi(of.isChat(), of.model()).and("error.type", of.error())))
                .record(times.whole());
    }

    private void tokens(boolean isChat, String model, String type, Integer count) {
        if (count == null) {
            return;
        }
        usages.computeIfAbsent(
                        new Usage(isChat, model, type),
                        of -> registered(DistributionSummary.builder("gen_ai.client.token.usage")
                                .description("Number of input and output tokens used")
                                .tags(genAi(of.isChat(), of.model()).and("gen_ai.token.type", of.type()))
                                .register(registry)))
                .record(count);
    }

    /** OpenTelemetry's names. */
    private Tags genAi(boolean isChat, String model) {
        return Tags.of(
                "gen_ai.operation.name",
                GenAi.operation(isChat),
                "gen_ai.provider.name",
                GenAi.PROVIDER,
                "gen_ai.request.model",
                endpoint,
                "gen_ai.response.model",
                model,
                "server.address",
                host,
                "server.port",
                String.valueOf(port));
    }

    private String model(String said) {
        if (said == null) {
            return NONE;
        }
        String known = models.get(said);
        if (known == null) {
            known = models.size() < MAX_MODELS ? said : "other";
            if (known.equals(said)) {
                models.put(said, known);
            }
        }
        return known;
    }

    private static void record(Timer timer, Duration time) {
        if (time != null) {
            timer.record(time);
        }
    }

    private static String error(Throwable failure) {
        return failure == null ? NONE : GenAi.errorType(failure);
    }

    // ---- meters

    private Timer timerOf(Map<String, Timer> known, String name, String description, Throwable failure) {
        return known.computeIfAbsent(error(failure), error -> timer(name, description, tags.and("error", error)));
    }

    private Timer timer(String name, String description, Tags of) {
        return registered(Timer.builder(name).description(description).tags(of).register(registry));
    }

    private Counter counter(String name, String description, Tags of) {
        return registered(
                Counter.builder(name).description(description).tags(of).register(registry));
    }

    private void gauge(String name, String description, ToDoubleFunction<ObservedEndpoint> value) {
        gaugeOfAll(name, description, all -> all.stream().mapToDouble(value).sum());
    }

    /** Endpoints that differ in other options may have one repository in common: what is stored there is counted once. */
    private void storeGauge(String name, String description, ToLongFunction<JobRepository.Counts> count) {
        gaugeOfAll(
                name,
                description,
                all -> all.stream()
                        .map(ObservedEndpoint::stored)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toMap(
                                ObservedEndpoint.Stored::repository,
                                stored -> (double) count.applyAsLong(stored.counts()),
                                Math::max))
                        .values()
                        .stream()
                        .reduce(Double::sum)
                        .orElse(Double.NaN));
    }

    private void gaugeOfAll(String name, String description, ToDoubleFunction<List<ObservedEndpoint>> value) {
        registered(Gauge.builder(name, endpoints, value)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    /** What comes after the end of the endpoint is counted nowhere. */
    private synchronized <T extends Meter> T registered(T meter) {
        if (gone) {
            registry.remove(meter);
        } else {
            registered.add(meter);
        }
        return meter;
    }
}

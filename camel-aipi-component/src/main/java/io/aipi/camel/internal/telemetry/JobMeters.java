/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

import io.aipi.client.model.JobResult;
import io.aipi.client.spi.JobTimes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;

/**
 * Meters of a component's endpoints. Endpoints with the same model and server, which differ in other options, have their meters in
 * common. The last of them that closes takes them along.
 */
final class JobMeters implements JobObserver {

    /** The name that Camel's own components look for. */
    private static final String REGISTRY = "metricsRegistry";

    private record Key(String endpoint, String host, int port) {
        static Key of(ObservedEndpoint endpoint) {
            return new Key(endpoint.name(), endpoint.host(), endpoint.port());
        }
    }

    /** Of all components that have a registry in common: a meter is there once. Guarded by itself. */
    private static final Map<MeterRegistry, Map<Key, EndpointMeters>> SHARED = new HashMap<>();

    private final MeterRegistry registry;
    private final Map<ObservedEndpoint, EndpointMeters> meters = new ConcurrentHashMap<>();

    JobMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** In the registry of meters that the context has; empty if it has none. */
    static Optional<JobObserver> find(CamelContext context) {
        MeterRegistry named = context.getRegistry().lookupByNameAndType(REGISTRY, MeterRegistry.class);
        if (named != null) {
            return Optional.of(new JobMeters(named));
        }
        Set<MeterRegistry> found = context.getRegistry().findByType(MeterRegistry.class);
        // a runtime with several has one that stands for all
        return found.stream()
                .filter(CompositeMeterRegistry.class::isInstance)
                .findFirst()
                .or(() -> found.size() == 1 ? found.stream().findFirst() : composite(found))
                .map(JobMeters::new);
    }

    private static Optional<MeterRegistry> composite(Set<MeterRegistry> found) {
        if (found.isEmpty()) {
            return Optional.empty();
        }
        CompositeMeterRegistry all = new CompositeMeterRegistry();
        found.forEach(all::add);
        return Optional.of(all);
    }

    @Override
    public void onOpened(ObservedEndpoint endpoint) {
        synchronized (SHARED) {
            EndpointMeters ofKey = SHARED.computeIfAbsent(registry, same -> new HashMap<>())
                    .computeIfAbsent(
                            Key.of(endpoint),
                            key -> new EndpointMeters(registry, key.endpoint(), key.host(), key.port()));
            ofKey.add(endpoint);
            meters.put(endpoint, ofKey);
        }
    }

    @Override
    public void onClosed(ObservedEndpoint endpoint) {
        synchronized (SHARED) {
            EndpointMeters left = meters.remove(endpoint);
            if (left != null && left.remove(endpoint)) {
                Map<Key, EndpointMeters> ofRegistry = SHARED.get(registry);
                ofRegistry.remove(Key.of(endpoint));
                if (ofRegistry.isEmpty()) {
                    SHARED.remove(registry);
                }
            }
        }
    }

    private void with(ObservedEndpoint endpoint, Consumer<EndpointMeters> news) {
        EndpointMeters known = meters.get(endpoint);
        if (known != null) {
            news.accept(known);
        }
    }

    @Override
    public void onLogin(ObservedEndpoint endpoint, Duration took, Throwable failure) {
        with(endpoint, known -> known.login(took, failure));
    }

    @Override
    public void onSubmit(ObservedJob job) {
        with(job.endpoint(), EndpointMeters::submitted);
    }

    @Override
    public void onDone(ObservedJob job, JobResult result, JobTimes times) {
        with(job.endpoint(), known -> known.done(job.isChat(), result, times));
    }

    @Override
    public void onFailed(ObservedJob job, Throwable failure, JobTimes times) {
        with(job.endpoint(), known -> known.failed(job.isChat(), failure, times));
    }

    @Override
    public void onDelivered(ObservedJob job) {
        with(job.endpoint(), EndpointMeters::delivered);
    }

    @Override
    public void onLost(ObservedJob job) {
        with(job.endpoint(), EndpointMeters::lost);
    }
}

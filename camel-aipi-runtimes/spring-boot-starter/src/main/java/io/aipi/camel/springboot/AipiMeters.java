/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import io.aipi.camel.AipiEndpoint;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * The counts of the component's endpoints as meters {@code camel.aipi.*}, with the tags {@code endpoint} (the model
 * endpoint's name) and {@code server} (its host and port). Endpoints with the same tags, which differ in other options,
 * are one meter.
 */
final class AipiMeters extends LifecycleStrategySupport implements MeterBinder {

    /** What the meters of several endpoints have in common. */
    private record Key(String endpoint, String server) {

        /** Of a URL that names none, which the start of the route refuses with the reason. */
        private static final String UNKNOWN = "unknown";

        static Key of(AipiEndpoint endpoint) {
            return new Key(endpoint.getEndpointName(), server(endpoint.getServiceUrl()));
        }

        private static String server(String url) {
            URI uri;
            try {
                uri = URI.create(url.trim());
            } catch (IllegalArgumentException e) {
                return UNKNOWN;
            }
            if (uri.getHost() == null) {
                return UNKNOWN;
            }
            return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
        }

        Tags tags() {
            return Tags.of("endpoint", endpoint, "server", server);
        }
    }

    /** So many sets of meters may be there without a look for those whose endpoints have gone. */
    private static final int FEW = 100;

    /** The counts of some endpoints, and their meters in all registries. */
    private record Metered(EndpointCounts counts, List<Runnable> removals) {
        void remove() {
            removals.forEach(Runnable::run);
        }
    }

    private final Map<Key, Metered> metered = new LinkedHashMap<>();
    private final List<MeterRegistry> registries = new ArrayList<>();
    private int many = FEW;

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        registries.add(registry);
        metered.forEach((key, of) -> register(registry, key, of));
    }

    @Override
    public synchronized void onEndpointAdd(Endpoint endpoint) {
        if (endpoint instanceof AipiEndpoint aipi) {
            Key key = Key.of(aipi);
            Metered known = metered.get(key);
            if (known == null) {
                forgetGone(aipi.getCamelContext());
                Metered made = new Metered(new EndpointCounts(), new ArrayList<>());
                metered.put(key, made);
                registries.forEach(registry -> register(registry, key, made));
                known = made;
            }
            known.counts().add(new WeakReference<>(aipi));
        }
    }

    /** Dynamic URIs may name thousands of endpoints, of which Camel keeps some. */
    private void forgetGone(CamelContext context) {
        if (metered.size() < many) {
            return;
        }
        Set<Endpoint> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        kept.addAll(context.getEndpoints());
        metered.values().removeIf(one -> {
            boolean isGone = one.counts().areGone(kept);
            if (isGone) {
                one.remove();
            }
            return isGone;
        });
        many = metered.size() + FEW;
    }

    private static void register(MeterRegistry registry, Key key, Metered metered) {
        register(registry, key, metered.counts())
                .forEach(meter -> metered.removals().add(() -> registry.remove(meter)));
    }

    private static List<Meter> register(MeterRegistry registry, Key key, EndpointCounts counts) {
        return List.of(
                Gauge.builder("camel.aipi.jobs.in.flight", counts, EndpointCounts::inFlight)
                        .description("Jobs submitted or followed and not ended")
                        .tags(key.tags())
                        .strongReference(true)
                        .register(registry),
                Gauge.builder("camel.aipi.jobs.waiting", counts, EndpointCounts::waiting)
                        .description("Exchanges that wait their turn because of maxInFlight")
                        .tags(key.tags())
                        .strongReference(true)
                        .register(registry),
                Gauge.builder("camel.aipi.logins", counts, EndpointCounts::logins)
                        .description(
                                "Logins begun in the endpoint's session with the server; endpoints with the same name, server,"
                                        + " login mode and credentials share one. 0 while no route with the endpoint runs")
                        .tags(key.tags())
                        .strongReference(true)
                        .register(registry),
                FunctionCounter.builder("camel.aipi.jobs.submitted", counts, EndpointCounts::submitted)
                        .description("Jobs handed over for submitting, whether or not the server accepted them")
                        .tags(key.tags())
                        .register(registry),
                FunctionCounter.builder("camel.aipi.jobs.completed", counts, EndpointCounts::completed)
                        .description("Jobs whose result was taken")
                        .tags(key.tags())
                        .register(registry),
                FunctionCounter.builder("camel.aipi.jobs.failed", counts, EndpointCounts::failed)
                        .description(
                                "Jobs that ended without a result: refused, failed, lapsed, timed out, lost, or given up by"
                                        + " a stop")
                        .tags(key.tags())
                        .register(registry));
    }
}

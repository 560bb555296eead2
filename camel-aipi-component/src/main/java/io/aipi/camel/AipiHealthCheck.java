/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckResultBuilder;

/**
 * Whether the endpoint has a session with its server, and a consumer its jobs, from what is known already: a check makes no
 * call, so that probing often costs the server nothing.
 */
final class AipiHealthCheck implements HealthCheck {

    private final AipiEndpoint endpoint;
    private final String id;
    /** Whether what is checked has started. */
    private final BooleanSupplier started;
    /** Whether the last scan of the job repository failed. */
    private final BooleanSupplier storeTrouble;
    /** Whether a consumer that is started follows no jobs. */
    private final BooleanSupplier idle;

    private boolean enabled;

    private AipiHealthCheck(
            AipiEndpoint endpoint,
            String id,
            BooleanSupplier started,
            BooleanSupplier storeTrouble,
            BooleanSupplier idle,
            boolean enabled) {
        this.endpoint = endpoint;
        this.id = id;
        this.started = started;
        this.storeTrouble = storeTrouble;
        this.idle = idle;
        this.enabled = enabled;
    }

    /** {@code started}: whether the producer is. */
    static AipiHealthCheck ofProducer(AipiEndpoint endpoint, BooleanSupplier started) {
        return new AipiHealthCheck(
                endpoint,
                "producer:" + nameOf(endpoint),
                started,
                () -> false,
                () -> false,
                endpoint.getComponent().isHealthCheckProducerEnabled());
    }

    /** {@code routeId}: by which Camel names the checks of consumers; null if it is not known. */
    static AipiHealthCheck ofConsumer(
            AipiEndpoint endpoint, String routeId, BooleanSupplier storeTrouble, BooleanSupplier idle) {
        return new AipiHealthCheck(
                endpoint,
                "consumer:" + (routeId == null ? nameOf(endpoint) : routeId),
                () -> true,
                storeTrouble,
                idle,
                endpoint.getComponent().isHealthCheckConsumerEnabled());
    }

    private static String nameOf(AipiEndpoint endpoint) {
        return "aipi-" + endpoint.getEndpointName() + "@"
                + URI.create(endpoint.getServiceUrl().trim()).getAuthority();
    }

    @Override
    public String getGroup() {
        return "camel";
    }

    @Override
    public String getId() {
        return id;
    }

    /** Readiness only: a refused key is no reason to restart the process. */
    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public Result call(Map<String, Object> options) {
        String session = endpoint.getSessionState();
        HealthCheckResultBuilder result = HealthCheckResultBuilder.on(this)
                .detail(CHECK_ID, getId())
                .detail("endpoint.name", endpoint.getEndpointName())
                .detail("server.url", endpoint.getServiceUrl())
                .detail("session", session)
                .detail(
                        "last.contact",
                        endpoint.lastContact().map(Instant::toString).orElse("never"))
                .detail("jobs.in.flight", endpoint.getJobsInFlight());
        if (!enabled) {
            return result.unknown().message("Disabled").build();
        }
        if (endpoint.isLoginRefused()) {
            return result.down().message("The server refused the login").build();
        }
        if (!started.getAsBoolean()) {
            return result.down().message("The producer has not started").build();
        }
        if (idle.getAsBoolean()) {
            return result.down()
                    .message("The consumer follows no jobs: its client was closed")
                    .build();
        }
        if (storeTrouble.getAsBoolean()) {
            return result.down().message("The jobRepository cannot be scanned").build();
        }
        return result.up().build();
    }
}

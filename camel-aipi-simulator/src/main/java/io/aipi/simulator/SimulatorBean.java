/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.model.ChatModel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A simulator as a bean, for applications that are put together from properties, such as Camel's YAML routes: set, then
 * {@link #start()} as init method and {@link #close()} as destroy method.
 *
 * <p>It has the endpoints of the simulator's command line, and listens on 127.0.0.1. It stands in for a server that an
 * application does not have: told by {@link #setServerUrl} which server the application uses, it starts only if that is
 * itself.
 *
 * <p>Not to be used by several threads at once.
 */
public final class SimulatorBean implements AutoCloseable {

    private final SimulatorBuilder settings = AipiSimulator.builder();
    private int port = 7777;
    private List<SimulatedEndpoint> endpoints = CommandLine.ALL_ENDPOINTS;
    private int maxSeqLen = ChatModel.USUAL_MAX_SEQ_LEN;
    private String serverUrl;
    private AipiSimulator simulator;

    /** A simulator on port 7777, not yet started. */
    public SimulatorBean() {}

    /**
     * The port to listen on.
     *
     * @param number 7777 if not set; 0, which is any free port, only without a {@link #setServerUrl server URL}
     */
    public void setPort(int number) {
        port = number;
    }

    /**
     * The server that the application uses.
     *
     * @param url the simulator starts if this is its own URL, {@code http://127.0.0.1:} and its port; null, the
     *     default, for starting whatever the application uses
     */
    public void setServerUrl(String url) {
        serverUrl = url;
    }

    /**
     * Which endpoints it has.
     *
     * @param set {@code 0.9.6} for those of {@link SimulatedEndpoint#ofServer096()}, what a real server has; {@code all},
     *     the default, for these, {@code sdxl_txt2img} and {@code sd_png}
     * @throws IllegalArgumentException if it is something else
     */
    public void setEndpoints(String set) {
        endpoints = CommandLine.endpoints("endpoints", set);
    }

    /**
     * How long a job computes.
     *
     * @param duration 1 s for chat and speech and 2 s for images if not set
     */
    public void setComputeTime(Duration duration) {
        settings.computeTime(duration);
    }

    /**
     * How long the context of a chat can be.
     *
     * @param tokens 8192 if not set
     * @see SimulatedEndpoint#withMaxSeqLen
     */
    public void setMaxSeqLen(int tokens) {
        maxSeqLen = tokens;
    }

    /**
     * How many workers each endpoint has.
     *
     * @param count 1 if not set
     */
    public void setWorkers(int count) {
        settings.workers(count);
    }

    /**
     * Starts the simulator, unless the application uses another server.
     *
     * @throws java.io.UncheckedIOException if it cannot listen
     * @throws IllegalStateException if it is running
     */
    public void start() {
        if (simulator != null) {
            throw new IllegalStateException("The simulator is running at " + simulator.url());
        }
        if (serverUrl == null || Objects.equals(withoutSlash(serverUrl), "http://127.0.0.1:" + port)) {
            endpoints.forEach(endpoint -> settings.endpoint(endpoint.withMaxSeqLen(maxSeqLen)));
            simulator = settings.port(port).start();
        }
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /**
     * The simulator, for what can be done to a running one.
     *
     * @return the simulator; null if it is not running
     */
    public AipiSimulator simulator() {
        return simulator;
    }

    /** Stops the simulator, if it is running. */
    @Override
    public void close() {
        if (simulator != null) {
            simulator.close();
            simulator = null;
        }
    }
}

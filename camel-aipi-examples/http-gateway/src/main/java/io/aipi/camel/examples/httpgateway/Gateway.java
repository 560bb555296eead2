/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.error.AipiException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;
import org.apache.camel.util.ObjectHelper;

/**
 * Runs the routes of {@code camel/http-gateway.camel.yaml}, with a simulated server unless another is named.
 *
 * <p>System properties {@code serverUrl}, {@code apiKey} (or {@code AIPI_SERVER_URL}, {@code AIPI_API_KEY} in the
 * environment), {@code port}, and of the simulator {@code simulatorPort} and {@code computeTime}, in seconds; empty ones
 * count as absent.
 */
public final class Gateway implements AutoCloseable {

    private static final String SIMULATOR_KEY = "gateway-key";

    private final Main main = new Main();

    /** Not started. {@code properties} win over those of {@code application.properties}. */
    Gateway(Map<String, String> properties) {
        Properties overriding = new Properties();
        overriding.putAll(properties);
        main.setOverrideProperties(overriding);
        main.bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, new AsyncHttpEngine());
        // Two loops serve thousands of connections: each request is a few short steps on them.
        main.bind("vertxOptions", new VertxOptions().setEventLoopPoolSize(2));
    }

    /** Until Ctrl-C. */
    public static void main(String[] arguments) throws Exception {
        Optional<String> serverUrl = setting("serverUrl", "AIPI_SERVER_URL");
        Map<String, String> properties = new HashMap<>();
        setting("port", "GATEWAY_PORT").ifPresent(port -> properties.put("gateway.port", port));
        if (serverUrl.isPresent()) {
            properties.put("camel.component.aipi.server-url", serverUrl.get());
            setting("apiKey", "AIPI_API_KEY").ifPresent(key -> properties.put("camel.component.aipi.api-key", key));
        } else {
            // its threads are daemons: it ends with the process
            AipiSimulator simulator = simulator();
            properties.put("camel.component.aipi.server-url", simulator.url());
            properties.put("camel.component.aipi.api-key", SIMULATOR_KEY);
        }
        Gateway gateway = new Gateway(properties);
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "gateway-stop"));
        try {
            gateway.start();
        } catch (FailedToStartRouteException e) {
            // The routes log in when they start: a wrong URL or key shows here.
            AipiException reason = ObjectHelper.getException(AipiException.class, e);
            System.err.println("Not started: " + (reason == null ? e : reason).getMessage());
            System.exit(1);
        }
        String url = gateway.url();
        System.out.println("Gateway: " + url + "  (Ctrl-C ends it)");
        System.out.println("Server:  " + serverUrl.orElse("simulated, with one worker per model and no GPU"));
        System.out.println("Now try:");
        System.out.println("  curl -i -H 'Content-Type: text/plain' --data-binary 'Hello!' " + url + "/prompts");
        System.out.println("  curl -N " + url + "/jobs/ID/events");
        System.out.println("  curl -o image.png -H 'Content-Type: text/plain' --data-binary 'A camel' '" + url
                + "/answer?model=sdxl_txt2img'");
    }

    private static Optional<String> setting(String property, String variable) {
        return Optional.ofNullable(System.getProperty(property))
                .filter(value -> !value.isBlank())
                .or(() -> Optional.ofNullable(System.getenv(variable)).filter(value -> !value.isBlank()));
    }

    private static AipiSimulator simulator() {
        double seconds =
                Double.parseDouble(setting("computeTime", "COMPUTE_TIME").orElse("5"));
        int port = Integer.parseInt(setting("simulatorPort", "SIMULATOR_PORT").orElse("7070"));
        // always the same: jobs in the store belong to a server's URL
        return AipiSimulator.builder()
                .port(port)
                .apiKey(SIMULATOR_KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img").withErrorOutput())
                .computeTime(Duration.ofMillis(Math.round(seconds * 1000)))
                .start();
    }

    void start() throws Exception {
        main.start();
    }

    /** Such as {@code http://127.0.0.1:8080}. */
    String url() {
        VertxPlatformHttpServer server = main.getCamelContext().hasService(VertxPlatformHttpServer.class);
        String host = server.getHost();
        return "http://" + ("0.0.0.0".equals(host) ? "127.0.0.1" : host) + ":" + server.getPort();
    }

    JobBoard board() {
        return main.getCamelContext().getRegistry().lookupByNameAndType("board", JobBoard.class);
    }

    /** Jobs in flight stay in the store. */
    @Override
    public void close() {
        main.stop();
    }
}

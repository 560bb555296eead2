/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.ModelFinder;
import io.aipi.camel.examples.support.Server;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.StartException;
import io.aipi.camel.examples.support.Task;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.vertx.core.VertxOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;

/**
 * Runs the routes of {@code camel/http-gateway.camel.yaml}, with a simulated server unless another is named.
 *
 * <p>System properties: the server as {@link Server#named} says, {@code port}, {@code chat.model}, {@code image.model}, and of the simulator {@code simulatorPort} and {@code computeTime}, in seconds; empty ones
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
    public static void main(String[] arguments) {
        Start.run(Gateway::serve);
    }

    private static void serve() throws Exception {
        String port = Start.setting("port").isPresent() ? "port" : "gateway.port";
        Map<String, String> properties = new HashMap<>();
        properties.put("gateway.port", String.valueOf(Start.port(port, "8080")));
        Start.requireFree(Start.setting("gateway.host").orElse("127.0.0.1"), Start.port(port, "8080"), port);
        Optional<Server> named = Server.named();
        // its threads are daemons: it ends with the process
        Server server = named.isPresent() ? named.get() : new Server(simulator().url(), SIMULATOR_KEY, null);
        properties.putAll(server.properties());
        Map<Task, String> models = new ModelFinder(server, System.out::println)
                .find(List.of(
                        Model.needed(Task.CHAT, "chat.model", "llama2_chat"),
                        Model.optional(Task.IMAGE, "image.model", "sdxl_txt2img")));
        properties.put("chat.model", models.get(Task.CHAT));
        properties.put("image.model", models.getOrDefault(Task.IMAGE, ""));
        properties.put("gateway.models", String.join(",", models.values()));
        Gateway gateway = new Gateway(properties);
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "gateway-stop"));
        gateway.start();
        String url = gateway.url();
        System.out.println("Gateway: " + url + "  (Ctrl-C ends it)");
        System.out.println(
                "Server:  " + (named.isPresent() ? server.url() : "simulated, with one worker per model and no GPU"));
        System.out.println("Now try:");
        System.out.println("  curl -i -H 'Content-Type: text/plain' --data-binary 'Hello!' " + url + "/prompts");
        if (models.containsKey(Task.IMAGE)) {
            System.out.println("  curl -o image.png -H 'Content-Type: text/plain' --data-binary 'A camel' '" + url
                    + "/answer?model=" + URLEncoder.encode(models.get(Task.IMAGE), StandardCharsets.UTF_8) + "'");
        }
        System.out.println("  curl -N " + url + "/jobs/ID/events");
    }

    private static AipiSimulator simulator() {
        int port = Start.port("simulatorPort", "7070");
        Start.requireFree("127.0.0.1", port, "simulatorPort");
        // always the same: jobs in the store belong to a server's URL
        return AipiSimulator.builder()
                .port(port)
                .apiKey(SIMULATOR_KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img").withErrorOutput())
                .computeTime(computeTime())
                .start();
    }

    private static Duration computeTime() {
        String seconds = Start.setting("computeTime").orElse("5");
        try {
            return Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1000));
        } catch (NumberFormatException e) {
            throw new StartException("-DcomputeTime must be a number of seconds, not " + seconds);
        }
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

    /** Such as {@code post /prompts}. */
    List<String> services() {
        return main
                .getCamelContext()
                .getComponent("platform-http", PlatformHttpComponent.class)
                .getHttpEndpoints()
                .stream()
                .map(service -> service.getVerbs().toLowerCase(Locale.ROOT) + " " + service.getUri())
                .toList();
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

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatedEndpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.catalina.Context;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.boot.web.embedded.tomcat.TomcatWebServer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** A gateway on an H2 file, which can be restarted on its port, and a simulated server with one worker a model. */
final class GatewayFixture implements AutoCloseable {

    static final String CHAT = "mistral_chat";
    static final String IMAGE = "sdxl_txt2img";

    /** How long a job of each model computes. */
    static final Duration COMPUTE_TIME = Duration.ofSeconds(3);

    private static final String KEY = "key-of-the-gateway";

    final AipiSimulator server;
    private final Map<String, String> properties = new HashMap<>();
    private final int port = AvailablePorts.one();
    private ConfigurableApplicationContext gateway;

    /** Not yet started. */
    GatewayFixture(Path folder) {
        server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.ofServer096(CHAT))
                .endpoint(SimulatedEndpoint.pngImage(IMAGE).withErrorOutput())
                .computeTime(COMPUTE_TIME)
                .start();
        set("camel.component.aipi.server-url", server.url());
        set("camel.component.aipi.api-key", KEY);
        set("camel.component.aipi.poll-interval", "50");
        set("camel.component.aipi.repository-scan-interval", "200");
        set("camel.main.shutdown-timeout", "10");
        set("chat.model", CHAT);
        set("image.model", IMAGE);
        set("port", Integer.toString(port));
        set("gateway.look-interval", "200");
        set("jobs.lease", "2s");
        set("jobs.url", "jdbc:h2:file:" + folder.resolve("jobs") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
    }

    /** From the next start on. */
    GatewayFixture set(String property, String value) {
        properties.put(property, value);
        return this;
    }

    GatewayFixture start() {
        gateway = SpringApplication.run(
                Gateway.class,
                properties.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
        return this;
    }

    void stop() {
        if (gateway != null) {
            gateway.close();
            gateway = null;
        }
    }

    int port() {
        return port;
    }

    /** All that its controllers serve: {@code get /jobs}. */
    List<String> operations() {
        return gateway
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .stream()
                .flatMap(service -> service.getMethodsCondition().getMethods().stream()
                        .map(method -> method.name().toLowerCase(Locale.ROOT) + " "
                                + service.getPatternValues().iterator().next()))
                .toList();
    }

    /** How long the servlet container keeps a session that nobody uses. */
    Duration sessionTimeout() {
        return Duration.ofMinutes(
                ((WebApplicationContext) gateway).getServletContext().getSessionTimeout());
    }

    /** How many there are. */
    int sessions() {
        TomcatWebServer tomcat = (TomcatWebServer) ((WebServerApplicationContext) gateway).getWebServer();
        return ((Context) tomcat.getTomcat().getHost().findChildren()[0])
                .getManager()
                .getActiveSessions();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        stop();
        server.close();
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Task;
import io.aipi.camel.examples.support.setup.Setup;
import io.aipi.camel.jdbc.JdbcConversationRepository;
import io.aipi.camel.jdbc.JdbcJobRepository;
import io.aipi.simulator.SimulatorBean;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * The application: HTTP is in {@link GatewayController}, the routes are in {@code camel/http-gateway.camel.yaml}, the settings
 * in {@code application.yaml}.
 */
// who the users are is in the package security
@SpringBootApplication(proxyBeanMethods = false, exclude = UserDetailsServiceAutoConfiguration.class)
public class Gateway {

    /** For Spring. */
    public Gateway() {}

    /** Until Ctrl-C. An application with a server of its own needs {@code SpringApplication.run} only. */
    public static void main(String[] arguments) {
        Start.run(() -> {
            new Setup()
                    .port("port", "8080")
                    .model(Model.needed(Task.CHAT, "chat.model", "llama2_chat"))
                    .model(Model.optional(Task.IMAGE, "image.model", "sdxl_txt2img"))
                    .properties("simulator.port", "7070")
                    .forEach(System::setProperty);
            hint(SpringApplication.run(Gateway.class, arguments).getEnvironment());
        });
    }

    private static void hint(Environment settings) {
        String url = "http://127.0.0.1:" + settings.getProperty("local.server.port");
        String image = settings.getProperty("image.model", "");
        System.out.println("Gateway: " + url + "  (Ctrl-C ends it)");
        System.out.println("Server:  " + settings.getProperty("camel.component.aipi.server-url"));
        System.out.println("Now open it in a browser, or try:");
        System.out.println("  curl -i -H 'Content-Type: text/plain' --data-binary 'Hello!' " + url + "/prompts");
        if (!image.isEmpty()) {
            System.out.println("  curl -o image.png -H 'Content-Type: text/plain' --data-binary 'A camel' '" + url
                    + "/answer?model=" + URLEncoder.encode(image, StandardCharsets.UTF_8) + "'");
        }
        System.out.println("  curl -N " + url + "/jobs/ID/events");
    }

    /** Starts only if {@code camel.component.aipi.server-url} is its own. */
    @Bean(initMethod = "start", destroyMethod = "close")
    @ConfigurationProperties("simulator")
    SimulatorBean simulator() {
        return new SimulatorBean();
    }

    // tag::jobs[]
    /** {@code jobRepository=#jobs}. It works from before the first request until after the last one. */
    @Bean(initMethod = "start", destroyMethod = "stop")
    JdbcJobRepository jobs(
            DataSource database,
            @Value("${gateway.retention}") Duration retention,
            @Value("${jobs.lease}") Duration lease) {
        JdbcJobRepository jobs = new JdbcJobRepository(database);
        jobs.setRetention(retention);
        jobs.setLease(lease);
        return jobs;
    }
    // end::jobs[]

    /** {@code conversationRepository=#conversations}. Each is forgotten as long after its last message as a job's end. */
    @Bean(initMethod = "start", destroyMethod = "stop")
    JdbcConversationRepository conversations(DataSource database) {
        return new JdbcConversationRepository(database);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}

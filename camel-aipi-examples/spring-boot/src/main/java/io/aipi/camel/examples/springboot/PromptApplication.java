/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.springboot;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Task;
import io.aipi.camel.examples.support.setup.Setup;
import io.aipi.simulator.SimulatorBean;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.health.RouteControllerHealthCheck;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The application: its routes are in {@code camel/prompts.camel.yaml}, its settings in {@code application.yaml}. */
@SpringBootApplication(proxyBeanMethods = false)
public class PromptApplication {

    /** For Spring. */
    public PromptApplication() {}

    /** Until Ctrl-C. An application with a server of its own needs the last line only. */
    public static void main(String[] arguments) {
        Start.run(() -> {
            new Setup()
                    .port("server.port", "8081")
                    .model(Model.needed(Task.CHAT, "endpoint.chat", "llama2_chat"))
                    .model(Model.optional(Task.IMAGE, "endpoint.image", "sdxl_txt2img"))
                    .patient()
                    .properties("simulator.port", "7789")
                    .forEach(System::setProperty);
            SpringApplication.run(PromptApplication.class, arguments);
        });
    }

    /** Starts only if {@code camel.component.aipi.server-url} is its own. */
    @Bean(initMethod = "start", destroyMethod = "close")
    @ConfigurationProperties("simulator")
    SimulatorBean simulator() {
        return new SimulatorBean();
    }

    // tag::route-controller
    /** The application is not ready while a route waits for its server: Camel has the check, but Spring Boot not by itself. */
    @Bean
    HealthCheck routeController() {
        return new RouteControllerHealthCheck();
    }
    // end::route-controller
}

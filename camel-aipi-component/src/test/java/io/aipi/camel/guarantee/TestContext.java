/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import io.aipi.camel.AipiComponent;
import java.util.function.Consumer;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckRepository;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.health.DefaultHealthCheckRegistry;

/** A Camel context with the component set up for a server. */
final class TestContext implements AutoCloseable {

    /** What a test adds to a route builder. */
    interface Routes {
        void configure(RouteBuilder builder) throws Exception;
    }

    private final DefaultCamelContext context = new DefaultCamelContext();

    private TestContext() {}

    /** A context that is not started. */
    static TestContext of(String serverUrl, String apiKey, Consumer<AipiComponent> setUp, Routes routes)
            throws Exception {
        TestContext test = new TestContext();
        test.registerHealthChecks();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(serverUrl);
        component.getConfiguration().setApiKey(apiKey);
        setUp.accept(component);
        test.context.addComponent("aipi", component);
        test.context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() throws Exception {
                routes.configure(this);
            }
        });
        return test;
    }

    /** A started context. */
    static TestContext started(String serverUrl, String apiKey, Routes routes) throws Exception {
        TestContext test = of(serverUrl, apiKey, component -> {}, routes);
        test.context.start();
        return test;
    }

    private void registerHealthChecks() {
        HealthCheckRegistry registry = new DefaultHealthCheckRegistry();
        registry.setCamelContext(context);
        context.getCamelContextExtension().addContextPlugin(HealthCheckRegistry.class, registry);
        // off by default, as camel.health.producers-enabled is
        HealthCheckRepository producers = (HealthCheckRepository) registry.resolveById("producers");
        producers.setEnabled(true);
        registry.register(producers);
        registry.register(registry.resolveById("consumers"));
    }

    DefaultCamelContext context() {
        return context;
    }

    @Override
    public void close() {
        context.stop();
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.aipi.camel.AipiComponent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.PropertyBindingSupport;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DslTest extends SimulatorRouteTest {

    private static final String YAML = """
            - route:
                from:
                  uri: direct:in
                  steps:
                    - to:
                        uri: aipi:chat
                        parameters:
                          param.temperature: 0.7
                          pollInterval: 100
                          outputType: text
            """;

    private static final String XML = """
            <routes xmlns="http://camel.apache.org/schema/xml-io">
              <route>
                <from uri="direct:in"/>
                <to uri="aipi:chat?param.temperature=0.7&amp;pollInterval=100&amp;outputType=text"/>
              </route>
            </routes>
            """;

    @Test
    void yaml() throws Exception {
        assertThat(response("route.camel.yaml", YAML)).isEqualTo("You said: Hello");
    }

    @Test
    @Tag("xml-io-dsl")
    void xml() throws Exception {
        assertThat(response("route.xml", XML)).isEqualTo("You said: Hello");
    }

    private static String response(String name, String routes) throws Exception {
        CamelContext context = new DefaultCamelContext();
        try {
            AipiComponent component = context.getComponent("aipi", AipiComponent.class);
            component.getConfiguration().setServerUrl(server.url());
            component.getConfiguration().setApiKey("key-1");
            Resource resource = ResourceHelper.fromString(name, routes);
            PluginHelper.getRoutesLoader(context).loadRoutes(resource);
            context.start();
            return context.createProducerTemplate().requestBody("direct:in", "Hello", String.class);
        } finally {
            context.stop();
        }
    }

    @Test
    void theComponentIsConfiguredByProperties() throws Exception {
        CamelContext context = new DefaultCamelContext();
        try {
            // a component that the context knows, whose configurer has been found
            AipiComponent component = context.getComponent("aipi", AipiComponent.class);
            PropertyBindingSupport.build()
                    .withCamelContext(context)
                    .withTarget(component)
                    .withConfigurer(component.getComponentPropertyConfigurer())
                    .withIgnoreCase(true)
                    .withProperties(new HashMap<>(Map.of(
                            "server-url", "http://gpu-server:7777",
                            "apiKey", "key-1",
                            "poll-interval", "1s",
                            "jobTimeout", "5000",
                            "output-type", "json",
                            "parameters[temperature]", "0.7",
                            "max-in-flight", "100",
                            "worker-pool-size", "8")))
                    .bind();
            assertThat(component.getConfiguration().getServerUrl()).isEqualTo("http://gpu-server:7777");
            assertThat(component.getConfiguration().getPollInterval()).isEqualTo(Duration.ofSeconds(1));
            assertThat(component.getConfiguration().getJobTimeout()).isEqualTo(Duration.ofSeconds(5));
            assertThat(component.getConfiguration().getOutputType()).isEqualTo(io.aipi.camel.OutputType.json);
            assertThat(component.getConfiguration().getParameters()).containsEntry("temperature", "0.7");
            assertThat(component.getConfiguration().getMaxInFlight()).isEqualTo(100);
            assertThat(component.getWorkerPoolSize()).isEqualTo(8);
        } finally {
            context.stop();
        }
    }

    /** What the docs say of names of parameters in properties. */
    @Test
    @Tag("case-C12")
    void inPropertiesTheNameOfAParameterStandsInBrackets() throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern("false");
        main.addInitialProperty("camel.component.aipi.parameters[top_k]", "{{env:AIPI_TEST_TOP_K:40}}");
        main.addInitialProperty("camel.component.aipi.parameters.top-p", "0.9");
        main.start();
        try {
            AipiComponent component = main.getCamelContext().getComponent("aipi", AipiComponent.class);
            assertThat(component.getConfiguration().getParameters())
                    .containsOnly(entry("top_k", "40"), entry("topP", "0.9"));
        } finally {
            main.stop();
        }
    }
}

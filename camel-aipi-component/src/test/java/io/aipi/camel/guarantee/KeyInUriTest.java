/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiEndpoint;
import io.aipi.client.error.AuthenticationException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.LogCapture;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A key that was written into an endpoint's URI is used, and warned of. The component itself never quotes it; where Camel
 * shows it is in docs/explanation/security-model.md.
 */
class KeyInUriTest {

    private AipiSimulator server;
    private DefaultCamelContext context;

    @BeforeEach
    void start() throws Exception {
        server = AipiSimulator.builder()
                .apiKey("key-of-ann")
                .apiKey("key-of-bob")
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .start();
        context = new DefaultCamelContext();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        context.addComponent("aipi", component);
        context.start();
    }

    @AfterEach
    void stop() throws Exception {
        context.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aipi:chat?apiKey=a-key                          | a-key",
                "aipi://chat?apiKey=a-key                        | a-key",
                "aipi:chat?apikey=a-key                          | a-key",
                "aipi:chat?lazyLogin=true&apiKey=a-key           | a-key",
                "aipi:chat?apiKey=a-key&lazyLogin=true           | a-key",
                "aipi:chat?apiKey=a%2Fkey                        | a/key",
                "aipi:chat?apiKey=a/key=                         | a/key=",
                "aipi:chat?apiKey=RAW(a+%&key=)&pollInterval=1s  | a+%&key=",
                "aipi:chat?apiKey=RAW{a)&key}                    | a)&key",
                "aipi:chat?pollInterval=1s&apiKey=RAW{a&)key}    | a&)key",
                "aipi:chat?apiKey={{the.key}}                    | a-placed-key",
                "aipi:chat?apiKey=RAW({{the.key}})               | a-placed-key",
                "aipi:chat?apiKey=#bean:theKey                   | a-registered-key"
            })
    void itIsTheEndpointsKey(String uri, String key) {
        context.getPropertiesComponent().addOverrideProperty("the.key", "a-placed-key");
        context.getRegistry().bind("theKey", "a-registered-key");

        AipiEndpoint endpoint = context.getEndpoint(uri, AipiEndpoint.class);

        assertThat(endpoint.getConfiguration().getApiKey()).isEqualTo(key);
        assertThat(endpoint.toString()).doesNotContain(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aipi:chat?apiKey=a-secret",
                "aipi:chat?api-key=a-secret",
                "aipi:chat?apiKey=RAW(a-secret)b)",
                "aipi:chat?pollInterval=1s&apikey=a-secret",
                "aipi:chat?apiKey={{the.key}}"
            })
    @Tag("case-D14")
    void aWarningSaysSoOnce_withoutTheKey(String uri) throws Exception {
        context.getPropertiesComponent().addOverrideProperty("the.key", "a-secret");
        try (LogCapture logs = LogCapture.everything()) {
            context.getEndpoint(uri);
            context.getEndpoint(uri + "&lazyLogin=true");

            assertThat(logs.textsWith("The URI of aipi:chat contains "))
                    .singleElement()
                    .asString()
                    .containsIgnoringCase("key. Camel can show URIs")
                    .doesNotContain("a-secret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"aipi:chat", "aipi:chat?apiKey=#bean:theKey", "aipi:chat?param.text=apiKey=x"})
    @Tag("case-D14")
    void nothingIsWarnedOfWithoutOne(String uri) throws Exception {
        context.getRegistry().bind("theKey", "a-registered-key");
        try (LogCapture logs = LogCapture.everything()) {
            AipiEndpoint endpoint = context.getEndpoint(uri, AipiEndpoint.class);

            assertThat(endpoint.getEndpointUri()).doesNotContain("a-registered-key");
            assertThat(logs.textsWith("The URI of aipi:chat contains")).isEmpty();
        }
    }

    @Test
    void otherOptionsStayAsTheyAre() {
        AipiEndpoint endpoint = context.getEndpoint(
                "aipi:chat?param.text=RAW(a&apiKey=b)&apiKey=a-key&progressUri=direct:progress", AipiEndpoint.class);

        assertThat(endpoint.getEndpointUri())
                .contains("param.text=RAW(a&apiKey=b)")
                .contains("progressUri=direct");
        assertThat(endpoint.getConfiguration().getApiKey()).isEqualTo("a-key");
        assertThat(endpoint.getConfiguration().getParameters()).containsEntry("text", "a&apiKey=b");
        assertThat(context.getEndpoint("aipi:chat").getEndpointUri()).isEqualTo("aipi://chat");
    }

    @Test
    void itMayComeAsAPropertyToo() {
        AipiEndpoint endpoint =
                (AipiEndpoint) context.getEndpoint("aipi:chat", Map.of("apiKey", "a-key", "pollInterval", "1s"));

        assertThat(endpoint.getConfiguration().getApiKey()).isEqualTo("a-key");
        assertThat(endpoint.getConfiguration().getPollInterval()).hasSeconds(1);
    }

    @Test
    void endpointsWithDifferentKeysAreDifferent_andThoseWithTheSameEqual() throws Exception {
        AipiComponent component = context.getComponent("aipi", AipiComponent.class);
        Endpoint ann = component.createEndpoint("aipi://chat?apiKey=key-of-ann");
        Endpoint bob = component.createEndpoint("aipi://chat?apiKey=key-of-bob");
        Endpoint annAgain = component.createEndpoint("aipi://chat?apiKey=key-of-ann");

        assertThat(ann).isNotEqualTo(bob).isEqualTo(annAgain).hasSameHashCodeAs(annAgain);
        assertThat(ann.getEndpointUri()).isNotEqualTo(bob.getEndpointUri());
        assertThat(ann.toString()).isEqualTo("aipi://chat?apiKey=xxxxxx").isEqualTo(bob.toString());
    }

    /** Camel keeps producers by endpoint: were two endpoints equal, one would send with the other's key. */
    @Test
    void dynamicEndpointsEachUseTheirOwn() throws Exception {
        context.addRoutes(new org.apache.camel.builder.RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").toD("aipi:chat?lazyLogin=true&apiKey=${header.key}");
            }
        });
        ProducerTemplate template = context.createProducerTemplate();

        for (int i = 0; i < 3; i++) {
            for (String key : new String[] {"key-of-ann", "wrong-key", "key-of-bob"}) {
                Exchange exchange = template.request("direct:in", one -> {
                    one.getMessage().setBody("hello");
                    one.getMessage().setHeader("key", key);
                });
                if ("wrong-key".equals(key)) {
                    assertThat(exchange.getException()).isInstanceOf(AuthenticationException.class);
                } else {
                    assertThat(exchange.getException()).isNull();
                }
            }
        }
        assertThat(server.stats().logins()).as("sessions").isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aipi:chat?apiKey=a-key&lazyStartProducer=true&bridge-error-handler=true&param.x=y&exchangePattern=InOut",
                "aipi:chat?apiKey=a-key&pollinterval=1s&param.api-key=b"
            })
    void allOptionsAreKnownBesideAKey(String uri) {
        assertThat(context.getEndpoint(uri, AipiEndpoint.class)
                        .getConfiguration()
                        .getApiKey())
                .isEqualTo("a-key");
    }
}

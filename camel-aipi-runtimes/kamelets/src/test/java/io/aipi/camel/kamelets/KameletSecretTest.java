/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.kamelets;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import io.aipi.client.error.JobFailedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.LogCapture;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a key is shown that a Kamelet uses, with all logs at all levels, tracing, JMX and a failing job: the better it is
 * kept, the fewer places.
 */
class KameletSecretTest {

    private static final String KEY = "a-key-that-nobody-may-see";

    /** Where Camel itself shows what a placeholder stands for, and the URI it is in. */
    private static final List<String> CAMELS_DEBUG_AND_TRACE = List.of(
            "DEBUG:org.apache.camel.component.properties.DefaultPropertiesParser",
            "DEBUG:org.apache.camel.impl.engine.DefaultCamelContextExtension",
            "TRACE:org.apache.camel.component.properties.DefaultPropertiesLookup",
            "TRACE:org.apache.camel.component.properties.PropertiesComponent",
            "TRACE:org.apache.camel.impl.engine.AbstractCamelContext",
            "TRACE:org.apache.camel.management.JmxManagementLifecycleStrategy",
            "TRACE:org.apache.camel.support.DefaultComponent",
            "TRACE:org.apache.camel.support.EndpointHelper",
            "TRACE:org.apache.camel.support.management.MixinRequiredModelMBean");

    private LogCapture logs;
    private AipiSimulator server;
    private DefaultCamelContext context;

    @BeforeEach
    void start() throws Exception {
        logs = LogCapture.everything();
        server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("chat", "text").withErrorOutput())
                .computeTime(Duration.ofMillis(50))
                .start();
        context = new DefaultCamelContext();
        context.setMessageHistory(true);
        context.setTracing(true);
    }

    @AfterEach
    void stop() throws Exception {
        context.close();
        server.close();
        logs.close();
    }

    @Test
    void aKeyOnTheComponentIsShownNowhere() throws Exception {
        context.getComponent("aipi", AipiComponent.class).getConfiguration().setApiKey(KEY);

        assertThat(shown("")).isEmpty();
        assertThat(logs.loggersThatSaid(KEY)).isEmpty();
    }

    @Test
    void aKeyInAPropertyOfTheKameletIsInTheUriOfTheEndpointBehindIt() throws Exception {
        context.getPropertiesComponent().addOverrideProperty("camel.kamelet.aipi-action.apiKey", KEY);

        assertThat(shown("")).containsOnly("URI of aipi", "property CamelToEndpoint", "property CamelFailureEndpoint");
        assertThat(logs.loggersThatSaid(KEY)).isSubsetOf(CAMELS_DEBUG_AND_TRACE);
    }

    /** Camel knows of no secret in a Kamelet's URI; it masks it by the option's name where it shows it to people. */
    @ParameterizedTest
    @ValueSource(strings = {KEY, "{{the.key}}"})
    void aKeyInTheKameletsUriIsInTheUriOfItsEndpoint_too(String written) throws Exception {
        context.getPropertiesComponent().addOverrideProperty("the.key", KEY);

        assertThat(shown("&apiKey=RAW(" + written + ")"))
                .containsOnly(
                        "URI of kamelet", "URI of aipi", "property CamelToEndpoint", "property CamelFailureEndpoint");
        assertThat(logs.loggersThatSaid(KEY)).isSubsetOf(CAMELS_DEBUG_AND_TRACE);
    }

    /** Runs a job that is answered and one that fails; where the key is shown but for logs. */
    private List<String> shown(String option) throws Exception {
        String uri = "kamelet:aipi-action?endpointName=chat&serverUrl=" + server.url() + option;
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(uri);
            }
        });
        context.start();
        Exchange answered = send("Hello");
        Exchange failed = send("@error=Out_of_memory");
        assertThat(answered.getMessage().getBody()).isEqualTo("You said: Hello");
        assertThat(failed.getException()).isInstanceOf(JobFailedException.class);
        assertThat(logs.loggersThatSaid("aipi://chat?"))
                .as("logs of the endpoint")
                .isNotEmpty();

        List<String> shown = new ArrayList<>();
        for (Exchange exchange : List.of(answered, failed)) {
            see(shown, "headers", exchange.getMessage().getHeaders());
            see(shown, "exception", exchange.getException());
            exchange.getAllProperties().forEach((name, value) -> see(shown, "property " + name, value));
        }
        for (Endpoint endpoint : context.getEndpoints()) {
            see(shown, "URI of " + endpoint.getEndpointUri().replaceFirst(":.*", ""), endpoint.getEndpointUri());
            see(shown, "endpoint", endpoint);
        }
        seeBeans(shown);
        return shown;
    }

    private Exchange send(String prompt) {
        return context.createProducerTemplate()
                .request("direct:in", exchange -> exchange.getMessage().setBody(prompt));
    }

    private static void seeBeans(List<String> shown) throws JMException {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        int attributes = 0;
        for (ObjectName name : beans.queryNames(new ObjectName("org.apache.camel:*"), null)) {
            see(shown, "name of a bean", name);
            for (MBeanAttributeInfo attribute : beans.getMBeanInfo(name).getAttributes()) {
                Object value;
                try {
                    value = beans.getAttribute(name, attribute.getName());
                } catch (RuntimeMBeanException e) {
                    // not to be had in this state, which is said by the exception
                    value = e;
                }
                see(shown, "attribute " + attribute.getName(), value);
                attributes++;
            }
        }
        assertThat(attributes).isGreaterThan(100);
    }

    private static void see(List<String> shown, String where, Object what) {
        if (String.valueOf(what).contains(KEY)) {
            shown.add(where);
        }
    }
}

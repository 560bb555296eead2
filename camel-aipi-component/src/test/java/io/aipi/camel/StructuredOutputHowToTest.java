/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.testsupport.HttpMessage;
import io.aipi.testsupport.ScriptedServer;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ValidationException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.dataformat.JsonLibrary;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ProcessorEndpoint;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the recipe of the how-to about structured output, in Java and in YAML, with a server that says what a model says on a
 * good and on a bad day. For camel-json-validator, which this build does not have, stands a component that knows of JSON
 * Schema what the recipe's schema needs, and fails as that one does, with a {@link ValidationException}.
 */
class StructuredOutputHowToTest {

    private static final String GOOD = "{\"name\": \"Ann\", \"age\": 41}";

    private final DefaultCamelContext context = new DefaultCamelContext();
    private ScriptedServer server;

    @AfterEach
    void close() throws Exception {
        context.close();
        server.close();
    }

    private void start(ChatHowToTest.Dsl dsl, String... answers) throws Exception {
        Queue<String> left = new ArrayDeque<>(List.of(answers));
        server = new ScriptedServer(request -> {
            Function<HttpMessage, ScriptedServer.Response> next =
                    ScriptedServer.jobs("\"text\":" + quoted(left.peek()));
            if (request.target().endsWith("/progress")) {
                left.remove();
            }
            return next.apply(request);
        });
        AipiConfiguration component =
                context.getComponent("aipi", AipiComponent.class).getConfiguration();
        component.setServerUrl(server.url());
        component.setContextParameter("chat_context");
        context.addComponent("json-validator", new Validator());
        if (dsl == ChatHowToTest.Dsl.JAVA) {
            context.addRoutes(recipe());
        } else {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(
                            ResourceHelper.resolveMandatoryResource(context, "classpath:howto/structured.camel.yaml"));
        }
        context.start();
    }

    private static String quoted(String text) {
        try {
            return new ObjectMapper().writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static RouteBuilder recipe() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                // tag::recipe[]
                String model = "aipi:llama3_chat?conversationMemory=true&param.temperature=0.1";
                from("direct:person")
                        .setBody(simple("Who is in this text? Answer with a JSON object only, without Markdown:"
                                + " name (text), age (a whole number). Text: ${body}"))
                        .to(model)
                        .doTry()
                        .to("direct:valid-person")
                        .doCatch(ValidationException.class, JsonProcessingException.class)
                        // one repair round: the model sees its answer before, since the exchange has the conversation
                        .setBody(simple("This is not what was asked for: ${exception.message}."
                                + " Answer with the corrected JSON object only."))
                        .to(model)
                        .to("direct:valid-person")
                        .end();

                from("direct:valid-person")
                        // its failures are those of the route above
                        .errorHandler(noErrorHandler())
                        .to("json-validator:howto/person.schema.json")
                        .unmarshal()
                        .json(JsonLibrary.Jackson);
                // end::recipe[]
            }
        };
    }

    /** The types of the properties and which are required. */
    private static final class Validator extends DefaultComponent {

        private static final ObjectMapper JSON = new ObjectMapper();

        @Override
        protected Endpoint createEndpoint(String uri, String schema, Map<String, Object> parameters) {
            return new ProcessorEndpoint(uri, this, exchange -> validate(exchange, schema));
        }

        private void validate(Exchange exchange, String resource) throws Exception {
            JsonNode value = JSON.readTree(exchange.getMessage().getBody(String.class));
            JsonNode schema;
            try (InputStream in = ResourceHelper.resolveMandatoryResourceAsInputStream(getCamelContext(), resource)) {
                schema = JSON.readTree(in);
            }
            for (JsonNode required : schema.get("required")) {
                if (!value.has(required.asText())) {
                    throw new ValidationException(exchange, "required property '" + required.asText() + "' not found");
                }
            }
            for (Map.Entry<String, JsonNode> property : schema.get("properties").properties()) {
                boolean isInteger =
                        "integer".equals(property.getValue().get("type").asText());
                JsonNode found = value.path(property.getKey());
                if (isInteger ? !found.isIntegralNumber() : !found.isTextual()) {
                    throw new ValidationException(exchange, property.getKey() + " has another type");
                }
            }
        }
    }

    private Exchange send() {
        return context.createProducerTemplate()
                .request("direct:person", exchange -> exchange.getMessage().setBody("Ann turned 41 yesterday."));
    }

    private List<String> submits() {
        return server.requests().stream()
                .filter(request -> request.line().startsWith("POST ")
                        && !request.target().endsWith("/progress")
                        && !request.target().endsWith("/login"))
                .map(HttpMessage::text)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void aGoodAnswerBecomesAnObject(ChatHowToTest.Dsl dsl) throws Exception {
        start(dsl, GOOD);

        assertThat(send().getMessage().getBody()).isEqualTo(Map.of("name", "Ann", "age", 41));
        assertThat(submits()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatIsNoJsonIsRepaired(ChatHowToTest.Dsl dsl) throws Exception {
        start(dsl, "Here you are: " + GOOD, GOOD);

        assertThat(send().getMessage().getBody()).isEqualTo(Map.of("name", "Ann", "age", 41));
        assertThat(submits()).hasSize(2);
        assertThat(submits().get(1)).contains("Here you are", "This is not what was asked for");
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatDoesNotFitTheSchemaIsRepaired(ChatHowToTest.Dsl dsl) throws Exception {
        start(dsl, "{\"name\": \"Ann\"}", GOOD);

        assertThat(send().getMessage().getBody()).isEqualTo(Map.of("name", "Ann", "age", 41));
        assertThat(submits().get(1)).contains("required property 'age' not found");
    }

    @ParameterizedTest
    @EnumSource
    void thereIsOneRoundOnly(ChatHowToTest.Dsl dsl) throws Exception {
        start(dsl, "{\"name\": \"Ann\"}", "Sorry!", GOOD);

        assertThat(send().getException()).isInstanceOf(JsonProcessingException.class);
        assertThat(submits()).hasSize(2);
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.kamelets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConfiguration;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiEndpoint;
import io.aipi.camel.chat.MemoryConversationRepository;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Kamelets run jobs on a server, and what fails there fails in the route that calls them. */
class KameletTest {

    private static final String KEY = "a+key&with%signs";
    private static final long PATIENCE = 30_000;

    private static AipiSimulator server;

    private DefaultCamelContext context;
    private ProducerTemplate template;

    @BeforeAll
    static void startServer() throws Exception {
        server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl"))
                .workers(4)
                .computeTime(Duration.ofMillis(60))
                .start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void makeContext() {
        context = new DefaultCamelContext();
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
        context.getRegistry().bind("conversations", new MemoryConversationRepository());
        template = context.createProducerTemplate();
    }

    @AfterEach
    void closeContext() throws Exception {
        context.close();
    }

    private AipiConfiguration component() {
        return context.getComponent("aipi", AipiComponent.class).getConfiguration();
    }

    private void configureComponent() {
        component().setServerUrl(server.url());
        component().setApiKey(KEY);
    }

    private void start(String routes) throws Exception {
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:camel/" + routes));
        context.start();
    }

    private void startRoute(String kamelet) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(kamelet);
            }
        });
        context.start();
    }

    private Exchange send(String endpoint, Object body) {
        return template.request(endpoint, exchange -> exchange.getMessage().setBody(body));
    }

    private AipiEndpoint endpoint() {
        return (AipiEndpoint) context.getEndpoints().stream()
                .filter(AipiEndpoint.class::isInstance)
                .findFirst()
                .orElseThrow();
    }

    private String inUri(String name) {
        return "kamelet:" + name + "?endpointName=llama2_chat&serverUrl=" + server.url() + "&apiKey=RAW(" + KEY + ")";
    }

    @Test
    void theActionsAnswerTakesTheMessagesPlace() throws Exception {
        configureComponent();
        start("action.camel.yaml");

        Exchange answer = send("direct:ask", "Hello");

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody()).isEqualTo("You said: Hello");
        assertThat(answer.getMessage().getHeader(AipiConstants.JOB_ID)).isNotNull();
        assertThat(answer.getMessage().getHeader(AipiConstants.JOB_STATE)).isEqualTo("done");
    }

    @Test
    void theActionsAnswerMayBeAnImage_andItsParametersComeWithTheMessage() throws Exception {
        configureComponent();
        start("action.camel.yaml");

        Exchange answer = send("direct:draw", Map.of("prompt", "A camel", "seed", 42));

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody(byte[].class)).startsWith(0x89, 'P', 'N', 'G');
        assertThat(answer.getMessage().getHeader(AipiConstants.SEED)).isEqualTo(42L);
    }

    @Test
    void everythingMayStandInTheUri() throws Exception {
        startRoute(inUri("aipi-action") + "&outputType=text&jobTimeout=3m&maxInFlight=5");

        assertThat(send("direct:in", "Hello").getMessage().getBody()).isEqualTo("You said: Hello");
        AipiConfiguration used = endpoint().getConfiguration();
        assertThat(used.getJobTimeout()).isEqualTo(Duration.ofMinutes(3));
        assertThat(used.getMaxInFlight()).isEqualTo(5);
    }

    @Test
    void theChatActionGoesOnWithAConversation() throws Exception {
        configureComponent();
        start("chat-action.camel.yaml");
        Map<String, Object> ann = Map.of(AipiConstants.CONVERSATION_ID, "ann & bob");

        assertThat(template.requestBodyAndHeaders("direct:chat", "I am Ann", ann, String.class))
                .isEqualTo("You said: I am Ann");
        assertThat(template.requestBodyAndHeaders("direct:chat", "Who am I?", ann, String.class))
                .isEqualTo("You said: Who am I?. Earlier you said: I am Ann");
        assertThat(context.getEndpoints().stream()
                        .filter(AipiEndpoint.class::isInstance)
                        .map(used -> ((AipiEndpoint) used).getConfiguration().getSystemMessage()))
                .as("of the route of the conversation, and of the one that streams")
                .containsExactlyInAnyOrder("Answer in one sentence & say please.", null);
    }

    @Test
    void theChatActionStreams() throws Exception {
        configureComponent();
        start("chat-action.camel.yaml");
        MockEndpoint words = context.getEndpoint("mock:words", MockEndpoint.class);

        assertThat(send("direct:stream", "Hello you @sleep=1 @steps=4").getException())
                .isNull();

        assertThat(words.getExchanges()).hasSizeGreaterThan(1);
        assertThat(words.getExchanges().stream()
                        .map(exchange -> exchange.getMessage().getBody(String.class))
                        .collect(Collectors.joining()))
                .startsWith("You said: Hello you");
    }

    @Test
    void serverAndKeyMayComeFromProperties() throws Exception {
        context.getPropertiesComponent().setLocation("classpath:camel/kamelets.properties");
        context.getPropertiesComponent().addOverrideProperty("gpu.server", server.url());
        context.getPropertiesComponent().addOverrideProperty("gpu.key", KEY);
        start("action.camel.yaml");

        assertThat(send("direct:ask", "Hello").getMessage().getBody()).isEqualTo("You said: Hello");
    }

    @Test
    void whatTheKameletIsNotGivenIsTheComponents() throws Exception {
        configureComponent();
        component().setUser("ann");
        component().setProgressUri("seda:progress");
        startRoute("kamelet:aipi-action?endpointName=llama2_chat");

        assertThat(send("direct:in", "Hello").getException()).isNull();
        AipiConfiguration used = endpoint().getConfiguration();
        assertThat(used.getServerUrl()).isEqualTo(server.url());
        assertThat(used.getApiKey()).isEqualTo(KEY);
        assertThat(used.getUser()).isEqualTo("ann");
        assertThat(used.getProgressUri()).isEqualTo("seda:progress");
    }

    @Test
    void theKameletsDefaultsWinOverTheComponents() throws Exception {
        configureComponent();
        component().setJobTimeout(Duration.ofMinutes(5));
        startRoute("kamelet:aipi-action?endpointName=llama2_chat");

        assertThat(endpoint().getConfiguration().getJobTimeout()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void theNameOfTheModelIsRequired() {
        assertThatThrownBy(() -> startRoute("kamelet:aipi-action?serverUrl=" + server.url()))
                .hasStackTraceContaining("endpointName");
    }

    /** Camel takes any property for one of the template's. */
    @Test
    void aMisspeltPropertyIsNotReported() throws Exception {
        startRoute(inUri("aipi-action") + "&jobTimeOut=1s");

        assertThat(endpoint().getConfiguration().getJobTimeout()).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"aipi-action", "aipi-chat-action", "aipi-sink"})
    void aBadKeyKeepsTheRouteFromStarting(String name) {
        assertThatThrownBy(() -> startRoute(
                        "kamelet:" + name + "?endpointName=llama2_chat&apiKey=wrong-key&serverUrl=" + server.url()))
                .hasRootCauseInstanceOf(AuthenticationException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"aipi-action", "aipi-chat-action", "aipi-sink"})
    void aBadKeyFailsTheMessage_ifTheLoginIsLazy(String name) throws Exception {
        startRoute("kamelet:" + name + "?endpointName=llama2_chat&apiKey=wrong-key&lazyLogin=true&serverUrl="
                + server.url());

        assertThat(send("direct:in", "Hello").getException()).isInstanceOf(AuthenticationException.class);
    }

    @Test
    void theCallingRouteHandlesTheTypedError() throws Exception {
        configureComponent();
        start("errors.camel.yaml");

        Exchange answer = send("direct:ask", "@error=Out_of_memory");

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody(String.class))
                .startsWith("No answer: ")
                .contains("Out of memory");
    }

    /**
     * Camel gives a Kamelet the error handler of the route that calls it, but not that route's onException: the error
     * handler is done with the failure before the route hears of it.
     */
    @ParameterizedTest
    @CsvSource({"'', 1, false", "&noErrorHandler=true, 3, true"})
    void onExceptionOfTheCallingRouteNeedsNoErrorHandler(String option, int submits, boolean handled) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(JobFailedException.class)
                        .maximumRedeliveries(2)
                        .redeliveryDelay(0)
                        .handled(true)
                        .setBody(constant("handled"));
                from("direct:in").to(inUri("aipi-action") + option);
            }
        });
        context.start();
        long before = server.stats().submits();

        Exchange answer = send("direct:in", "@error=Out_of_memory");

        assertThat("handled".equals(answer.getMessage().getBody())).isEqualTo(handled);
        assertThat(answer.getException() == null).isEqualTo(handled);
        assertThat(server.stats().submits() - before).isEqualTo(submits);
    }

    @Test
    void aDoCatchOfTheCallingRouteHearsTheTypedErrorAnyway() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .doTry()
                        .to(inUri("aipi-action"))
                        .doCatch(JobFailedException.class)
                        .setBody(constant("caught"));
            }
        });
        context.start();

        assertThat(send("direct:in", "@error=Out_of_memory").getMessage().getBody())
                .isEqualTo("caught");
    }

    @Test
    void aRouteConfigurationHearsTheTypedErrorAnyway() throws Exception {
        context.addRoutes(new RouteConfigurationBuilder() {
            @Override
            public void configuration() {
                routeConfiguration("handles")
                        .onException(JobFailedException.class)
                        .handled(true)
                        .setBody(constant("handled"));
            }
        });
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeConfigurationId("handles").to(inUri("aipi-action"));
            }
        });
        context.start();

        Exchange answer = send("direct:in", "@error=Out_of_memory");

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody()).isEqualTo("handled");
    }

    /** Once, and not by the Kamelet and the calling route both. */
    @ParameterizedTest
    @ValueSource(strings = {"", "&noErrorHandler=true"})
    void aMessageIsTriedAsOftenAsTheCallingRouteSays(String option) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(2).redeliveryDelay(0));
                from("direct:in").to(inUri("aipi-action") + option);
            }
        });
        context.start();
        long before = server.stats().submits();

        Exchange answer = send("direct:in", "@error=Out_of_memory");

        assertThat(answer.getException()).isInstanceOf(JobFailedException.class);
        assertThat(server.stats().submits() - before).isEqualTo(3);
    }

    @Test
    void theSinkGoesOnWithTheJobsId_andTheAnswerIsConsumedElsewhere() throws Exception {
        configureComponent();
        start("sink.camel.yaml");
        MockEndpoint answers = context.getEndpoint("mock:answers", MockEndpoint.class);
        answers.expectedBodiesReceived("You said: Later");
        answers.setResultWaitTime(PATIENCE);

        Exchange submitted = send("direct:submit", "Later");

        assertThat(submitted.getException()).isNull();
        assertThat(submitted.getMessage().getBody())
                .isEqualTo(submitted.getMessage().getHeader(AipiConstants.JOB_ID))
                .isNotNull();
        answers.assertIsSatisfied();
        assertThat(answers.getExchanges().get(0).getMessage().getHeader(AipiConstants.JOB_ID))
                .isEqualTo(submitted.getMessage().getBody());
    }

    @Test
    void aJobThatFailsLaterDoesNotFailTheSink() throws Exception {
        configureComponent();
        start("sink.camel.yaml");
        MockEndpoint failed = context.getEndpoint("mock:failed", MockEndpoint.class);
        failed.expectedMessageCount(1);
        failed.setResultWaitTime(PATIENCE);

        assertThat(send("direct:submit", "@error=Out_of_memory").getException()).isNull();

        failed.assertIsSatisfied();
        assertThat(failed.getExchanges().get(0).getMessage().getHeader(AipiConstants.ERROR_TYPE))
                .isEqualTo("JobFailedException");
    }

    @Test
    void whatTheServerDoesNotAcceptFailsTheSink() throws Exception {
        configureComponent();
        start("sink.camel.yaml");

        Exchange refused = send("direct:submit", Map.of("text", "Hello", "temperature", 7));

        assertThat(refused.getException()).isInstanceOf(InvalidRequestException.class);
    }

    /** Without a repository or a consumer: what becomes of the job goes to the progressUri, whatever options that has. */
    @Test
    void theSinksOutcomeMayGoToAUri() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:outcome?size=100")
                        // the last progress may say "done", too
                        .filter(exchangeProperty(AipiConstants.RESULT_PROPERTY).isNotNull())
                        .to("mock:outcome");
            }
        });
        MockEndpoint outcomes = context.getEndpoint("mock:outcome", MockEndpoint.class);
        outcomes.expectedMessageCount(1);
        outcomes.setResultWaitTime(PATIENCE);
        startRoute(inUri("aipi-sink") + "&progressUri=RAW(seda:outcome?size=100&waitForTaskToComplete=Never)");

        Exchange submitted = send("direct:in", "Later");

        outcomes.assertIsSatisfied();
        Message outcome = outcomes.getExchanges().get(0).getMessage();
        assertThat(outcome.getBody()).isEqualTo("You said: Later");
        assertThat(outcome.getHeader(AipiConstants.JOB_ID))
                .isEqualTo(submitted.getMessage().getBody());
    }

    @Test
    void twoUsesAreTwoRoutes_andOneSession() throws Exception {
        configureComponent();
        long logins = server.stats().logins();
        start("action.camel.yaml");

        send("direct:ask", "Hello");
        send("direct:draw", "A camel");

        assertThat(context.getRoutes()).hasSize(4);
        // the served generation logs in for each endpoint, or once for all: never once for each message
        assertThat(server.stats().logins() - logins).isBetween(1L, 2L);
    }
}

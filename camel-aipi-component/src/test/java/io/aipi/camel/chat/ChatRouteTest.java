/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.client.model.ChatMessage;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A simulated server with chats that remember, and a context. */
@Timeout(120)
abstract class ChatRouteTest {

    /** A PNG, as far as its first bytes say. */
    static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 'I', 'H', 'D', 'R'};

    AipiSimulator server;
    DefaultCamelContext context;

    interface Routes {
        void configure(RouteBuilder builder) throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.chat("small_chat", "prompt_input").withMaxSeqLen(40))
                .endpoint(SimulatedEndpoint.ofServer096("mistral_chat"))
                .endpoint(SimulatedEndpoint.ofServer096("gpt_oss_chat"))
                .endpoint(SimulatedEndpoint.chat("plain", "text").withErrorOutput())
                .endpoint(SimulatedEndpoint.imageToImage("repaint"))
                .endpoint(SimulatedEndpoint.speech("speech"))
                .workers(4)
                .computeTime(Duration.ofMillis(30))
                .start();
        context = newContext();
    }

    @AfterEach
    void stop() {
        context.stop();
        server.close();
    }

    DefaultCamelContext newContext() {
        DefaultCamelContext made = new DefaultCamelContext();
        AipiComponent component = new AipiComponent();
        component.getConfiguration().setServerUrl(server.url());
        component.getConfiguration().setPollInterval(Duration.ofMillis(20));
        component.getConfiguration().setRepositoryScanInterval(Duration.ofMillis(50));
        component.getConfiguration().setRedeliveryDelay(Duration.ofMillis(10));
        made.addComponent("aipi", component);
        made.getShutdownStrategy().setTimeout(10);
        return made;
    }

    void routes(Routes routes) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() throws Exception {
                routes.configure(this);
            }
        });
        context.start();
    }

    ProducerTemplate template() {
        return context.createProducerTemplate();
    }

    Exchange send(String uri, Object body, Map<String, Object> headers) {
        return template().request(uri, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new java.util.HashMap<>(headers));
        });
    }

    /** The text of the answer to a question in this conversation. */
    String ask(String uri, String conversation, Object body) {
        Exchange answered = send(uri, body, Map.of(AipiConstants.CONVERSATION_ID, conversation));
        if (answered.getException() != null) {
            throw new AssertionError(answered.getException());
        }
        return answered.getMessage().getBody(String.class);
    }

    @SuppressWarnings("unchecked")
    static List<ChatMessage> conversation(Exchange exchange) {
        return exchange.getProperty(AipiConstants.CONVERSATION_PROPERTY, List.class);
    }

    static List<String> texts(List<ChatMessage> messages) {
        return messages.stream().map(ChatMessage::text).toList();
    }

    static void bind(CamelContext context, String name, Object bean) {
        context.getRegistry().bind(name, bean);
    }
}

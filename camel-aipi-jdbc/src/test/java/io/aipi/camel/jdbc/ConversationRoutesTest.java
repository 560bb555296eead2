/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiComponent;
import io.aipi.client.model.ChatMessage;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ResourceLoader;
import org.apache.camel.spi.RoutesLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows: conversations that outlive the process, and are purged. */
class ConversationRoutesTest {

    @TempDir
    private Path folder;

    private TestDatabase database;
    private AipiSimulator server;

    private interface Routes {
        void addTo(DefaultCamelContext context) throws Exception;
    }

    @BeforeEach
    void start() {
        database = TestDatabase.h2In(folder);
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096("llama3_chat"))
                .computeTime(Duration.ofMillis(10))
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
        database.close();
    }

    @Test
    void inJava() throws Exception {
        holdsAConversation(context -> addRoutes(context, database.observed.dataSource()));
    }

    @Test
    void inYaml() throws Exception {
        holdsAConversation(context -> {
            context.getPropertiesComponent().addInitialProperty("conversations.url", TestDatabase.h2Url(folder));
            context.getPropertiesComponent().addInitialProperty("conversations.user", "sa");
            context.getPropertiesComponent().addInitialProperty("conversations.password", "");
            ExtendedCamelContext extended = context.getCamelContextExtension();
            extended.getContextPlugin(RoutesLoader.class)
                    .loadRoutes(extended.getContextPlugin(ResourceLoader.class)
                            .resolveResource("classpath:conversations.yaml"));
        });
    }

    private static void addRoutes(DefaultCamelContext context, DataSource dataSource) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                // tag::conversations[]
                JdbcConversationRepository conversations = new JdbcConversationRepository(dataSource);
                getContext().getRegistry().bind("conversations", conversations);
                from("direct:ask").to("aipi:llama3_chat?conversationMemory=true&conversationRepository=#conversations");
                from("timer:purge?period=1h").process(exchange -> conversations.purge(Duration.ofDays(30)));
                // end::conversations[]
            }
        });
    }

    private void holdsAConversation(Routes routes) throws Exception {
        JdbcConversationRepository old = new JdbcConversationRepository(database.observed.dataSource());
        old.start();
        old.append("old", 0, List.of(ChatMessage.user("?")), null);
        database.execute("update aipi_conversation set changed = dateadd(day, -31, changed)");

        assertThat(ask(routes, "My name is Ada.")).isEqualTo("You said: My name is Ada.");
        assertThat(ask(routes, "Who am I?")).isEqualTo("You said: Who am I?. Earlier you said: My name is Ada.");
        assertThat(database.query("select text from aipi_message where role = 'user' order by number"))
                .containsExactly("My name is Ada.", "Who am I?");
    }

    /** In a context of its own, as after a restart. */
    private String ask(Routes routes, String prompt) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getComponent("aipi", AipiComponent.class).getConfiguration().setServerUrl(server.url());
            routes.addTo(context);
            context.start();
            String answer = context.createProducerTemplate()
                    .requestBodyAndHeaders(
                            "direct:ask", prompt, Map.of("CamelAipiConversationId", "of Ada"), String.class);
            await().until(() -> database.query("select 1 from aipi_conversation where id = 'old'")
                    .isEmpty());
            return answer;
        }
    }
}

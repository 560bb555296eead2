package com.example;

import static io.aipi.simulator.ScriptedJob.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.aipi.simulator.junit.AipiServer;
import java.util.List;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ChatTest {

    @RegisterExtension
    static AipiServer server = AipiServer.create().script(answer("Paris"));

    private final Main application = new Main();

    @AfterEach
    void stop() {
        application.stop();
    }

    @Test
    void aPromptIsAnswered() throws Exception {
        application.addOverrideProperty("camel.component.aipi.server-url", server.url());
        application.addOverrideProperty("model", "llama3_chat");
        application.addOverrideProperty("prompts", "target/prompts");
        application.addOverrideProperty("answers", "target/answers");
        application.start();

        application.getCamelTemplate().sendBody("file:target/prompts", "The capital of France?");

        assertEquals("Paris", application.getCamelContext().createConsumerTemplate()
                .receiveBody("file:target/answers", 30_000, String.class));
        assertEquals(List.of("The capital of France?"), server.prompts());
    }
}

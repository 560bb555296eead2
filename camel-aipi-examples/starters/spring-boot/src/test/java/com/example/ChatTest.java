package com.example;

import static io.aipi.simulator.ScriptedJob.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.aipi.simulator.AipiSimulator;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest(
        properties = {
            "camel.component.aipi.server-url=",
            "camel.aipi.simulator.compute-time=0s",
            "model=llama3_chat"
        })
class ChatTest {

    @Autowired
    ProducerTemplate camel;

    @Autowired
    AipiSimulator simulator;

    @Test
    void aPromptIsAnswered() {
        simulator.script(answer("Paris"));

        assertEquals("Paris", camel.requestBody("direct:chat", "The capital of France?", String.class));
    }
}

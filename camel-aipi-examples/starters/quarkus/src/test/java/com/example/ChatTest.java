package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ChatTest {

    @Inject
    ProducerTemplate camel;

    @Test
    void aPromptIsAnswered() {
        assertEquals("You said: Hello!", camel.requestBody("direct:chat", "Hello!", String.class));
    }
}

package com.example;

import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.concurrent.CompletionStage;
import org.apache.camel.ProducerTemplate;

/** Prompts over HTTP. No thread waits for the answer. */
@Path("/chat")
public class Chat {

    @Inject
    ProducerTemplate camel;

    @POST
    @Consumes(MediaType.TEXT_PLAIN)
    @Produces(MediaType.TEXT_PLAIN)
    public CompletionStage<String> chat(String prompt) {
        return camel.asyncRequestBody("direct:chat", prompt, String.class);
    }
}

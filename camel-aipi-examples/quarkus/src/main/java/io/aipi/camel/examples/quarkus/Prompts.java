/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quarkus;

import io.aipi.client.error.AipiException;
import io.aipi.client.error.InvalidRequestException;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** Prompts as HTTP requests, answered when their jobs are done. Waiting takes no thread. */
@Path("/")
public class Prompts {

    @Inject
    ProducerTemplate camel;

    /** A prompt for text. */
    @POST
    @Path("chat")
    @Consumes(MediaType.TEXT_PLAIN)
    public CompletionStage<Response> chat(String prompt) {
        return ask("direct:chat", prompt);
    }

    /** A prompt for an image. */
    @POST
    @Path("image")
    @Consumes(MediaType.TEXT_PLAIN)
    public CompletionStage<Response> image(String prompt) {
        return ask("direct:image", prompt);
    }

    // tag::call
    private CompletionStage<Response> ask(String route, String prompt) {
        return camel.asyncSend(route, exchange -> exchange.getMessage().setBody(prompt))
                .thenApply(Prompts::answer);
    }
    // end::call

    private static Response answer(Exchange exchange) {
        AipiException failure = exchange.getException(AipiException.class);
        if (failure != null) {
            int status = failure instanceof InvalidRequestException ? 400 : 502;
            return Response.status(status)
                    .type(MediaType.TEXT_PLAIN)
                    .entity(failure.getMessage())
                    .build();
        }
        if (exchange.getException() instanceof UnsupportedOperationException missing) {
            return Response.status(Response.Status.NOT_IMPLEMENTED)
                    .type(MediaType.TEXT_PLAIN)
                    .entity(missing.getMessage())
                    .build();
        }
        if (exchange.getException() != null) {
            return Response.serverError().build();
        }
        return Response.ok(exchange.getMessage().getBody())
                .type(exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class))
                .build();
    }
}

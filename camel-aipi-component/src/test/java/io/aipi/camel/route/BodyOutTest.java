/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiConstants;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.JobResult;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

class BodyOutTest extends SimulatorRouteTest {

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                for (String type : List.of("auto", "text", "images", "json", "result")) {
                    from("direct:chat-" + type).to("aipi:chat?outputType=" + type);
                    from("direct:picture-" + type).to("aipi:picture?outputType=" + type);
                }
                from("direct:pngs").to("aipi:png?param.num_samples=2");
                from("direct:pngs-split")
                        .to("aipi:png?param.num_samples=2")
                        .split(body())
                        .to("mock:each");
                from("direct:speech").to("aipi:speech");
                from("direct:twice").to("aipi:chat").to("aipi:other_chat");
            }
        };
    }

    @Test
    void theTextOfAResultIsTheBody() {
        Exchange response = send("direct:chat-auto", "Hello");
        assertThat(response.getMessage().getBody()).isEqualTo("You said: Hello");
        assertThat(response.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("text/plain;charset=UTF-8");
        assertThat(send("direct:chat-text", "Hello").getMessage().getBody()).isEqualTo("You said: Hello");
    }

    @Test
    void headersTellOfTheJobAndThePropertyHasAll() {
        Exchange response = send("direct:chat-auto", "Hello");
        Map<String, Object> headers = response.getMessage().getHeaders();
        assertThat(headers)
                .containsEntry(AipiConstants.ENDPOINT, "chat")
                .containsEntry(AipiConstants.JOB_STATE, "done")
                .containsKeys(
                        AipiConstants.JOB_ID,
                        AipiConstants.COMPUTE_DURATION,
                        AipiConstants.TOTAL_DURATION,
                        AipiConstants.WORKER)
                .doesNotContainKeys(AipiConstants.SEED, AipiConstants.MEDIA_TYPES);
        assertThat((Long) headers.get(AipiConstants.COMPUTE_DURATION)).isBetween(50L, 20_000L);
        JobResult result = response.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
        assertThat(result.jobId()).isEqualTo(headers.get(AipiConstants.JOB_ID));
        assertThat(result.field("num_generated_tokens")).isInstanceOf(Integer.class);
    }

    @Test
    void oneImageIsItsBytes() throws Exception {
        for (String route : List.of("direct:picture-auto", "direct:picture-images")) {
            Exchange response = send(route, "a llama");
            byte[] bytes = response.getMessage().getBody(byte[].class);
            assertThat(response.getMessage().getBody()).isSameAs(bytes);
            assertThat(ImageIO.read(new ByteArrayInputStream(bytes)).getWidth()).isPositive();
            assertThat(response.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("image/jpeg");
            assertThat(response.getMessage().getHeader(AipiConstants.MEDIA_TYPES))
                    .isEqualTo(List.of("image/jpeg"));
            assertThat(response.getMessage().getHeader(AipiConstants.SEED)).isInstanceOf(Long.class);
        }
    }

    @Test
    void severalImagesAreAListOfTheirBytesThatSplitTakesApart() throws Exception {
        Exchange response = send("direct:pngs", "llamas");
        assertThat((List<?>) response.getMessage().getBody()).hasSize(2).allMatch(byte[].class::isInstance);
        assertThat(response.getMessage().getHeader(AipiConstants.MEDIA_TYPES))
                .isEqualTo(List.of("image/png", "image/png"));
        assertThat(response.getMessage().getHeader(Exchange.CONTENT_TYPE)).isNull();

        getMockEndpoint("mock:each").expectedMessageCount(2);
        send("direct:pngs-split", "llamas");
        getMockEndpoint("mock:each").assertIsSatisfied();
        assertThat(getMockEndpoint("mock:each").getExchanges())
                .allMatch(exchange -> exchange.getMessage().getBody() instanceof byte[]);
    }

    @Test
    void aSoundIsItsBytes() {
        Exchange response = send("direct:speech", "Hello");
        assertThat(response.getMessage().getBody()).isInstanceOf(byte[].class);
        assertThat(response.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("audio/wav");
    }

    @Test
    void jsonIsTheWholeResultWithMediaAsDataUris() throws Exception {
        Exchange response = send("direct:picture-json", "a llama");
        assertThat(response.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/json");
        var json = new ObjectMapper().readTree(response.getMessage().getBody(String.class));
        assertThat(json.get("images").get(0).asText()).startsWith("data:image/jpeg;base64,");
        assertThat(json.get("seed").isIntegralNumber()).isTrue();
    }

    @Test
    void resultIsTheTypedResultWhichCamelConverts() {
        Exchange chat = send("direct:chat-result", "Hello");
        assertThat(chat.getMessage().getBody()).isInstanceOf(JobResult.class);
        assertThat(chat.getMessage().getBody(String.class)).isEqualTo("You said: Hello");
        Exchange picture = send("direct:picture-result", "a llama");
        assertThat(picture.getMessage().getBody(byte[].class)).startsWith(0xff, 0xd8);
        assertThat(picture.getMessage().getBody(InputStream.class)).isNotNull();
    }

    @Test
    void aResultWithoutWhatWasAskedForFailsTheExchange() {
        assertThat(send("direct:picture-text", "a llama").getException())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("has no text")
                .hasMessageContaining("Check outputType");
        assertThat(send("direct:chat-images", "Hello").getException())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining("has no image");
    }

    @Test
    void aSecondModelTakesTheResponseOfTheFirst() {
        Exchange response = template.request("direct:twice", exchange -> {
            exchange.getMessage().setBody("ignored");
            exchange.getMessage().setHeader(AipiConstants.PROMPT, "Hello");
            exchange.getMessage().setHeader(AipiConstants.PARAMETERS, Map.of("top_k", 5));
        });
        assertThat(response.getMessage().getBody()).isEqualTo("You said: You said: Hello");
        assertThat(response.getMessage().getHeaders())
                .doesNotContainKeys(AipiConstants.PROMPT, AipiConstants.PARAMETERS);
    }

    @Test
    void afterAFailureTheMessageIsAsItWas() {
        Exchange response = template.request("direct:chat-auto", exchange -> {
            exchange.getMessage().setBody("body");
            exchange.getMessage().setHeader(AipiConstants.PROMPT, "x @error=CUDA_out_of_memory");
        });
        assertThat(response.getException())
                .isInstanceOfSatisfying(
                        JobFailedException.class,
                        failure -> assertThat(failure.getWorkerMessage()).isEqualTo("CUDA out of memory"));
        assertThat(response.getMessage().getBody()).isEqualTo("body");
        assertThat(response.getMessage().getHeader(AipiConstants.PROMPT)).isEqualTo("x @error=CUDA_out_of_memory");
    }

    private Exchange send(String route, Object body) {
        return template.request(route, exchange -> exchange.getMessage().setBody(body));
    }
}

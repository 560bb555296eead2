/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.ResultReader;
import io.aipi.client.error.AipiException;
import io.aipi.client.internal.job.FuzzedServer;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobResult;
import io.aipi.client.options.JobOptions;
import io.aipi.client.spi.VirtualScheduler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/**
 * Whatever a message is, a request is made of it that is one object of JSON, or it is refused; and a result of it fits
 * into a message. The input is a byte that says what the body becomes, a line that is the content type, and the body.
 */
public final class MessageFuzz {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final byte[] DESCRIPTION = FuzzedServer.response(
            200,
            ("{\"parameter_description\":{\"input\":{\"text\":{\"type\":\"string\",\"required\":true},"
                            + "\"image\":{\"type\":\"image\"},\"seed\":{\"type\":\"integer\"},"
                            + "\"scale\":{\"type\":\"float\"},\"sharp\":{\"type\":\"bool\"},"
                            + "\"chat_context\":{\"type\":\"json\"}}}}")
                    .getBytes(StandardCharsets.UTF_8));
    private static final byte[] ACCEPTED =
            FuzzedServer.response(200, "{\"job_id\":\"JID1\"}".getBytes(StandardCharsets.UTF_8));

    private static final FuzzedServer NO_SERVER = FuzzedServer.afterLogin(new byte[0]);

    private static AipiEndpoint endpoint;

    private MessageFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        AipiEndpoint target = endpoint();
        Exchange exchange = new DefaultExchange(target.getCamelContext());
        fill(exchange.getMessage(), input);
        DefaultAipiBinding binding = new DefaultAipiBinding();
        try {
            AipiRequest request = binding.toRequest(exchange, target);
            if (request.toString().isEmpty()) {
                throw new AssertionError("a request that does not tell what it is");
            }
            submit(request);
        } catch (AipiException refused) {
            NO_SERVER.check(refused);
        }
        populate(binding, exchange, target, Arrays.copyOfRange(input, 1, input.length));
    }

    private static void fill(Message message, byte[] input) {
        int lineEnd = 1;
        while (lineEnd < input.length && input[lineEnd] != '\n') {
            lineEnd++;
        }
        // a key in the message's own content type is the sender's, who is told what it says
        String contentType = FuzzedServer.masked(new String(input, 1, lineEnd - 1, StandardCharsets.UTF_8));
        byte[] rest = Arrays.copyOfRange(input, Math.min(lineEnd + 1, input.length), input.length);
        String text = new String(rest, StandardCharsets.UTF_8);
        if (!contentType.isEmpty()) {
            message.setHeader(Exchange.CONTENT_TYPE, contentType);
        }
        if ((input[0] & 8) != 0) {
            message.setHeader(AipiConstants.PROMPT, contentType);
        }
        if ((input[0] & 16) != 0) {
            message.setHeader(AipiConstants.PARAMETERS, parameters(text));
        }
        switch (input[0] & 7) {
            case 0 -> message.setBody(text);
            case 1 -> message.setBody(rest);
            case 2 -> message.setBody(new ByteArrayInputStream(rest));
            case 3 -> message.setBody(parameters(text));
            case 4 -> message.setBody(json(text));
            case 5 -> message.setBody(null);
            case 6 -> message.setBody(AipiRequest.ofParameters(parameters(text)));
            default -> message.setBody(text.chars().mapToObj(c -> (char) c).toList());
        }
    }

    private static Map<String, Object> parameters(String lines) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (String line : lines.split("\n", 50)) {
            String[] parts = line.split("=", 2);
            parameters.put(parts[0], parts.length < 2 ? null : parts[1]);
        }
        return parameters;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException notJson) {
            return null;
        }
    }

    private static void submit(AipiRequest request) {
        FuzzedServer server = FuzzedServer.afterLogin(FuzzedServer.input(0, DESCRIPTION, ACCEPTED));
        VirtualScheduler scheduler = new VirtualScheduler();
        if (server.outcome(server.jobs(JobOptions.defaults(), scheduler).submit(request)) == null) {
            return;
        }
        try {
            JsonNode sent = JSON.readTree(server.lastRequest());
            if (!sent.isObject()
                    || !sent.path("client_session_auth_key").asText().equals(FuzzedServer.SESSION_KEY)
                    || !sent.path("wait_for_result").isBoolean()) {
                throw new AssertionError("sent " + sent);
            }
        } catch (IOException e) {
            throw new AssertionError("sent what is no JSON", e);
        }
    }

    private static void populate(DefaultAipiBinding binding, Exchange exchange, AipiEndpoint target, byte[] json) {
        JobResult result;
        try {
            result = ResultReader.read("chat", "JID1", FuzzedServer.masked(new String(json, StandardCharsets.UTF_8)));
        } catch (UncheckedIOException notJson) {
            return;
        }
        for (OutputType type : OutputType.values()) {
            target.getConfiguration().setOutputType(type);
            try {
                binding.populate(exchange, target, result);
                String contentType = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
                if (contentType != null && contentType.chars().anyMatch(c -> c < ' ')) {
                    throw new AssertionError("no content type: " + contentType);
                }
            } catch (AipiException without) {
                NO_SERVER.check(without);
            }
        }
    }

    private static synchronized AipiEndpoint endpoint() {
        if (endpoint == null) {
            DefaultCamelContext context = new DefaultCamelContext();
            AipiComponent component = new AipiComponent();
            component.getConfiguration().setServerUrl("http://server");
            context.addComponent("aipi", component);
            context.build();
            endpoint = context.getEndpoint("aipi:chat", AipiEndpoint.class);
        }
        return endpoint;
    }
}

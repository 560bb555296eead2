/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.model.AipiRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;

/** Reads what is posted. Behind it, the message has no header of the sender's any more. */
public final class Prompts {

    private static final String MODEL = "model";

    private final JobBoard board;
    private final List<String> models;

    /** {@code models}: names of the model endpoints that may be asked, separated by commas; the first is the usual one. */
    public Prompts(JobBoard board, String models) {
        this.board = board;
        this.models = names(models);
    }

    static List<String> names(String models) {
        return Arrays.stream(models.split(",")).map(String::strip).toList();
    }

    /** The prompt becomes the body, the model the variable {@code model}. */
    public void read(Exchange exchange) {
        Message message = exchange.getMessage();
        Object model = message.getHeader(MODEL);
        if (model != null && !models.contains(model)) {
            throw new Problem(400, "The model must be one of " + models);
        }
        String contentType = message.getHeader(Exchange.CONTENT_TYPE, "text/plain", String.class)
                .toLowerCase(Locale.ROOT);
        String text = text(exchange);
        AipiRequest request = contentType.startsWith("application/json") ? ofJson(text) : AipiRequest.ofPrompt(text);
        if (request.prompt() != null && request.prompt().isBlank()) {
            throw new Problem(400, "The prompt is empty");
        }
        message.removeHeaders("*");
        message.setBody(request);
        exchange.setVariable(MODEL, model == null ? models.get(0) : model);
    }

    /** The job gets its URL, before it is submitted: its result may come before the submit's answer is written. */
    public void open(Exchange exchange) {
        String id = board.open(exchange.getVariable(MODEL, String.class));
        exchange.setProperty(JobBoard.ID, id);
        exchange.getMessage().setHeader(JobBoard.ID, id);
    }

    private static String text(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        String named = exchange.getProperty(ExchangePropertyKey.CHARSET_NAME, String.class);
        try {
            Charset charset = named == null ? StandardCharsets.UTF_8 : Charset.forName(named);
            return body == null
                    ? ""
                    : charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw new Problem(400, "The body is not text in " + (named == null ? "UTF-8" : named));
        } catch (IllegalArgumentException e) {
            throw new Problem(415, "The character set " + named + " is not known here");
        }
    }

    private static AipiRequest ofJson(String text) {
        JsonNode json = Json.read(text);
        JsonNode prompt = json.path("prompt");
        JsonNode parameters = json.path("parameters");
        boolean unknown = false;
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            unknown |= !List.of("prompt", "parameters").contains(names.next());
        }
        boolean prompted = prompt.isTextual() || (prompt.isMissingNode() && parameters.isObject());
        boolean parametered = parameters.isObject() || parameters.isMissingNode();
        if (!json.isObject() || unknown || !prompted || !parametered) {
            throw new Problem(
                    400,
                    "A JSON body must be an object with the string \"prompt\", the object \"parameters\" or both, and"
                            + " nothing else");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        parameters
                .properties()
                .forEach(field -> values.put(field.getKey(), Json.convert(field.getValue(), Object.class)));
        return new AipiRequest(prompt.textValue(), values);
    }
}

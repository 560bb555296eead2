/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Writes what is answered. */
public final class Pages {

    private static final String DESCRIPTION = "/openapi.json";
    private static final String JSON = "application/json";

    private final JobBoard board;
    private final String description;

    /** Of the jobs of this board; {@code host} and the {@code models}, separated by commas, are named in the description. */
    public Pages(JobBoard board, String host, String models) {
        this.board = board;
        this.description = description(host, models);
    }

    private static String description(String host, String models) {
        try (InputStream resource = Pages.class.getResourceAsStream(DESCRIPTION)) {
            JsonNode json = Json.read(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
            ((ObjectNode) json.at("/servers/0")).put("url", "http://" + host);
            for (JsonNode path : json.path("paths")) {
                for (JsonNode parameter : path.at("/post/parameters")) {
                    ArrayNode names = ((ObjectNode) parameter.path("schema")).putArray("enum");
                    Prompts.names(models).forEach(names::add);
                }
            }
            return json.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the gateway takes and answers, as OpenAPI. */
    public void description(Exchange exchange) {
        page(exchange, JSON, description);
    }

    /** The job is submitted: where it can be looked at. */
    public void accepted(Exchange exchange) {
        String id = exchange.getProperty(JobBoard.ID, String.class);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("url", JobView.url(id));
        json.put("events", JobView.url(id) + "/events");
        Message message = page(exchange, JSON, Json.write(json));
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
        message.setHeader("Location", JobView.url(id));
    }

    /** The job as it is now. */
    public void job(Exchange exchange) {
        page(exchange, JSON, find(exchange).toJson());
    }

    /** One image of the result. */
    public void image(Exchange exchange) {
        JobResult result = find(exchange).result();
        List<Media> images = result == null ? List.of() : result.images();
        String number = exchange.getMessage().getHeader("number", String.class);
        if (!number.matches("\\d{1,4}") || Integer.parseInt(number) >= images.size()) {
            throw new Problem(404, "The job has no such image");
        }
        Media image = images.get(Integer.parseInt(number));
        page(exchange, type(image), image.bytes());
    }

    /** The job as it goes on. */
    public void events(Exchange exchange) {
        page(exchange, EventStream.MEDIA_TYPE, new EventStream(find(exchange).id(), board));
    }

    /** The result itself, of a request that waited for it: its text, or its only image, or else JSON. */
    public void answer(Exchange exchange) {
        JobResult result = exchange.getMessage().getBody(JobResult.class);
        if (result.media().size() == 1 && result.text() == null) {
            Media only = result.media().get(0);
            page(exchange, type(only), only.bytes());
        } else if (result.media().isEmpty() && result.text() != null) {
            page(exchange, "text/plain;charset=UTF-8", result.text());
        } else {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("text", result.text());
            json.put(
                    "media",
                    new ArrayList<>(
                            result.media().stream().map(Media::toDataUri).toList()));
            page(exchange, JSON, Json.write(json));
        }
    }

    private JobView find(Exchange exchange) {
        return board.find(exchange.getMessage().getHeader("id", String.class)).orElseThrow(Problem::notFound);
    }

    /**
     * A type that the file's content shows. What the server calls other files is not believed: as SVG or HTML they would
     * be programs, which a browser runs as this gateway's.
     */
    private static String type(Media media) {
        return "bin".equals(media.fileExtension()) ? "application/octet-stream" : media.mediaType();
    }

    private static Message page(Exchange exchange, String mediaType, Object body) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, mediaType);
        // a job changes, and is nobody's but its sender's
        message.setHeader("Cache-Control", "no-store");
        // nor does a browser find another type in it
        message.setHeader("X-Content-Type-Options", "nosniff");
        message.setBody(body);
        return message;
    }
}

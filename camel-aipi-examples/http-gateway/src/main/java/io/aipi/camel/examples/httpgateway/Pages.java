/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.client.JobResult;
import io.aipi.client.Media;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Writes what is answered. */
public final class Pages {

    private static final String JSON = "application/json";

    private final JobBoard board;

    /** Of the jobs of this board. */
    public Pages(JobBoard board) {
        this.board = board;
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

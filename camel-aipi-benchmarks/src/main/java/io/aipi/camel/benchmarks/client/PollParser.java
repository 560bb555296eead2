/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads a response in one pass and makes nothing of what is not asked for. For one response. */
final class PollParser {

    private static final JsonFactory JSON = new JsonFactory();

    private String state = "";
    private double progress = Double.NaN;
    private boolean countsTokens;
    private int queuePosition = -1;
    private String jobId;
    private double computeSeconds = Double.NaN;
    private Object result;

    private PollParser() {}

    /** Responses to submits and polls, and results on held requests. */
    static PollResult parse(byte[] response) throws IOException {
        PollParser reader = new PollParser();
        try (JsonParser parser = JSON.createParser(response)) {
            parser.nextToken();
            reader.object(parser, "");
        }
        return reader.poll();
    }

    private PollResult poll() {
        return new PollResult(state, progress, countsTokens, queuePosition, jobId, computeSeconds, result);
    }

    private void object(JsonParser parser, String name) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "job_result", "progress_data" -> nested(parser, field);
                case "progress" -> progress(parser);
                case "job_state" -> state = parser.getText();
                case "job_id" -> jobId = parser.getText();
                case "queue_position" -> queuePosition = parser.getValueAsInt(-1);
                case "compute_duration" -> computeSeconds = parser.getValueAsDouble(Double.NaN);
                case "num_generated_tokens" -> countsTokens = true;
                case "text" -> text(parser, name);
                case "images" -> result = images(parser);
                default -> parser.skipChildren();
            }
        }
    }

    private void nested(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            object(parser, field);
        }
    }

    /** An object, or the number in it. */
    private void progress(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            object(parser, "progress");
        } else if (parser.currentToken().isNumeric()) {
            progress = parser.getDoubleValue();
        }
    }

    /** The text so far is not read. */
    private void text(JsonParser parser, String object) throws IOException {
        if (!object.equals("progress_data")) {
            result = parser.getText();
        }
    }

    private static List<byte[]> images(JsonParser parser) throws IOException {
        List<byte[]> images = new ArrayList<>();
        while (parser.nextToken() == JsonToken.VALUE_STRING) {
            String uri = parser.getText();
            images.add(Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1)));
        }
        return images;
    }
}

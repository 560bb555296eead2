/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.util.List;

/**
 * What of a result, or of a job's progress, becomes the body of a message.
 *
 * @param value the body; null for none
 * @param contentType null for none
 */
record ResultBody(Object value, String contentType) {

    static final String TEXT = "text/plain;charset=UTF-8";

    /**
     * What the options {@code outputField} and {@code outputType} ask for.
     *
     * @throws ProtocolViolationException if the result has no such thing
     */
    static ResultBody of(JobResult result, AipiEndpoint endpoint) {
        String field = endpoint.getConfiguration().getOutputField();
        return field == null
                ? of(result, endpoint.getConfiguration().getOutputType(), endpoint.getEndpointName())
                : required(
                        ofField(result.field(field)),
                        "field " + field,
                        "outputField",
                        result,
                        endpoint.getEndpointName());
    }

    private static ResultBody ofField(Object value) {
        if (value instanceof String text) {
            return ofText(text);
        }
        if (value instanceof Media media) {
            return ofMedia(List.of(media));
        }
        if (value instanceof List<?> list && list.stream().allMatch(Media.class::isInstance)) {
            return ofMedia(list.stream().map(Media.class::cast).toList());
        }
        return new ResultBody(value, null);
    }

    private static ResultBody of(JobResult result, OutputType type, String endpoint) {
        return switch (type) {
            case result -> new ResultBody(result, null);
            case json -> ofJson(result);
            case text -> required(ofText(result.text()), "text", "outputType", result, endpoint);
            case images -> required(ofMedia(result.images()), "image", "outputType", result, endpoint);
            case auto -> {
                if (result.text() != null) {
                    yield ofText(result.text());
                }
                yield result.media().isEmpty() ? ofJson(result) : ofMedia(result.media());
            }
        };
    }

    static ResultBody ofText(String text) {
        return new ResultBody(text, TEXT);
    }

    /** One file as its bytes, several as a list that {@code split()} takes apart; none for none. */
    static ResultBody ofMedia(List<Media> media) {
        return switch (media.size()) {
            case 0 -> new ResultBody(null, null);
            case 1 -> new ResultBody(media.get(0).bytes(), media.get(0).mediaType());
            default -> new ResultBody(media.stream().map(Media::bytes).toList(), null);
        };
    }

    private static ResultBody ofJson(JobResult result) {
        return new ResultBody(result.toJson(), "application/json");
    }

    private static ResultBody required(ResultBody body, String what, String option, JobResult result, String endpoint) {
        if (body.value() == null) {
            throw new ProtocolViolationException(
                    "The result has no " + what + ". Its fields are: " + result.fieldNames()
                            + ". The whole result is the exchange property " + AipiConstants.RESULT_PROPERTY
                            + ". Check " + option,
                    ErrorContext.of(endpoint, result.jobId()),
                    null);
        }
        return body;
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.TokenUsage;
import java.util.List;

/** The answer of {@code /v1/chat/completions}, whole or as one chunk of a stream. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record ChatCompletion(
        String id,
        String object,
        long created,
        String model,
        List<Object> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) Usage usage) {

    /** What an answer has in common with all its chunks; {@code maxTokens} is null for no bound. */
    record Head(String id, long created, String model, Long maxTokens) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Choice(int index, Message message, Object logprobs, String finishReason) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Part(int index, Delta delta, Object logprobs, String finishReason) {}

    private record Message(String role, String content, String refusal) {}

    /** What is new; what is null is left out. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Delta(String role, String content) {}

    /** The tokens that the server has counted. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Usage(int promptTokens, int completionTokens, int totalTokens) {

        /** Null if the server does not tell both. */
        static Usage of(JobResult result) {
            TokenUsage usage = result.usage();
            return usage.promptTokens() == null || usage.completionTokens() == null
                    ? null
                    : new Usage(
                            usage.promptTokens(),
                            usage.completionTokens(),
                            usage.promptTokens() + usage.completionTokens());
        }
    }

    static ChatCompletion whole(Head head, JobResult result) {
        return new ChatCompletion(
                head.id(),
                "chat.completion",
                head.created(),
                head.model(),
                List.of(new Choice(0, new Message("assistant", text(result), null), null, finishReason(head, result))),
                Usage.of(result));
    }

    /** The first of a stream: an answer begins. */
    static ChatCompletion first(Head head) {
        return chunk(head, List.of(new Part(0, new Delta("assistant", ""), null, null)), null);
    }

    static ChatCompletion more(Head head, String text) {
        return chunk(head, List.of(new Part(0, new Delta(null, text), null, null)), null);
    }

    static ChatCompletion last(Head head, JobResult result) {
        return chunk(head, List.of(new Part(0, new Delta(null, null), null, finishReason(head, result))), null);
    }

    /** Without a choice. */
    static ChatCompletion usage(Head head, Usage usage) {
        return chunk(head, List.of(), usage);
    }

    private static ChatCompletion chunk(Head head, List<Object> choices, Usage usage) {
        return new ChatCompletion(head.id(), "chat.completion.chunk", head.created(), head.model(), choices, usage);
    }

    static String text(JobResult result) {
        return result.text() == null ? "" : result.text();
    }

    /** The server does not say why an answer ends: one that has all the tokens that it may have was cut off. */
    private static String finishReason(Head head, JobResult result) {
        Integer tokens = result.usage().completionTokens();
        return head.maxTokens() != null && tokens != null && tokens >= head.maxTokens() ? "length" : "stop";
    }
}

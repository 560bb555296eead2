/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import java.util.Map;

/**
 * The tokens that the server counted for an answer, and the model that gave it.
 *
 * @param model name of the model ({@code model_name}); null if the server does not say
 * @param promptTokens tokens of all that was sent ({@code prompt_length}); null if the server does not say
 * @param completionTokens tokens of the answer ({@code num_generated_tokens}); null if the server does not say
 * @param contextTokens tokens of both ({@code current_context_length}); null if the server does not say
 * @param maxContextTokens how many tokens the model takes at most, with its answer ({@code max_seq_len}); null if the server
 *     does not say
 */
public record TokenUsage(
        String model, Integer promptTokens, Integer completionTokens, Integer contextTokens, Integer maxContextTokens) {

    /** Reads the fields of a result; counts that cannot be any are null. */
    static TokenUsage of(Map<String, Object> fields) {
        Integer prompt = count(fields.get("prompt_length"));
        Integer completion = count(fields.get("num_generated_tokens"));
        Integer context = count(fields.get("current_context_length"));
        return new TokenUsage(
                fields.get("model_name") instanceof String name && !name.isBlank() ? name : null,
                // some endpoints give the sum and the answer's part only
                prompt == null && context != null && completion != null && context >= completion
                        ? (Integer) (context - completion)
                        : prompt,
                completion,
                context,
                count(fields.get("max_seq_len")));
    }

    private static Integer count(Object value) {
        if (value instanceof Number number) {
            double exact = number.doubleValue();
            return exact >= 0 && exact <= Integer.MAX_VALUE ? (Integer) (int) exact : null;
        }
        return value instanceof String text && text.matches("\\d{1,9}") ? Integer.valueOf(text) : null;
    }
}

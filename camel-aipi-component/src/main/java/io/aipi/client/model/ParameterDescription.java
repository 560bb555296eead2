/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import java.util.List;

/**
 * An input parameter or output of an endpoint, as the server describes it.
 *
 * @param name name in requests and results
 * @param type the server's word: {@code string}, {@code integer}, {@code float}, {@code bool}, {@code image},
 *     {@code audio}, {@code selection}, {@code json}, {@code chat_context}, ...; null when it says none
 * @param required whether a request without it is refused
 * @param defaultValue value the server takes when it is not sent, null for none
 * @param minimum smallest value, null for no bound
 * @param maximum largest value, null for no bound
 * @param supported the only values allowed, empty when not restricted
 * @param allowsImages whether its messages may have pictures, of a parameter that takes a conversation
 */
public record ParameterDescription(
        String name,
        String type,
        boolean required,
        Object defaultValue,
        Number minimum,
        Number maximum,
        List<Object> supported,
        boolean allowsImages) {

    /** Copies the list. */
    public ParameterDescription {
        supported = List.copyOf(supported);
    }

    /** True for a parameter that takes plain text. */
    public boolean isText() {
        return "string".equals(type) || "str".equals(type) || "text".equals(type);
    }

    /** True for a parameter that takes a string holding JSON. */
    public boolean isJson() {
        return "json".equals(type) || "chat_context".equals(type) || "text_context".equals(type);
    }
}

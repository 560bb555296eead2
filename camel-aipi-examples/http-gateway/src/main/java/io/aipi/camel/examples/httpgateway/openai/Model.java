/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import io.aipi.camel.examples.support.Task;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.ParameterDescription;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A model endpoint of the server.
 *
 * @param id its name
 * @param task what it is for
 * @param description what the server says of it, null for nothing
 */
record Model(String id, Task task, EndpointDescription description) {

    /** What a value of a request can be: a text, a number or a truth value. The others say what is asked, or are files. */
    private static final Set<String> PLAIN = Set.of(
            "string", "str", "text", "integer", "int", "float", "number", "double", "bool", "boolean", "selection");

    /** The first of these parameters that it has, beside its prompt. */
    Optional<ParameterDescription> parameter(Stream<String> names) {
        if (description == null) {
            return Optional.empty();
        }
        ParameterDescription prompt = description.promptParameter().orElse(null);
        return names.map(description.input()::get)
                .filter(parameter -> parameter != null
                        && !parameter.equals(prompt)
                        && (parameter.type() == null || PLAIN.contains(parameter.type())))
                .findFirst();
    }

    boolean takesConversation() {
        return description != null && description.contextParameter().isPresent();
    }

    boolean takesPictures() {
        return description != null && description.takesPicturesInContext();
    }
}

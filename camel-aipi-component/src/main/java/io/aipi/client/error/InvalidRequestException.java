/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

import java.util.List;

/**
 * The request cannot be served as it is: the server refused it (HTTP 400 with a list of reasons, 413), or the client
 * saw before sending that it would be.
 */
public final class InvalidRequestException extends AipiException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> messages;

    /** {@code messages}: all reasons, as the server or the client gives them; at least one. */
    public InvalidRequestException(List<String> messages, ErrorContext context) {
        this(messages, context, null);
    }

    /** All reasons, as above, and what one of them comes from; null for nothing. */
    public InvalidRequestException(List<String> messages, ErrorContext context, Throwable cause) {
        super(String.join("; ", messages), context, cause);
        this.messages = List.copyOf(messages);
    }

    /** One reason. */
    public InvalidRequestException(String message, ErrorContext context) {
        this(List.of(message), context);
    }

    /** All reasons, in the server's order; never empty. */
    public List<String> getMessages() {
        // not serialised: a copy that came over the wire has the joined text only
        return messages != null ? messages : List.of(getMessage());
    }

    @Override
    public boolean isRetryable() {
        return false;
    }
}

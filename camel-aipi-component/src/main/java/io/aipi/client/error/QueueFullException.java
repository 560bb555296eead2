/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

import java.time.Duration;

/** The endpoint's job queue is full, or the server asks for patience (HTTP 429). Worth waiting for: see the option
 * {@code queueFullTimeout}. */
public final class QueueFullException extends AipiException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /** Says {@code message}, with the place appended; {@code retryAfter} may be null. */
    public QueueFullException(String message, Duration retryAfter, ErrorContext context) {
        super(message, context, null);
        this.retryAfter = retryAfter;
    }

    /** How long the server asks to wait ({@code Retry-After}), null if it does not say. */
    public Duration getRetryAfter() {
        return retryAfter;
    }

    @Override
    public boolean isRetryable() {
        return true;
    }
}

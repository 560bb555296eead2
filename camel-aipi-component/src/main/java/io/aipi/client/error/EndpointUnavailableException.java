/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** There is no such endpoint at the server (HTTP 404), it is disabled, or the server could not serve it (HTTP 5xx). */
public final class EndpointUnavailableException extends AipiException {

    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    /** {@code retryable}: false for an endpoint that does not exist, true for one that may come back. */
    public EndpointUnavailableException(String message, boolean retryable, ErrorContext context) {
        super(message, context, null);
        this.retryable = retryable;
    }

    @Override
    public boolean isRetryable() {
        return retryable;
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** No response: the connection could not be made, or broke, or the response did not come in time. */
public final class ConnectionFailedException extends AipiException {

    private static final long serialVersionUID = 1L;

    private final boolean requestSent;

    /** {@code requestSent}: whether any byte of the request may have reached the server. */
    public ConnectionFailedException(String message, boolean requestSent, ErrorContext context, Throwable cause) {
        super(message, context, cause);
        this.requestSent = requestSent;
    }

    /**
     * Whether the request may have reached the server. For a submit, true means that the job may have been accepted:
     * sending it again may have it computed twice.
     */
    public boolean isRequestSent() {
        return requestSent;
    }

    @Override
    public boolean isRetryable() {
        return true;
    }
}

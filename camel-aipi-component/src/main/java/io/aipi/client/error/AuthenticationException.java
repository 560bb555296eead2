/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** The server refused the credentials: at login (HTTP 200 with {@code success:false}, or 401), or with 401 again right
 * after a fresh login. */
public final class AuthenticationException extends AipiException {

    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    /** Says {@code message}, with the place appended. The credentials are refused: trying again does not help. */
    public AuthenticationException(String message, ErrorContext context) {
        this(message, false, context);
    }

    /** As the other; {@code retryable} if the login was granted and its session was lost at once, which may pass. */
    public AuthenticationException(String message, boolean retryable, ErrorContext context) {
        super(message, context, null);
        this.retryable = retryable;
    }

    @Override
    public boolean isRetryable() {
        return retryable;
    }
}

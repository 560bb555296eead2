/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** The job did not end within {@code jobTimeout}, or, for a held request, within the time the server holds one. It may
 * still be computed: the server has no way to cancel it. */
public final class JobTimeoutException extends AipiException {

    private static final long serialVersionUID = 1L;

    /** Says {@code message}, with the place appended. */
    public JobTimeoutException(String message, ErrorContext context) {
        super(message, context, null);
    }

    @Override
    public boolean isRetryable() {
        return false;
    }
}

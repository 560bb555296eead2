/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** The credentials are good but not for this endpoint (HTTP 402 or 403 when submitting). */
public final class NotAllowedException extends AipiException {

    private static final long serialVersionUID = 1L;

    /** Says {@code message}, with the place appended. */
    public NotAllowedException(String message, ErrorContext context) {
        super(message, context, null);
    }

    @Override
    public boolean isRetryable() {
        return false;
    }
}

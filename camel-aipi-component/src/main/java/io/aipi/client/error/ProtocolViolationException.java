/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** The server answered something that the protocol does not know: no JSON, truncated JSON, no field where one must be,
 * or more bytes than allowed. */
public final class ProtocolViolationException extends AipiException {

    private static final long serialVersionUID = 1L;

    /** Says {@code message}, with the place appended; {@code cause} is the parser's finding, or null. */
    public ProtocolViolationException(String message, ErrorContext context, Throwable cause) {
        super(message, context, cause);
    }

    @Override
    public boolean isRetryable() {
        return false;
    }
}

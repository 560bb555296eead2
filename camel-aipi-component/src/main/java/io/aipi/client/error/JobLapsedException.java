/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** The server gave the job up: it lapsed (waited too long in the queue, its worker died or fell silent, or nobody asked
 * for its result in time), or the server no longer knows it, as after a restart. */
public final class JobLapsedException extends AipiException {

    private static final long serialVersionUID = 1L;

    /** Why the server no longer has the job. */
    public enum Reason {
        /** The server says {@code lapsed}, and went on saying so. */
        LAPSED,
        /** The server does not know the job id: the job expired, or the server was restarted. */
        UNKNOWN_TO_SERVER
    }

    private final Reason reason;

    /** Says {@code message}, with the place appended. */
    public JobLapsedException(String message, Reason reason, ErrorContext context) {
        super(message, context, null);
        this.reason = reason;
    }

    /** Why the server no longer has the job. */
    public Reason getReason() {
        return reason;
    }

    @Override
    public boolean isRetryable() {
        return true;
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** The worker computed the job and reported a failure. The protocol says it in a result like any other (HTTP 200,
 * {@code success:true}, {@code done}) whose {@code error} is not empty. */
public final class JobFailedException extends AipiException {

    private static final long serialVersionUID = 1L;

    private final String workerMessage;

    /** {@code workerMessage}: the worker's own words. */
    public JobFailedException(String workerMessage, ErrorContext context) {
        super("The worker reported a failure: " + workerMessage, context, null);
        this.workerMessage = workerMessage;
    }

    /** The worker's own words. */
    public String getWorkerMessage() {
        return workerMessage;
    }

    @Override
    public boolean isRetryable() {
        return false;
    }
}

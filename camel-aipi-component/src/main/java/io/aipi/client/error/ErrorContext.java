/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

import java.util.regex.Pattern;

/**
 * Where an error happened: what a reader needs to find the job again, and nothing secret.
 *
 * @param endpoint name of the model endpoint, null when the call concerned none
 * @param jobId the server's id of the job, null before the server has accepted one
 * @param httpStatus status of the HTTP response that told of the error, null when there was no response
 */
public record ErrorContext(String endpoint, String jobId, Integer httpStatus) {

    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}\\u2028\\u2029]");

    /** An error that concerns an endpoint, without a job and without an HTTP response. */
    public static ErrorContext of(String endpoint) {
        return new ErrorContext(endpoint, null, null);
    }

    /** An error that concerns a job, without an HTTP response. */
    public static ErrorContext of(String endpoint, String jobId) {
        return new ErrorContext(endpoint, jobId, null);
    }

    /** The same place, told by a response with this HTTP status. */
    public ErrorContext withStatus(int status) {
        return new ErrorContext(endpoint, jobId, status);
    }

    /** As it stands at the end of an error's message: {@code  [endpoint NAME, job ID, HTTP STATUS]}, or nothing. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        append(text, "endpoint ", endpoint);
        // one that comes with a message may be anything, and messages of errors are logged
        append(text, "job ", jobId == null ? null : CONTROLS.matcher(jobId).replaceAll(" "));
        append(text, "HTTP ", httpStatus);
        return text.isEmpty() ? "" : " [" + text + "]";
    }

    private static void append(StringBuilder text, String name, Object value) {
        if (value != null) {
            text.append(text.isEmpty() ? "" : ", ").append(name).append(value);
        }
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import java.time.Duration;

/**
 * The answer to a {@link HttpCall}, read to its end.
 *
 * @param status HTTP status
 * @param contentType value of the header, null for none
 * @param retryAfter value of {@code Retry-After} in seconds, null for none or for a date
 * @param location host that a redirect points to, null for none
 * @param body the bytes; only the first {@code length} count
 * @param length number of bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record HttpAnswer(
        int status, String contentType, Duration retryAfter, String location, byte[] body, int length) {

    /** Never the body: it may hold secrets. */
    @Override
    public String toString() {
        return "HttpAnswer[" + status + " " + contentType + ", " + length + " bytes]";
    }
}

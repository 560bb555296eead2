/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.io.IOException;

/** Thrown while reading a response that is longer than allowed, or than there is memory for. */
final class ResponseTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    ResponseTooLargeException(long limit) {
        super("the response is longer than maxResponseSize (" + limit + " bytes)");
    }

    ResponseTooLargeException(long needed, OutOfMemoryError cause) {
        super("there is no memory for the response: " + needed + " bytes were needed at once", cause);
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.error;

/** The server says that the job is done but gives no result with it. It hands a result out once only, so somebody else
 * took it or the response that carried it was lost on its way. */
public final class ResultLostException extends AipiException {

    private static final long serialVersionUID = 1L;

    /** Says {@code message}, with the place appended; {@code cause} is the loss on the wire, where one was seen. */
    public ResultLostException(String message, ErrorContext context, Throwable cause) {
        super(message, context, cause);
    }

    @Override
    public boolean isRetryable() {
        return true;
    }
}

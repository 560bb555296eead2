/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import io.aipi.client.model.JobResult;
import java.util.concurrent.CompletableFuture;

/** A job of the door: the newest of its text, and its end. It is a state, not a log. */
final class Call {

    private final String id;
    private final String model;
    private final CompletableFuture<JobResult> result = new CompletableFuture<>();
    private volatile String text;
    private volatile Runnable listener = () -> {};
    private volatile boolean isRead;

    /**
     * A job that has not ended.
     *
     * @param id the gateway's name for it
     * @param isRead whether its text is read while it grows
     */
    Call(String id, String model, boolean isRead) {
        this.id = id;
        this.model = model;
        this.isRead = isRead;
        result.whenComplete((ended, failure) -> listener.run());
    }

    String id() {
        return id;
    }

    String model() {
        return model;
    }

    /** Whether somebody reads its text while it grows. */
    boolean isRead() {
        return isRead;
    }

    /** Nobody reads it any more: from now on it is no more than a number of a job that has not ended. */
    void leave() {
        isRead = false;
        listener = () -> {};
        text = null;
    }

    /** The text so far, from its beginning; null for none. */
    String text() {
        return text;
    }

    /** Fails with the job's failure. */
    CompletableFuture<JobResult> result() {
        return result;
    }

    /** From now on the listener is told that there is more text, or the end, by the thread that has it. */
    void listen(Runnable told) {
        listener = told;
    }

    void progress(String newest) {
        if (newest != null && isRead) {
            text = newest;
            listener.run();
            if (!isRead) {
                text = null;
            }
        }
    }
}

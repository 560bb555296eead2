/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

import java.util.Locale;

/** Where a job is in its life. */
public enum JobState {
    /** Waits for a worker. */
    QUEUED,
    /** A worker computes it. */
    PROCESSING,
    /** Ended with its result. */
    DONE,
    /** Ended with a failure that the worker reported, which the protocol calls done, too; or canceled. */
    FAILED,
    /** The server has given it up, for now: a late sign of life of the worker can bring it back. */
    LAPSED,
    /** The server said a word that this client does not know. */
    UNKNOWN;

    /**
     * The state that the server's word means; {@link #UNKNOWN} for any other word and for null. A job that is {@code
     * canceled} is failed; {@code elapsed} is an older word for lapsed.
     */
    public static JobState ofWord(String word) {
        if (word == null) {
            return UNKNOWN;
        }
        return switch (word.strip().toLowerCase(Locale.ROOT)) {
            case "queued" -> QUEUED;
            case "processing" -> PROCESSING;
            case "done" -> DONE;
            case "canceled", "cancelled", "failed" -> FAILED;
            case "lapsed", "elapsed" -> LAPSED;
            default -> UNKNOWN;
        };
    }

    /** The protocol's word for it, in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

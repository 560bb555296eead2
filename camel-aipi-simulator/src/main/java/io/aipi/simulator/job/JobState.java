/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import java.util.Locale;

/** The state of a job, as the server names it. */
public enum JobState {
    /** Waits for a worker. */
    QUEUED,
    /** A worker has it, or its result waits to be fetched. */
    PROCESSING,
    /** Its result has been handed out. */
    DONE,
    /** It waited or was silent for too long; an update of its worker can bring it back. */
    LAPSED;

    /**
     * The name on the wire.
     *
     * @return the lower-case name
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

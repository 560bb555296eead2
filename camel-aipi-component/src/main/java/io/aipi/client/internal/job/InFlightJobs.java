/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.job;

import io.aipi.client.error.AipiException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What is in flight at one endpoint, submits and followed jobs, and their common end from outside.
 *
 * <p>An end holds for what is in flight and for all that comes later. No entry misses it, whichever comes first: the end is
 * written before the entries are walked through, and whoever adds an entry calls {@link #endIfTold} after it.
 */
final class InFlightJobs {

    /** A submit or a followed job. It takes itself out when it has ended. */
    interface Entry {
        /** Ends it at once; {@code reason} is given the job's id, null before it has one. */
        void abort(Function<String, AipiException> reason);

        /** As {@link #abort}, but without losing what is on its way. */
        default void release(Function<String, AipiException> reason) {
            abort(reason);
        }
    }

    private final Set<Entry> entries = ConcurrentHashMap.newKeySet();
    /** Null while there is no end. */
    private volatile Function<String, AipiException> reason;
    /** Whether what is on its way at the end is waited for. Written before the reason, and read after it. */
    private volatile boolean released;

    void add(Entry entry) {
        entries.add(entry);
    }

    /** False if it was not there any more: the first who takes it out has ended it. */
    boolean remove(Entry entry) {
        return entries.remove(entry);
    }

    int size() {
        return entries.size();
    }

    /** Ends all entries, present and future. */
    void abort(Function<String, AipiException> why) {
        released = false;
        reason = why;
        entries.forEach(entry -> entry.abort(why));
    }

    /** As {@link #abort}, without losing what is on its way. */
    void release(Function<String, AipiException> why) {
        released = true;
        reason = why;
        entries.forEach(entry -> entry.release(why));
    }

    /** Ends an entry that was just added if the end was told before, or meanwhile. */
    void endIfTold(Entry entry) {
        Function<String, AipiException> why = reason;
        if (why != null && released) {
            entry.release(why);
        } else if (why != null) {
            entry.abort(why);
        }
    }

    /** What ends a job with this id, null before it has one; null while there is no end. */
    AipiException end(String jobId) {
        Function<String, AipiException> why = reason;
        return why == null ? null : why.apply(jobId);
    }
}

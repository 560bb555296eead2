/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.util.List;

/**
 * A change of one row.
 *
 * @param kind which statement
 * @param key of the row
 * @param binder sets the statement's parameters
 * @param parts what is added to the job, if the row was changed
 * @param size about how many bytes it takes, parts and all
 */
record Write(Kind kind, String key, Parameters.Binder binder, List<JobParts.Part> parts, long size) {

    /** The statements, in the order in which a transaction executes them. */
    enum Kind {
        RESERVE(true),
        INSERT(false),
        ACCEPT(true),
        COMPLETE(true),
        DELIVER(true),
        REMOVE(true),
        RELEASE(true),
        CANCEL(true);

        /** Whether it can change nothing without failing. */
        final boolean isConditional;

        Kind(boolean isConditional) {
            this.isConditional = isConditional;
        }
    }

    /** Without parts, and of no size. */
    Write(Kind kind, String key, Parameters.Binder binder) {
        this(kind, key, binder, List.of(), 0);
    }
}

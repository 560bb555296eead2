/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

/** In what state a row is. */
enum RowState {

    /** The request id is reserved; no job yet. */
    RESERVED,

    /** Accepted by the server, no outcome yet. */
    ACCEPTED,

    /** With a result. */
    DONE,

    /** With a failure. */
    FAILED,

    /** Left alone until it is unparked. */
    PARKED,

    /** Routed, and kept for the retention. */
    DELIVERED;

    /** The owner of rows that nobody can claim. */
    static final String NOBODY = "-";
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.time.Instant;

/** A row as it was read, without what is in parts. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record JobRow(
        String key,
        String server,
        String endpoint,
        String jobId,
        String requestId,
        String exchangeId,
        RowState state,
        Instant submitted,
        String owner,
        int deliveries,
        String headers,
        String bodyType,
        byte[] body,
        String outcomeType,
        String outcome) {

    /** Whether this instance has claimed the job, or reserved the request id. */
    boolean isOwnedBy(String instance) {
        return instance.equals(owner);
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.camel.store.JobCodec;
import io.aipi.camel.store.JobOutcome;
import io.aipi.client.ResultReader;
import io.aipi.client.error.ResultLostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An outcome as columns. All are empty where a job has none yet.
 *
 * @param state of a job with it
 * @param type {@link #RESULT}, or the type of the failure
 * @param json the id and the fields of the result, or what there is of the failure
 * @param parts large bytes in the result, by their numbers
 */
record EncodedOutcome(RowState state, String type, String json, List<byte[]> parts) {

    static final String RESULT = "RESULT";

    /** The type of a failure whose place a result takes. */
    static final String LOST = ResultLostException.class.getSimpleName();

    private static final EncodedOutcome NONE = new EncodedOutcome(RowState.ACCEPTED, null, null, List.of());

    private static final String JOB_ID = "jobId";
    private static final String FIELDS = "fields";

    static EncodedOutcome of(JobOutcome outcome) {
        if (outcome == null) {
            return NONE;
        }
        JsonEncoder encoder = new JsonEncoder();
        if (outcome instanceof JobOutcome.Failed failed) {
            Map<String, Object> failure = JobCodec.encodeFailure(failed.failure());
            return new EncodedOutcome(
                    RowState.FAILED, (String) failure.get("type"), encoder.encode(failure), encoder.parts());
        }
        JobOutcome.Done done = (JobOutcome.Done) outcome;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put(JOB_ID, done.result().jobId());
        result.put(FIELDS, done.result().fields());
        return new EncodedOutcome(RowState.DONE, RESULT, encoder.encode(result), encoder.parts());
    }

    /** What was encoded from JSON, with its bytes in it again. */
    static JobOutcome decode(String endpoint, String type, Object decoded) {
        Map<?, ?> map = (Map<?, ?>) decoded;
        if (!RESULT.equals(type)) {
            return new JobOutcome.Failed(JobCodec.decodeFailure(map));
        }
        @SuppressWarnings("unchecked") // maps come back as what they were
        Map<String, Object> fields = (Map<String, Object>) JobCodec.decodeValue(map.get(FIELDS));
        return new JobOutcome.Done(ResultReader.ofFields(endpoint, (String) map.get(JOB_ID), fields));
    }

    /** About how many bytes it takes. */
    long size() {
        return (json == null ? 0 : json.length())
                + parts.stream().mapToLong(part -> part.length).sum();
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

import io.aipi.client.internal.wire.ResponseMapper;
import io.aipi.client.model.JobResult;
import java.util.Map;

/** Reads results that were kept as JSON. */
public final class ResultReader {

    private ResultReader() {}

    /**
     * The result that {@link JobResult#toJson} wrote.
     *
     * @param endpoint name of the model endpoint
     * @param jobId the server's id of the job, null for none
     * @throws java.io.UncheckedIOException if the text is not one JSON object
     */
    public static JobResult read(String endpoint, String jobId, String json) {
        return ResponseMapper.result(endpoint, jobId, json);
    }

    /**
     * The result that has these {@link JobResult#fields}.
     *
     * @param endpoint name of the model endpoint
     * @param jobId the server's id of the job, null for none
     */
    public static JobResult ofFields(String endpoint, String jobId, Map<String, Object> fields) {
        return ResponseMapper.result(endpoint, jobId, fields);
    }
}

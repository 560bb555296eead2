/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.model;

/**
 * What one poll of a job showed.
 *
 * @param progress the state of the job
 * @param result its result, if this poll was the one that got it: the server hands it out once. Null while the job
 *     goes on
 */
public record JobStatus(JobProgress progress, JobResult result) {

    /** The same status, whose text is that of this field, where there is one. */
    public JobStatus withTextOf(String field) {
        return new JobStatus(progress.withTextOf(field), result == null ? null : result.withTextOf(field));
    }
}

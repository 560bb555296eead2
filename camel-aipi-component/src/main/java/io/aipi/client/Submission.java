/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client;

/**
 * The server's answer to a submit.
 *
 * @param endpoint name of the model endpoint
 * @param jobId the server's id of the job; null only where a result came without one
 * @param result the result, where the answer carried it already; null when the job must be followed
 */
public record Submission(String endpoint, String jobId, JobResult result) {}

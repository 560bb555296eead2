/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

/**
 * What a response says of a job.
 *
 * @param state its state, such as {@code processing}
 * @param progress percent or tokens, NaN if not said
 * @param countsTokens whether the progress is a count of tokens
 * @param queuePosition its place in the queue, -1 if not said
 * @param jobId the job, if it has just been accepted
 * @param computeSeconds how long it was computed, NaN if it is not done
 * @param result the text or the pictures of a job that is done, else null
 */
record PollResult(
        String state,
        double progress,
        boolean countsTokens,
        int queuePosition,
        String jobId,
        double computeSeconds,
        Object result) {

    boolean isDone() {
        return result != null;
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.producer;

import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobResult;
import java.util.List;

/**
 * The result of a job, and what has become of its conversation.
 *
 * @param result of the job
 * @param conversation as it goes on from here; null for none
 * @param refusal why the answer could not be kept in its conversation; null if it was, or was not to be
 */
record Answer(JobResult result, List<ChatMessage> conversation, Throwable refusal) {

    /** Of a job without a conversation. */
    static Answer of(JobResult result) {
        return new Answer(result, null, null);
    }
}

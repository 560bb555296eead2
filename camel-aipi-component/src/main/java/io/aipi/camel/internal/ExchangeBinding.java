/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.camel.chat.TextStream;
import io.aipi.client.TextDelta;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.ChatMessage;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.KeyValidation;
import io.aipi.client.model.Submission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/** Reads and fills the exchanges of one endpoint: its binding, and what is the same whatever the binding is. */
public interface ExchangeBinding {

    /** The request that the exchange asks for. */
    AipiRequest toRequest(Exchange exchange);

    /** The job that the exchange is about. */
    String toJobId(Exchange exchange);

    /** The sender's name for the request; null for none. */
    String toRequestId(Exchange exchange);

    /** Names of the headers that may hold streams, which are read once. */
    List<String> headersOfRequests();

    /** The job was accepted. */
    void populate(Exchange exchange, Submission submission);

    /** The job's state. */
    void populate(Exchange exchange, JobProgress progress);

    /** The job's result. If it does not fit, this throws, and the exchange {@linkplain #keep keeps} it all the same. */
    void populate(Exchange exchange, JobResult result);

    /** As the one for a result, with the last progress of the job beside it. */
    void populate(Exchange exchange, JobResult result, JobProgress last);

    /** The job's text, while it is written. */
    void populate(Exchange exchange, TextStream text);

    /** That text has come to its end: what the exchange knows from here on. {@code conversation} may be null. */
    void populateEnd(Exchange exchange, JobResult result, List<ChatMessage> conversation);

    /** The conversation, as it goes on from here; null for none. */
    void populateConversation(Exchange exchange, List<ChatMessage> conversation);

    /** What is new in the job's text. */
    void populateDelta(Exchange exchange, Optional<TextDelta> delta);

    /** Whether the key is good. */
    void populate(Exchange exchange, KeyValidation validation);

    /** The job has ended without a result, which a progress exchange tells of. */
    void populateFailure(Exchange exchange, String jobId, Throwable failure);

    /** The whole result, and which job it is of, whatever the body is. */
    void keep(Exchange exchange, JobResult result);

    /** The message's headers that are kept with a job, and sent on with its progress and its result, as they are now. */
    Map<String, Object> headersToKeep(Exchange exchange);

    /** The headers that are kept with a job, and what of its conversation has to be kept with it. */
    Map<String, Object> withTurn(Map<String, Object> headers, String turn);

    /** Headers as Camel has them, whose names differ in more than their case. */
    Map<String, Object> newHeaders(Map<String, Object> headers);

    /** Takes out the headers that only go in: what asks for a job, and must not ask for another one. */
    void removeRequestHeaders(Map<String, Object> headers);
}

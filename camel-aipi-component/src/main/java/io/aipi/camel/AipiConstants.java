/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.List;
import org.apache.camel.spi.Metadata;

/** Names of the component's message headers and exchange properties. */
public final class AipiConstants {

    @Metadata(
            label = "producer",
            description = "The prompt. Wins over the body, which then brings parameters or a file. Removed when the job"
                    + " has ended well.",
            javaType = "String")
    public static final String PROMPT = "CamelAipiPrompt";

    @Metadata(
            label = "producer",
            description = "Request parameters by name. They win over those of the body and over the endpoint's `param.`"
                    + " options. Removed when the job has ended well.",
            javaType = "java.util.Map<String, Object>")
    public static final String PARAMETERS = "CamelAipiParameters";

    @Metadata(
            label = "producer",
            description =
                    "The operation, instead of the endpoint's, where the option `allowOperationFromHeader` is on. Removed"
                            + " when the operation has ended well.",
            javaType = "io.aipi.camel.AipiOperation")
    public static final String OPERATION = "CamelAipiOperation";

    @Metadata(
            label = "producer",
            description =
                    "The sender's name for the request, with waitForResult=false and a jobRepository. While a job of"
                            + " this name is stored, sending again submits nothing and gives that job's id. Removed when the job"
                            + " has been accepted.",
            javaType = "String")
    public static final String REQUEST_ID = "CamelAipiRequestId";

    @Metadata(
            label = "producer",
            description = "The conversation that the message belongs to, with conversationMemory and a"
                    + " conversationRepository: any name of the sender's.",
            javaType = "String")
    public static final String CONVERSATION_ID = "CamelAipiConversationId";

    @Metadata(
            description =
                    "The server's id of the job. In: the job that the operations `progress` and `result` are about."
                            + " Out: the job that was submitted.",
            javaType = "String")
    public static final String JOB_ID = "CamelAipiJobId";

    @Metadata(description = "Name of the model endpoint that the job is on.", javaType = "String")
    public static final String ENDPOINT = "CamelAipiEndpoint";

    @Metadata(
            description =
                    "State of the job: `queued`, `processing`, `done`, `failed`, `lapsed`, or `unknown` for a word of"
                            + " the server that the component does not know.",
            javaType = "String")
    public static final String JOB_STATE = "CamelAipiJobState";

    @Metadata(
            label = "progress",
            description = "How far the worker is. Image endpoints count percent, chat endpoints count tokens.",
            javaType = "Double")
    public static final String PROGRESS = "CamelAipiProgress";

    @Metadata(
            label = "progress",
            description = "Position in the server's queue; 1 is next, 0 when the job is not waiting.",
            javaType = "Integer")
    public static final String QUEUE_POSITION = "CamelAipiQueuePosition";

    @Metadata(
            label = "progress",
            description = "The server's estimate of the time left, in milliseconds. Far too short at first.",
            javaType = "Long")
    public static final String ESTIMATED_TIME_REMAINING = "CamelAipiEstimatedTimeRemaining";

    @Metadata(label = "progress", description = "Workers that serve the endpoint now.", javaType = "Integer")
    public static final String WORKERS_ONLINE = "CamelAipiWorkersOnline";

    @Metadata(
            label = "progress",
            description =
                    "What is new in the job's text since its last progress exchange. Those of a job in their order,"
                            + " and that of its end, join to the text of the result.",
            javaType = "String")
    public static final String TEXT_DELTA = "CamelAipiTextDelta";

    @Metadata(
            label = "progress",
            description = "true where the server's text did not go on from what was told before: forget that; the"
                    + " delta is all of the text.",
            javaType = "Boolean")
    public static final String TEXT_RESET = "CamelAipiTextReset";

    @Metadata(description = "The seed that the worker used.", javaType = "Long")
    public static final String SEED = "CamelAipiSeed";

    @Metadata(description = "Time the worker took, in milliseconds.", javaType = "Long")
    public static final String COMPUTE_DURATION = "CamelAipiComputeDuration";

    @Metadata(
            description = "Time from the submit to the result as the server saw it, in milliseconds.",
            javaType = "Long")
    public static final String TOTAL_DURATION = "CamelAipiTotalDuration";

    @Metadata(description = "Name of the worker.", javaType = "String")
    public static final String WORKER = "CamelAipiWorker";

    @Metadata(
            description = "Media types of the images, sounds and other files in the result, in their order.",
            javaType = "java.util.List<String>")
    public static final String MEDIA_TYPES = "CamelAipiMediaTypes";

    @Metadata(description = "Name of the model, as the server says it.", javaType = "String")
    public static final String MODEL = "CamelAipiModel";

    @Metadata(
            description =
                    "Tokens of all that was sent: system message, conversation and prompt. Absent where the server"
                            + " does not count.",
            javaType = "Integer")
    public static final String PROMPT_TOKENS = "CamelAipiPromptTokens";

    @Metadata(description = "Tokens of the answer. Absent where the server does not count.", javaType = "Integer")
    public static final String COMPLETION_TOKENS = "CamelAipiCompletionTokens";

    @Metadata(
            description =
                    "Name of the error with which a detached job ended, such as `JobFailedException`; the exception is"
                            + " the property `CamelExceptionCaught`.",
            javaType = "String")
    public static final String ERROR_TYPE = "CamelAipiErrorType";

    @Metadata(
            description =
                    "Why a detached job ended without a result, or why the server does not take the API key, after"
                            + " the operation `validateKey` found so.",
            javaType = "String")
    public static final String ERROR_MESSAGE = "CamelAipiErrorMessage";

    /** Exchange property with the whole {@link io.aipi.client.model.JobResult}. */
    public static final String RESULT_PROPERTY = "CamelAipiResult";

    /** Exchange property of a progress exchange with the whole {@link io.aipi.client.model.JobProgress}. */
    public static final String PROGRESS_EVENT_PROPERTY = "CamelAipiProgressEvent";

    /**
     * Exchange property with the conversation so far, a list of {@link io.aipi.client.model.ChatMessage}, with the option
     * {@code conversationMemory}.
     */
    public static final String CONVERSATION_PROPERTY = "CamelAipiConversation";

    /** What is kept with a detached job that was asked in a conversation. No exchange has it. */
    static final String CONVERSATION_TURN = "CamelAipiConversationTurn";

    /** The headers that only go in: what asks for a job, and must not ask for another one. */
    static final List<String> REQUEST_HEADERS = List.of(PROMPT, PARAMETERS, OPERATION, REQUEST_ID, CONVERSATION_TURN);

    private AipiConstants() {}
}

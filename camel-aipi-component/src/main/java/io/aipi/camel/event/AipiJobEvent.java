/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.event;

import io.aipi.client.model.JobProgress;
import io.aipi.client.model.TokenUsage;
import io.aipi.client.spi.JobTimes;
import org.apache.camel.spi.CamelEvent;

/**
 * Something has happened to a job. Camel's event notifiers are told, one event after the other, on a thread that they may block;
 * events of one job come in order. Made by the component. It has neither a prompt nor an answer in it, and no key.
 */
public interface AipiJobEvent extends CamelEvent {

    /** What has happened. */
    enum Kind {
        /** A login has succeeded. */
        LOGGED_IN,
        /** A login has failed. */
        LOGIN_FAILED,
        /** A job is handed over for submitting. */
        SUBMITTED,
        /** The server has accepted the job. */
        ACCEPTED,
        /** A poll has found the job in work, for the first time. */
        FIRST_PROGRESS,
        /** A poll has found the job not ended. */
        PROGRESS,
        /** The job's result is here. */
        DONE,
        /** The job has ended without a result. */
        FAILED,
        /** A route, or the dead letter endpoint, has taken the outcome of a detached job. */
        DELIVERED,
        /** The outcome of a detached job is lost. */
        LOST
    }

    @Override
    default Type getType() {
        return Type.Custom;
    }

    /** The {@code AipiEndpoint}. */
    @Override
    Object getSource();

    /** What has happened. */
    Kind getKind();

    /** Name of the model endpoint. */
    String getEndpointName();

    /** The server's id of the job; null for a login, and before the acceptance. */
    String getJobId();

    /** Id of the exchange that submits the job, or has submitted it; null for a login. */
    String getExchangeId();

    /** State, queue position and the like, without text and media; null for other events than those of progress. */
    JobProgress getProgress();

    /** Tokens that the server counted; null if the job is not done. */
    TokenUsage getUsage();

    /** How long the job took; of a login its whole time only; null if nothing has ended. */
    JobTimes getTimes();

    /** Simple name of the failure's class; null for none. */
    String getErrorType();
}

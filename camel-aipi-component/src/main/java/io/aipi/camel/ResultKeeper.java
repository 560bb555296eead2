/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.client.JobResult;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Gives results to exchanges so that none is lost: the server hands a result out once. Where the binding fails, because
 * the result does not fit what the endpoint asks for or by a fault of its own, the exchange has the whole result all the
 * same, beside the failure.
 */
final class ResultKeeper {

    private ResultKeeper() {}

    /** Lets the endpoint's binding fill the exchange; what it throws is thrown on. */
    static void populate(Exchange exchange, AipiEndpoint endpoint, JobResult result) {
        try {
            endpoint.getConfiguration().getBinding().populate(exchange, endpoint, result);
        } catch (RuntimeException | Error unfit) {
            keep(exchange, result);
            throw unfit;
        }
    }

    /** The whole result, and which job it is of, whatever the body is. */
    static void keep(Exchange exchange, JobResult result) {
        exchange.setProperty(AipiConstants.RESULT_PROPERTY, result);
        Message message = exchange.getMessage();
        message.setHeader(AipiConstants.ENDPOINT, result.endpoint());
        if (result.jobId() != null) {
            message.setHeader(AipiConstants.JOB_ID, result.jobId());
        }
    }
}

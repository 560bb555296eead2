/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.security;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.springframework.http.HttpStatus;

/**
 * Errors of requests that Tomcat refuses itself, before any filter: a path with {@code %2F} or a broken escape, a request line or
 * headers that are too long or not well-formed. They never come to {@link ContainerErrors}, and Tomcat would tell them in HTML.
 */
final class ContainerErrorValve extends ErrorReportValve {

    private final Refusals refusals;

    ContainerErrorValve(Refusals refusals) {
        this.refusals = refusals;
    }

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        // the same conditions as in the overridden one
        if (response.getStatus() < 400
                || response.getContentWritten() > 0
                || !response.setErrorReported()
                || !canWrite(response)) {
            return;
        }
        HttpStatus told = status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status;
        String path = request.getRequestURI();
        try {
            refusals.refuse(path == null ? "" : path, response, told, reason(told));
            response.finishResponse();
        } catch (IOException | IllegalStateException gone) {
            container.getLogger().debug("Nobody reads the error", gone);
        }
    }

    private static boolean canWrite(Response response) {
        AtomicBoolean isAllowed = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, isAllowed);
        return isAllowed.get();
    }

    private static String reason(HttpStatus status) {
        return status == HttpStatus.BAD_REQUEST
                ? "The request's line or headers are too long, or have what is not taken here"
                : status.getReasonPhrase();
    }
}

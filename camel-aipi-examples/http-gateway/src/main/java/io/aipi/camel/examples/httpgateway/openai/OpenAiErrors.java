/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.examples.httpgateway.Problems;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.QueueFullException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.DisconnectedClientHelper;

/** All errors under {@code /v1} in the shape of OpenAI's API, before they become problems as elsewhere. */
@Component
final class OpenAiErrors implements HandlerExceptionResolver, Ordered {

    private static final Logger LOG = LoggerFactory.getLogger(OpenAiErrors.class);
    private static final String PATH = "/v1";

    /** The body of a response, and an event of a stream that breaks off. */
    record Body(Reason error) {}

    /** What is wrong; {@code param} and {@code code} are null for none. */
    record Reason(String message, String type, String param, String code) {}

    /** With which status it is told, and what is told of it. */
    private record Told(HttpStatusCode status, Reason error) {}

    private final ObjectMapper json;

    OpenAiErrors(ObjectMapper json) {
        this.json = json;
    }

    /** Before those of Spring. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    private static boolean isFor(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        return path.equals(PATH) || path.startsWith(PATH + "/");
    }

    @Override
    public ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, Object handler, Exception raised) {
        if (!isFor(request)) {
            return null;
        }
        // a stream that has begun tells it itself
        if (!response.isCommitted() && !isOfClientThatLeft(raised)) {
            write(request, response, raised);
        }
        return new ModelAndView();
    }

    /** Spring tells by the words of the cause, which a connection to the server can break with, too. */
    private static boolean isOfClientThatLeft(Exception raised) {
        return !(Problems.told(raised) instanceof AipiException)
                && DisconnectedClientHelper.isClientDisconnectedException(raised);
    }

    private void write(HttpServletRequest request, HttpServletResponse response, Exception raised) {
        Told told = told(request, raised);
        if (told.status().is5xxServerError()) {
            Exception failure = Problems.told(raised);
            LOG.warn(
                    "A request was answered with {}: {}",
                    told.status(),
                    failure,
                    failure instanceof AipiException ? null : failure);
        }
        setHeaders(response, told.status(), raised);
        try {
            write(response, told.status().value(), told.error());
        } catch (IOException gone) {
            LOG.debug("Nobody reads the error", gone);
        }
    }

    private void write(HttpServletResponse response, int status, Reason error) throws IOException {
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        json.writeValue(response.getOutputStream(), new Body(error));
    }

    private static void setHeaders(HttpServletResponse response, HttpStatusCode status, Exception raised) {
        if (raised instanceof ErrorResponse known) {
            known.getHeaders().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        }
        Exception failure = Problems.told(raised);
        if (status.value() == HttpStatus.TOO_MANY_REQUESTS.value()
                || status.value() == HttpStatus.SERVICE_UNAVAILABLE.value()) {
            long seconds = Math.max(1, Problems.patience(failure).toSeconds());
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
        boolean isKnown = failure instanceof AipiException;
        if (isKnown || status.is5xxServerError()) {
            // OpenAI's clients send again what ends with 5xx: a job that has been computed would be computed three
            // times
            boolean isRetryable = isKnown && ((AipiException) failure).isRetryable();
            response.setHeader("x-should-retry", Boolean.toString(isRetryable));
        }
    }

    private static Told told(HttpServletRequest request, Exception raised) {
        if (raised instanceof ErrorResponse known) {
            HttpStatusCode status = known.getStatusCode();
            return new Told(
                    status,
                    switch (status.value()) {
                        case 404 ->
                            error(
                                    status,
                                    "Unknown request URL: " + request.getMethod() + " " + request.getRequestURI(),
                                    "unknown_url");
                        case 405 ->
                            error(
                                    status,
                                    "Not allowed to " + request.getMethod() + " on " + request.getRequestURI(),
                                    "method_not_supported");
                        default -> error(status, known.getBody().getDetail(), null);
                    });
        }
        HttpStatus status = status(raised);
        return new Told(status, error(status, raised));
    }

    private static HttpStatus status(Exception raised) {
        if (raised instanceof OpenAiException refused) {
            return refused.status();
        }
        Exception failure = Problems.told(raised);
        if (failure instanceof QueueFullException) {
            return HttpStatus.TOO_MANY_REQUESTS;
        }
        return failure instanceof EndpointUnavailableException gone && !gone.isRetryable()
                ? HttpStatus.NOT_FOUND
                : Problems.status(failure);
    }

    /** What of a failure is told: the same as elsewhere, without the server's addresses and ids. */
    static Reason error(Exception raised) {
        return error(status(raised), raised);
    }

    private static Reason error(HttpStatus status, Exception raised) {
        if (raised instanceof OpenAiException refused) {
            return new Reason(refused.getMessage(), type(status), refused.param(), refused.code());
        }
        Exception failure = Problems.told(raised);
        return failure instanceof AipiException known
                ? error(status, Problems.reason(known), code(known))
                : error(status, "The gateway failed; its log says why", null);
    }

    private static Reason error(HttpStatusCode status, String message, String code) {
        return new Reason(message, type(status), null, code);
    }

    private static String type(HttpStatusCode status) {
        if (status.is5xxServerError()) {
            return "server_error";
        }
        return status.value() == HttpStatus.TOO_MANY_REQUESTS.value() ? "rate_limit_error" : "invalid_request_error";
    }

    /** {@code JobFailedException}: {@code job_failed}. */
    private static String code(AipiException failure) {
        String name = failure.getClass().getSimpleName().replace("Exception", "");
        return name.replaceAll("(?<=.)(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}

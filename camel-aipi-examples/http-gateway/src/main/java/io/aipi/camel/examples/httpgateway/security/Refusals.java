/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.security;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.stereotype.Component;

/** Responses to requests that reach no controller: problem details, and under {@code /v1/} errors as OpenAI has them. */
@Component
final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler, RequestRejectedHandler {

    private static final String OPENAI = "/v1";

    private final ObjectMapper json;

    Refusals(ObjectMapper json) {
        this.json = json;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        // not Basic: a browser would ask for a name and a password
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        refuse(request, response, HttpStatus.UNAUTHORIZED, "Log in, or send the header Authorization: Bearer TOKEN");
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        refuse(request, response, HttpStatus.FORBIDDEN, "You may not do this");
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, RequestRejectedException rejected)
            throws IOException {
        refuse(
                request,
                response,
                HttpStatus.BAD_REQUEST,
                "The request has something in its path or headers that is not taken here");
    }

    void refuse(HttpServletRequest request, HttpServletResponse response, HttpStatus status, String reason)
            throws IOException {
        refuse(request.getRequestURI(), response, status, reason);
    }

    /** Of a request for this path. */
    void refuse(String path, HttpServletResponse response, HttpStatus status, String reason) throws IOException {
        boolean isOpenAi = path.equals(OPENAI) || path.startsWith(OPENAI + "/");
        response.setStatus(status.value());
        response.setContentType(isOpenAi ? MediaType.APPLICATION_JSON_VALUE : MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        json.writeValue(response.getOutputStream(), isOpenAi ? openAi(status, reason) : problem(path, status, reason));
    }

    private static Map<String, Object> openAi(HttpStatus status, String reason) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", reason);
        error.put("type", "invalid_request_error");
        error.put("param", null);
        error.put("code", status == HttpStatus.UNAUTHORIZED ? "invalid_api_key" : null);
        return Map.of("error", error);
    }

    private static ProblemDetail problem(String path, HttpStatus status, String reason) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, reason);
        try {
            problem.setInstance(URI.create(path));
        } catch (IllegalArgumentException e) {
            // it is what is wrong
        }
        return problem;
    }
}

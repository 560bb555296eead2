/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.openai;

import org.springframework.http.HttpStatus;

/** A request that is refused, in the words of OpenAI's API. */
final class OpenAiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final String param;
    private final String code;

    /** {@code param}: the parameter that is to blame, null for none. {@code code}: for programs. */
    OpenAiException(HttpStatus status, String param, String code, String message) {
        super(message);
        this.status = status;
        this.param = param;
        this.code = code;
    }

    /** The parameter's value is none that can be taken. */
    static OpenAiException invalid(String param, String message) {
        return new OpenAiException(HttpStatus.BAD_REQUEST, param, "invalid_value", message);
    }

    /** The parameter, or what it asks for, is not there. */
    static OpenAiException unsupported(String param, String message) {
        return new OpenAiException(HttpStatus.BAD_REQUEST, param, "unsupported_parameter", message);
    }

    /** There is no such model, or not for this. */
    static OpenAiException noModel(String message) {
        return new OpenAiException(HttpStatus.NOT_FOUND, "model", "model_not_found", message);
    }

    HttpStatus status() {
        return status;
    }

    String param() {
        return param;
    }

    String code() {
        return code;
    }
}

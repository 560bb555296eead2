/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.telemetry;

/** Words of OpenTelemetry's semantic conventions for generative AI. */
public final class GenAi {

    /** Value of {@code gen_ai.provider.name}. */
    public static final String PROVIDER = "aipi";

    private GenAi() {}

    /** Value of {@code gen_ai.operation.name}; {@code isChat} says whether the model takes a conversation. */
    public static String operation(boolean isChat) {
        return isChat ? "chat" : "generate_content";
    }

    /** Value of {@code error.type}. */
    public static String errorType(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        return name.isEmpty() ? failure.getClass().getName() : name;
    }
}

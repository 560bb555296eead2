/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import io.aipi.camel.benchmarks.plan.ClientKind;

/** A colour for each client, the same in all plots. */
final class Palette {

    static final String INK = "#333333";
    static final String GRID = "#dddddd";

    private Palette() {}

    static String of(String client) {
        return switch (ClientKind.of(client)) {
            case AIPI -> "#d1495b";
            case AIPI_HELD -> "#edae49";
            case CAMEL_HTTP_POLL -> "#30638e";
            case CAMEL_HTTP_HELD -> "#7ea8be";
            case HTTPCOMPONENTS -> "#003d5b";
            case HTTPCOMPONENTS_HELD -> "#8d99ae";
            case JDK -> "#00798c";
        };
    }
}

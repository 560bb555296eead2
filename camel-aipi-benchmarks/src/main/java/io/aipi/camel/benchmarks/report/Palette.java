/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import io.aipi.camel.benchmarks.plan.ClientKind;
import java.awt.Color;

/** A colour for each client, the same in all plots. */
final class Palette {

    private Palette() {}

    static Color of(String client) {
        return switch (ClientKind.of(client)) {
            case AIPI -> new Color(0xd1495b);
            case AIPI_HELD -> new Color(0xedae49);
            case AIPI_STREAM -> new Color(0xe76f51);
            case AIPI_TELEMETRY -> new Color(0x9d4edd);
            case CAMEL_HTTP_POLL -> new Color(0x30638e);
            case CAMEL_HTTP_HELD -> new Color(0x7ea8be);
            case HTTPCOMPONENTS -> new Color(0x003d5b);
            case HTTPCOMPONENTS_HELD -> new Color(0x8d99ae);
            case JDK -> new Color(0x00798c);
            case MEMORY -> new Color(0x5f0f40);
            case JDBC_POSTGRESQL -> new Color(0x336791);
            case JDBC_H2 -> new Color(0x2a9d8f);
            case CAMEL_JDBC_POSTGRESQL -> new Color(0xa8b8c8);
            case CAMEL_JDBC_H2 -> new Color(0xa9d6d0);
        };
    }
}

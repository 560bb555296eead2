/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quarkus;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Task;
import io.aipi.camel.examples.support.setup.Launch;
import io.aipi.camel.examples.support.setup.Setup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The start command: finds the models on the server, then starts the packaged application, which does not know of this class. */
public final class StartCommand {

    private static final List<String> PASSED_ON =
            List.of("quarkus.http.port", "simulator.port", "simulator.compute-time", "endpoint.chat", "endpoint.image");

    private StartCommand() {}

    /** Until Ctrl-C. {@code arguments}: the jar. */
    public static void main(String[] arguments) {
        Start.run(() -> {
            Map<String, String> properties = new LinkedHashMap<>();
            PASSED_ON.forEach(name -> Start.setting(name).ifPresent(value -> properties.put(name, value)));
            properties.putAll(new Setup()
                    .port("quarkus.http.port", "8080")
                    .model(Model.needed(Task.CHAT, "endpoint.chat", "llama3_chat"))
                    .model(Model.optional(Task.IMAGE, "endpoint.image", "sdxl_txt2img"))
                    .properties("simulator.port", "7788"));
            Launch.run(arguments[0], properties);
        });
    }
}

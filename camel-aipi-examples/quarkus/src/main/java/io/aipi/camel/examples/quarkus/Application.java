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
import io.aipi.camel.examples.support.setup.Setup;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Finds the models on the server before the application starts. One with a server of its own needs no main class. */
@QuarkusMain
public final class Application {

    private Application() {}

    /** Until Ctrl-C. */
    public static void main(String... arguments) {
        Start.run(() -> {
            new Setup()
                    .port("quarkus.http.port", "8080")
                    .model(Model.needed(Task.CHAT, "endpoint.chat", "llama3_chat"))
                    .model(Model.optional(Task.IMAGE, "endpoint.image", "sdxl_txt2img"))
                    .properties("simulator.port", "7788")
                    .forEach(System::setProperty);
            Quarkus.run(arguments);
        });
    }
}

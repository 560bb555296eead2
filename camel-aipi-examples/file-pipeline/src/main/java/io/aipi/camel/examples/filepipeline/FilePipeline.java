/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.filepipeline;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Task;
import io.aipi.camel.examples.support.setup.Setup;
import java.util.Map;
import org.apache.camel.main.Main;

/** Camel's own main class, started when the models have been found on the server. An application with a server of its own needs no more than that. */
public final class FilePipeline {

    private FilePipeline() {}

    /** Until Ctrl-C. */
    public static void main(String[] arguments) {
        Start.run(() -> {
            Map<String, String> properties = new Setup()
                    .model(Model.needed(Task.CHAT, "endpoint.chat", "llama3_chat"))
                    .model(Model.optional(Task.IMAGE, "endpoint.image", "sdxl_txt2img"))
                    .model(Model.optional(Task.IMAGE_TO_IMAGE, "endpoint.image-to-image", "stable_diffusion_3_5"))
                    .patient()
                    .properties("simulator.port", "7788");
            Main main = new Main();
            properties.forEach(main::addOverrideProperty);
            main.run(arguments);
        });
    }
}

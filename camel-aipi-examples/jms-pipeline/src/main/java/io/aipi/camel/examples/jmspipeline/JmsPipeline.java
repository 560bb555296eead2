/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jmspipeline;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Task;
import io.aipi.camel.examples.support.setup.Setup;
import java.util.Map;
import org.apache.camel.main.Main;

/** Camel's own main class, started when the model has been found on the server. An application with a server of its own needs no more than that. */
public final class JmsPipeline {

    private JmsPipeline() {}

    /** Until Ctrl-C. */
    public static void main(String[] arguments) {
        Start.run(() -> {
            Setup setup = new Setup()
                    .model(Model.needed(Task.CHAT, "endpoint", "llama3_chat"))
                    .patient();
            if (Start.setting("broker").orElse("embedded").equals("embedded")) {
                setup.port("broker.port", "61618");
            }
            Map<String, String> properties = setup.properties("simulator.port", "7789");
            Main main = new Main();
            properties.forEach(main::addOverrideProperty);
            main.run(arguments);
        });
    }
}

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.chat;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Task;
import io.aipi.camel.examples.support.setup.Setup;
import java.util.Map;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** Camel's own main class, started when the model has been found on the server, and ended when the user has had enough. */
public final class Chat {

    private Chat() {}

    /** Until {@code /quit} or the end of the input. */
    public static void main(String[] arguments) {
        Start.run(() -> {
            Map<String, String> properties = new Setup()
                    .model(Model.needed(Task.CHAT, "endpoint.chat", "mistral_chat"))
                    .properties("simulator.port", "7799");
            Terminal terminal = Terminal.ofThisProcess();
            Main main = new Main();
            properties.forEach(main::addOverrideProperty);
            main.bind("terminal", terminal);
            // without Camel's shutdown hook: Ctrl-C ends an answer that nobody waits for
            main.setShutdownStrategy(new SimpleMainShutdownStrategy());
            try {
                main.start();
                terminal.run(main.getCamelTemplate());
            } finally {
                main.stop();
            }
        });
    }
}

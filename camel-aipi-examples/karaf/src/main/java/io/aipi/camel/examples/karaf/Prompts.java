/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.karaf;

import io.aipi.camel.AipiComponent;
import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.ModelFinder;
import io.aipi.camel.examples.support.Server;
import io.aipi.camel.examples.support.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.apache.camel.spi.PropertiesComponent;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the routes while there is a configuration, {@code etc/io.aipi.camel.examples.karaf.cfg}; a changed one starts them anew. */
// tag::component[]
@Component(configurationPid = "io.aipi.camel.examples.karaf", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Prompts {

    private static final Logger LOG = LoggerFactory.getLogger(Prompts.class);

    private final CamelContext context;

    @Activate
    public Prompts(BundleContext bundle, Map<String, Object> configuration) throws Exception {
        context = new OsgiDefaultCamelContext(bundle);
        try {
            Server server =
                    new Server((String) configuration.get("serverUrl"), (String) configuration.get("apiKey"), null);
            Map<Task, String> models = new ModelFinder(server, LOG::info)
                    .find(List.of(
                            model(Task.CHAT, "chatEndpoint", "llama2_chat", configuration),
                            model(Task.IMAGE, "imageEndpoint", "sdxl_txt2img", configuration)));

            PropertiesComponent properties = context.getPropertiesComponent();
            properties.addInitialProperty("folder", (String) configuration.get("folder"));
            properties.addInitialProperty("chatEndpoint", models.get(Task.CHAT));
            properties.addInitialProperty("imageEndpoint", models.getOrDefault(Task.IMAGE, ""));

            // tag::options[]
            AipiComponent aipi = context.getComponent("aipi", AipiComponent.class);
            aipi.getConfiguration().setServerUrl(server.url());
            aipi.getConfiguration().setApiKey(server.apiKey());

            context.start();
            context.addRoutes(new PromptRoutes());
            // end::options[]
        } catch (Exception e) {
            context.close();
            throw e;
        }
    }

    /** Named by the configuration, or found on the server; without one for images there is text. */
    private static Model model(Task task, String option, String usual, Map<String, Object> configuration) {
        Optional<String> named =
                Optional.ofNullable((String) configuration.get(option)).filter(name -> !name.isBlank());
        return new Model(task, option, named, usual, task == Task.IMAGE);
    }

    @Deactivate
    public void stop() throws Exception {
        context.close();
    }
}
// end::component[]

/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.karaf;

import io.aipi.camel.AipiComponent;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** Runs the routes while there is a configuration, {@code etc/io.aipi.camel.examples.karaf.cfg}; a changed one starts them anew. */
// tag::component[]
@Component(configurationPid = "io.aipi.camel.examples.karaf", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Prompts {

    private final CamelContext context;

    @Activate
    public Prompts(BundleContext bundle, Map<String, Object> configuration) throws Exception {
        context = new OsgiDefaultCamelContext(bundle);
        try {
            context.getPropertiesComponent().addInitialProperty("folder", (String) configuration.get("folder"));

            AipiComponent aipi = context.getComponent("aipi", AipiComponent.class);
            aipi.getConfiguration().setServerUrl((String) configuration.get("serverUrl"));
            aipi.getConfiguration().setApiKey((String) configuration.get("apiKey"));

            context.start();
            context.addRoutes(new PromptRoutes());
        } catch (Exception e) {
            context.close();
            throw e;
        }
    }

    @Deactivate
    public void stop() throws Exception {
        context.close();
    }
}
// end::component[]

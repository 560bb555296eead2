/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import io.aipi.simulator.SimulatorBean;
import io.quarkus.deployment.IsDevServicesSupportedByLaunchMode;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CuratedApplicationShutdownBuildItem;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * Starts a simulator in development and test mode, for an application that names no server.
 *
 * <p>It runs in the process of the build, and so needs nothing of what Quarkus has for containers. A simulator lives as
 * long as the development mode or the tests; a reload goes on with the one that is there.
 */
class AipiDevServices {

    private static final Logger LOG = Logger.getLogger(AipiDevServices.class);
    private static final String SERVER_URL = "camel.component.aipi.server-url";

    /** As Camel takes them, too. */
    private static final List<String> SERVER_URLS = List.of(
            SERVER_URL,
            "camel.component.aipi.serverUrl",
            "camel.component.aipi.configuration.server-url",
            "camel.component.aipi.configuration.serverUrl");

    /** Null while none is needed. */
    private static Running running;

    private record Running(SimulatorBean simulator, Optional<Duration> computeTime) {

        String url() {
            return simulator.simulator().url();
        }
    }

    @BuildStep(onlyIf = {IsDevServicesSupportedByLaunchMode.class, DevServicesConfig.Enabled.class})
    DevServicesResultBuildItem simulator(
            AipiDevServicesConfig config, LaunchModeBuildItem launch, CuratedApplicationShutdownBuildItem shutdown) {
        // quarkus run has dev services, too, and the profile of production
        if (!launch.getLaunchMode().isDevOrTest() || !isWanted(config, ConfigProvider.getConfig())) {
            stop();
            return null;
        }
        String url = start(config.computeTime());
        shutdown.addCloseTask(AipiDevServices::stop, true);
        return DevServicesResultBuildItem.discovered()
                .feature(AipiProcessor.FEATURE)
                .description("AIPI simulator at " + url)
                .config(Map.of(SERVER_URL, url))
                .build();
    }

    static boolean isWanted(AipiDevServicesConfig config, Config application) {
        return config.enabled()
                && SERVER_URLS.stream()
                        .allMatch(name -> application
                                .getOptionalValue(name, String.class)
                                .filter(url -> !url.isBlank())
                                .isEmpty());
    }

    /** The URL of the simulator, which is started unless it is running. */
    static synchronized String start(Optional<Duration> computeTime) {
        if (running == null || !running.computeTime().equals(computeTime)) {
            stop();
            SimulatorBean simulator = new SimulatorBean();
            simulator.setPort(0);
            computeTime.ifPresent(simulator::setComputeTime);
            simulator.start();
            running = new Running(simulator, computeTime);
            LOG.infov(
                    "{0} is not set: a simulator at {1} answers instead of a model. Set it to the URL of a server, or switch"
                            + " the simulator off with quarkus.camel.aipi.devservices.enabled=false",
                    SERVER_URL, running.url());
        }
        return running.url();
    }

    static synchronized void stop() {
        if (running != null) {
            running.simulator().close();
            running = null;
        }
    }
}

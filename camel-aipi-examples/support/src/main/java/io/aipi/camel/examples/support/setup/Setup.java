/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support.setup;

import io.aipi.camel.examples.support.Model;
import io.aipi.camel.examples.support.ModelFinder;
import io.aipi.camel.examples.support.Server;
import io.aipi.camel.examples.support.Start;
import io.aipi.camel.examples.support.Task;
import io.aipi.simulator.SimulatorBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an example does before its application starts, if that takes its settings from properties and brings a simulator of its
 * own: it makes sure that its ports are free, and finds the models that the user has not named.
 */
public final class Setup {

    private final List<Model> models = new ArrayList<>();
    private boolean patient;

    /** Nothing yet. */
    public Setup() {}

    /** The example asks this model. */
    public Setup model(Model model) {
        models.add(model);
        return this;
    }

    /** The example waits for a server that is away. */
    public Setup patient() {
        patient = true;
        return this;
    }

    /** As {@link Start#requireFree}, for a port of this machine only. */
    public Setup port(String option, String usual) {
        Start.requireFree("127.0.0.1", Start.port(option, usual), option);
        return this;
    }

    /**
     * Finds the models on the server that the user has named. Without one, the application's simulator has the usual endpoints,
     * and the port for it must be free.
     *
     * @return the properties of the application: the server and the endpoints. An endpoint that is not there, and that the
     *     example can do without, is empty
     */
    public Map<String, String> properties(String simulatorPort, String usualPort) throws InterruptedException {
        Optional<Server> server = Server.named();
        if (server.isEmpty()) {
            port(simulatorPort, usualPort);
            refuseNamesThatTheSimulatorDoesNotHave();
            return Map.of();
        }
        ModelFinder finder = new ModelFinder(server.get(), System.out::println);
        Map<Task, String> found = patient ? finder.findPatiently(models) : finder.find(models);
        Map<String, String> properties = new LinkedHashMap<>(server.get().properties());
        models.forEach(model -> properties.put(model.option(), found.getOrDefault(model.task(), "")));
        return properties;
    }

    /** With another one of the same kind: the application's own is not there yet. */
    private void refuseNamesThatTheSimulatorDoesNotHave() {
        List<Model> named =
                models.stream().filter(model -> model.named().isPresent()).toList();
        if (named.isEmpty()) {
            return;
        }
        try (SimulatorBean simulator = new SimulatorBean()) {
            simulator.setPort(0);
            simulator.start();
            new ModelFinder(new Server(simulator.simulator().url(), null, null), line -> {}).find(named);
        }
    }
}
